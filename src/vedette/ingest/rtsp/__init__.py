"""RTSP cameras, spoken to directly: FFmpeg would follow a camera's redirect to any address."""
