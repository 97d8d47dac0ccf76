"""The loop that laboratories use. Usage: pyserial_loop.py PORT SECONDS [CSV_FILE]; prints JSON."""

import csv
import json
import sys
import time

import serial

port, seconds = sys.argv[1], float(sys.argv[2])
with serial.Serial(port, 115200, timeout=1) as board:
    board.reset_input_buffer()
    samples = 0
    start = time.monotonic()
    end = start + seconds
    if len(sys.argv) > 3:
        from frames import HEADER, cells

        with open(sys.argv[3], "w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEADER)
            while (now := time.monotonic()) < end:
                wall = time.time()
                board.write(b"\x01")
                frame = board.read(216)
                writer.writerow(["%.6f" % (now - start), "%.6f" % wall, *cells(frame)])
                samples += 1
    else:
        while time.monotonic() < end:
            board.write(b"\x01")
            if len(board.read(216)) != 216:
                raise SystemExit("short reply")
            samples += 1
    print(json.dumps({"samples": samples, "seconds": time.monotonic() - start}))
