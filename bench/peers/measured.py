"""Runs a command and writes what the kernel charged it: measured.py RESULT_FILE COMMAND…

JSON: wall_s, user_s, system_s (all threads, and children that it waited for), peak_rss_kb, status. Only os.wait4
tells this of exactly one process. TERM goes on to the command.
"""

import json
import os
import signal
import sys
import time

result, *command = sys.argv[1:]
start = time.monotonic()
child = os.posix_spawnp(command[0], command, os.environ)
signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
_, status, used = os.wait4(child, 0)
wall = time.monotonic() - start
kb = used.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
with open(result, "w") as file:
    json.dump({"wall_s": wall, "user_s": used.ru_utime, "system_s": used.ru_stime, "peak_rss_kb": kb,
               "status": os.waitstatus_to_exitcode(status)}, file)
