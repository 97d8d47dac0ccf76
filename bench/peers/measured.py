"""Runs a command and writes what the kernel charged it: measured.py RESULT_FILE COMMAND…

JSON: wall_s, cpu_s (of all threads, on Linux to the nanosecond, elsewhere as the clock's ticks tell), peak_rss_kb, status; and
on Linux steady: over the last three quarters of the run, window_s and per thread cpu_s and runs, how often it was put on
a core. TERM goes on to the command.
"""

import json
import os
import select
import signal
import sys
import time

STEP_S = 0.5


def threads(process):
    """On-CPU nanoseconds and runs, by thread: what the scheduler itself counts, not the ticks that fell on it."""
    found = {}
    for thread in os.listdir(f"/proc/{process}/task"):
        try:
            with open(f"/proc/{process}/task/{thread}/schedstat") as file:
                ns, _, runs = map(int, file.read().split())
        except OSError:
            continue  # it has just ended
        found[thread] = (ns, runs)
    return found


def steady(seen):
    """What the threads did from a quarter of the run on."""
    wanted = seen[0][0] + (seen[-1][0] - seen[0][0]) / 4
    first = next(each for each in seen if each[0] >= wanted)
    last = seen[-1]
    nothing = (0, 0)
    spent = [(now[0] - first[1].get(thread, nothing)[0], now[1] - first[1].get(thread, nothing)[1])
             for thread, now in last[1].items()]
    return {"window_s": last[0] - first[0], "threads": [{"cpu_s": ns / 1e9, "runs": runs} for ns, runs in spent]}


result, *command = sys.argv[1:]
linux = sys.platform == "linux"
start = time.monotonic()
child = os.posix_spawnp(command[0], command, os.environ)
signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
seen = []
cpu_ns = None
if linux:
    ended = select.poll()
    ended.register(os.pidfd_open(child), select.POLLIN)
    while not ended.poll(STEP_S * 1e3):
        seen.append((time.monotonic(), threads(child)))
    # The clock of a process counts its ended threads too, and runs on until it is waited for.
    cpu_ns = time.clock_gettime_ns((~child << 3) | 2)
_, status, used = os.wait4(child, 0)
wall = time.monotonic() - start
kb = used.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
charge = {"wall_s": wall, "cpu_s": used.ru_utime + used.ru_stime if cpu_ns is None else cpu_ns / 1e9,
          "peak_rss_kb": kb, "status": os.waitstatus_to_exitcode(status)}
if len(seen) > 1:
    charge["steady"] = steady(seen)
with open(result, "w") as file:
    json.dump(charge, file)
