"""Packets from `media` to whoever looks at them, over a Unix socket: one connection a reader."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from vedette.bus.wire import frame, read_frame
from vedette.core.errors import NotFound, Unavailable
from vedette.core.media import Packet, Sound, SoundCodec, SoundFormat, StreamFormat
from vedette.core.ports import PacketInbox, SoundInbox

__all__ = ["PacketServer", "RemotePackets"]

_log = structlog.get_logger()
_HEAD = struct.Struct(">qqqBI")  # t_us, pts_us, duration_us, flags, id of the format
_FORMAT = struct.Struct(">III")  # id, width, height
_SOUND = struct.Struct(">qqqIBBB")  # t_us, pts_us, duration_us, rate, channels, codec, config
_SOUND_CODECS: tuple[SoundCodec, ...] = ("aac", "opus", "pcm_alaw", "pcm_mulaw")
_MOST_SOUNDS = 600
_KEY, _DAMAGED = 1, 2
_IDLE_S = 1.0


class PacketServer:
    """Serves packets at `path`; each connection names a camera and stream and then only listens."""

    def __init__(self, path: Path, watch: Callable[[str, str], PacketInbox]) -> None:
        self.path = path
        self._watch = watch
        self._closing = threading.Event()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._thread = threading.Thread(target=self._accept, name="packet-server", daemon=True)

    def start(self) -> None:
        """Begin to listen; only this user may connect."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.unlink(missing_ok=True)
        self._listener.bind(str(self.path))
        os.chmod(self.path, 0o600)
        self._listener.listen(256)
        self._thread.start()

    def close(self) -> None:
        """Hang up; may be called twice."""
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.path.unlink(missing_ok=True)

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(
                target=self._serve, args=(connection,), name="packet-reader", daemon=True
            ).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            asked = read_frame(connection)
            if asked is None or asked[0] not in ("watch", "listen"):
                return
            camera, _, stream = asked[1].decode("utf-8").partition("\n")
            try:
                inbox = self._watch(camera, stream)
            except NotFound:
                # The reader may know of a change earlier than we do; it will ask again.
                return
            with contextlib.closing(inbox), contextlib.suppress(OSError):
                listens = asked[0] == "listen"
                heard = inbox.heard if listens and isinstance(inbox, SoundInbox) else None
                self._pump(connection, inbox, heard)

    def _pump(
        self,
        connection: socket.socket,
        inbox: PacketInbox,
        heard: Callable[[], Sequence[Sound]] | None,
    ) -> None:
        said: StreamFormat | None = None
        format_id = 0
        while not self._closing.is_set() and not inbox.closed:
            packet = inbox.get(_IDLE_S)
            for sound in heard() if heard is not None else ():
                connection.sendall(_sound_frame(sound))
            if packet is None:
                connection.sendall(
                    frame("idle", b"")
                )  # finds out whether the reader is still there
                continue
            if packet.format is not said:
                said = packet.format
                format_id += 1
                connection.sendall(_format_frame(format_id, said))
            connection.sendall(_packet_frame(format_id, packet))


def _format_frame(format_id: int, about: StreamFormat) -> bytes:
    codec = about.codec.encode("ascii")
    head = _FORMAT.pack(format_id, about.width, about.height)
    return frame("format", head + bytes((len(codec),)) + codec + about.extradata)


def _packet_frame(format_id: int, packet: Packet) -> bytes:
    flags = (_KEY if packet.key else 0) | (_DAMAGED if packet.damaged else 0)
    head = _HEAD.pack(packet.t_us, packet.pts_us, packet.duration_us, flags, format_id)
    return frame("packet", head + packet.data)


def _sound_frame(sound: Sound) -> bytes:
    form = sound.format
    head = _SOUND.pack(
        sound.t_us,
        sound.pts_us,
        sound.duration_us,
        form.rate_hz,
        form.channels,
        _SOUND_CODECS.index(form.codec),
        len(form.config),
    )
    return frame("sound", head + form.config + sound.data)


class RemotePackets:
    """A PacketHub fed by `media` processes; `path_of` says which of them has a camera."""

    def __init__(self, path_of: Callable[[str], Path]) -> None:
        self._path_of = path_of

    def watch(self, camera: str, stream: str) -> PacketInbox:
        """A new inbox; Unavailable when the process does not answer just now."""
        return _RemoteInbox(self._path_of(camera), (camera, stream), "watch")

    def listen(self, camera: str, stream: str) -> SoundInbox:
        """The same with sound."""
        return _RemoteInbox(self._path_of(camera), (camera, stream), "listen")


class _RemoteInbox:
    """Reads one connection; the kernel's buffer is its queue, the server's tap drops by GOP."""

    def __init__(self, path: Path, key: tuple[str, str], what: str) -> None:
        self._camera, self._stream = camera, stream = key
        self._sounds: deque[Sound] = deque(maxlen=_MOST_SOUNDS)
        self._format: StreamFormat | None = None
        self._closed = False
        self._connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._connection.connect(str(path))
            self._connection.sendall(frame(what, f"{camera}\n{stream}".encode()))
        except OSError as error:
            self._connection.close()
            raise Unavailable(f"packets of camera {camera!r} cannot be had just now") from error

    def get(self, timeout_s: float | None = None) -> Packet | None:
        if self._closed:
            return None
        self._connection.settimeout(None if timeout_s is None else max(timeout_s, 3 * _IDLE_S))
        received = read_frame(self._connection)
        if received is None:
            self.close()
            return None
        return self._understand(*received)

    def _understand(self, tag: str, body: bytes) -> Packet | None:
        if tag == "format":
            _, width, height = _FORMAT.unpack_from(body)
            at = _FORMAT.size + 1
            end = at + body[_FORMAT.size]
            self._format = StreamFormat(
                codec=body[at:end].decode("ascii"),
                width=width,
                height=height,
                extradata=body[end:],
            )
        if tag == "sound":
            self._sounds.append(self._sound(body))
        if tag != "packet" or self._format is None:
            return None
        t_us, pts_us, duration_us, flags, _ = _HEAD.unpack_from(body)
        return Packet(
            camera=self._camera,
            stream=self._stream,
            t_us=t_us,
            pts_us=pts_us,
            duration_us=duration_us,
            key=bool(flags & _KEY),
            damaged=bool(flags & _DAMAGED),
            format=self._format,
            data=body[_HEAD.size :],
        )

    def heard(self) -> list[Sound]:
        sounds, self._sounds = list(self._sounds), deque(maxlen=_MOST_SOUNDS)
        return sounds

    def _sound(self, body: bytes) -> Sound:
        t_us, pts_us, duration_us, rate_hz, channels, codec, config = _SOUND.unpack_from(body)
        at = _SOUND.size + config
        form = SoundFormat(
            codec=_SOUND_CODECS[codec],
            rate_hz=rate_hz,
            channels=channels,
            config=body[_SOUND.size : at],
        )
        return Sound(
            camera=self._camera,
            stream=self._stream,
            t_us=t_us,
            pts_us=pts_us,
            duration_us=duration_us,
            format=form,
            data=body[at:],
        )

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            with contextlib.suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)
            self._connection.close()

    @property
    def closed(self) -> bool:
        return self._closed

    @property
    def dropped(self) -> int:
        return 0
