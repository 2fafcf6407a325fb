"""Runs the `trackers` package's ByteTrack on detections written by `tracker.py`.

Meant for the Python of an environment that has that package; knows nothing of Vedette.
Arguments: input .npz, output .json, frames per second, score thresholds (`own` or a number).
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import supervision
from trackers import ByteTrackTracker


def main(source: str, target: str, fps: str, threshold: str) -> None:
    """Track every picture; write ids and boxes, and milliseconds per picture."""
    with np.load(source) as given:
        frame, box, score = given["frame"], given["box"], given["score"]
        count = int(given["frames"])
    settings = {"frame_rate": float(fps)}
    if threshold != "own":
        settings |= dict.fromkeys(
            ("high_conf_det_threshold", "track_activation_threshold"), float(threshold)
        )
    tracker = ByteTrackTracker(**settings)
    pictures = [
        supervision.Detections(
            xyxy=box[frame == number],
            confidence=score[frame == number],
            class_id=np.zeros(int((frame == number).sum()), int),
        )
        for number in range(count)
    ]
    took_ms, found = [], []
    for picture in pictures:
        begin = time.perf_counter()
        tracked = tracker.update(picture)
        took_ms.append((time.perf_counter() - begin) * 1e3)
        ids = tracked.tracker_id if tracked.tracker_id is not None else np.zeros(0, int)
        found.append(
            [
                [int(one), *map(float, at)]
                for one, at in zip(ids, tracked.xyxy, strict=True)
                if one >= 0
            ]
        )
    Path(target).write_text(json.dumps({"ms": statistics.median(took_ms), "found": found}))


if __name__ == "__main__":
    main(*sys.argv[1:])
