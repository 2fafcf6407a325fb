"""Compressed video as bytes: NAL units, parameter sets, MP4 boxes; nothing is decoded."""
