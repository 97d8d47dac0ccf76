"""Writes COUNT numbered frames of the foreign board model, one behind the other: frames.py COUNT FILE."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "test/peers"))
from foreign_board import Generated  # noqa: E402

feed = Generated("faults")
with open(sys.argv[2], "wb") as file:
    for number in range(int(sys.argv[1])):
        file.write(feed.frame(number))
