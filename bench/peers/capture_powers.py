"""Prints a capture's rails by component, and its powers as a CSV in whole µs and mW. It is read by the reader that
docs/capture-format.md shows, which lies in the folder argv[1]."""

import json
import struct
import sys

sys.path.insert(0, sys.argv[1])
from capture_reader import read_capture  # noqa: E402

header, frames, _ = read_capture(sys.argv[2])
layout = header["layout"]
assert header["map"]["slot"] is None and not layout.get("products") and not layout.get("scales")
types = {"int16": "<h", "uint16": "<H", "int32": "<i", "uint32": "<I"}
fields = {name: (offset, kind) for name, offset, kind, _, _ in layout["fields"]}
rails = [rail[0] for rail in layout["rails"]]
places = [(fields[f"{rail}_power_w"][0], types[fields[f"{rail}_power_w"][1]]) for rail in rails]
components = header["map"]["components"]
members = [[rails.index(rail) for rail in components[name]] for name in components]
start_us = header["start"]["unix_us"]

print(json.dumps(components))
names = ["system", *components, *rails]
print(",".join(["time_us", "unix_us", *(f"{name}_power_w" for name in names)]))
for request, round_trip, frame in frames:
    time_us = (2 * request + round_trip + 1000) // 2000
    powers = [struct.unpack_from(kind, frame, offset)[0] for offset, kind in places]
    sums = [sum(powers[n] for n in each) for each in members]
    print(",".join(map(str, [time_us, start_us + time_us, sum(sums), *sums, *powers])))
