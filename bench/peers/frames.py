"""Frames to CSV rows as a laboratory's script does it: struct and csv, the same bytes as powerlog's."""

import struct

FRAME = struct.Struct("<13h2Hh4hhH4B" + "hxxii" * 11 + "BBH" * 9)
assert FRAME.size == 216
FIRST = 13 + 3 + 4 + 2 + 4  # index of the first rail's voltage
RAILS = "eps1 eps2 atx_3v3 atx_5v atx_5vsb atx_12v pcie1 pcie2 pcie3 hpwr1 hpwr2".split()
HEADER = ["time_s", "unix_time_s", "system_power_w", "cpu_power_w", "gpu_power_w", "motherboard_power_w"] + [
    f"{rail}_{quantity}" for rail in RAILS for quantity in ("voltage_v", "current_a", "power_w")
]


def cells(frame):
    """The four sums and the rails' 33 values, as text."""
    rails = FRAME.unpack(frame)[FIRST:FIRST + 33]
    mw = rails[2::3]
    cpu, board, gpu = sum(mw[0:2]), sum(mw[2:6]), sum(mw[6:11])
    return ["%.3f" % (value / 1000) for value in (cpu + board + gpu, cpu, gpu, board, *rails)]
