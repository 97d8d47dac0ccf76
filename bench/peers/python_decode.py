"""Frames on standard input to CSV on standard output. Usage: python_decode.py RATE_HZ"""

import csv
import sys

from frames import FRAME, HEADER, cells

rate = float(sys.argv[1])
writer = csv.writer(sys.stdout, lineterminator="\n")
writer.writerow(HEADER)
number = 0
while len(frame := sys.stdin.buffer.read(FRAME.size)) == FRAME.size:
    writer.writerow(["%.6f" % (number / rate), "", *cells(frame)])
    number += 1
