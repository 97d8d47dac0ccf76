#!/usr/bin/env python3
"""What a mark costs a Python program: `python3 bench/marks.py`, from the project's folder.

Prints the median and the 99th percentile of 20,000 marks into a file in the temporary directory, as in `powerlog exec`,
and of as many that do nothing outside of it.
"""

import os
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "src", "exec", "python"))

from powerlog_marks import begin  # noqa: E402

MARKS = 20_000


def measure():
    took = []
    for _ in range(MARKS):
        before = time.perf_counter_ns()
        begin("train")
        took.append(time.perf_counter_ns() - before)
    took.sort()
    return took[MARKS // 2] / 1e3, took[MARKS * 99 // 100] / 1e3


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "marks")
    open(path, "x").close()
    for title, marks in (("in exec", path), ("elsewhere", "")):
        os.environ["POWERLOG_MARKS"] = marks
        median, p99 = measure()
        print("%-10s %6.2f us median, %6.2f us p99" % (title, median, p99))
