#!/usr/bin/env python3
"""Prints all that a process inherits, as JSON; numbers of pipes are told as the order in which they appear."""

import json
import os
import re
import sys

seen = {}


def place(target):
    return re.sub(r"\[\d+\]", lambda match: f"[{seen.setdefault(target, len(seen))}]", target)


def descriptors():
    for name in sorted(os.listdir("/proc/self/fd"), key=int):
        try:
            target = os.readlink(f"/proc/self/fd/{name}")
            flags = open(f"/proc/self/fdinfo/{name}").read().split("flags:")[1].split()[0]
        except OSError:
            continue  # the one that listed the folder
        yield name, [place(target), flags]


status = dict(line.rstrip("\n").split(":\t", 1) for line in open("/proc/self/status"))
kept = ["SigIgn", "SigBlk", "Umask", "Groups", "Uid", "Gid", "CapInh", "CapBnd", "CapAmb", "NoNewPrivs", "Cpus_allowed"]
documented = {b"POWERLOG_MARKS", b"PYTHONPATH"}
documented |= {b"_"}  # a shell's own: each tells its command the command's name
print(
    json.dumps(
        {
            "descriptors": dict(descriptors()),
            "limits": open("/proc/self/limits").read().splitlines(),
            "status": {name: status.get(name) for name in kept},
            "nice": os.nice(0),
            "scheduler": os.sched_getscheduler(0),
            "timer slack": open("/proc/self/timerslack_ns").read(),
            "out of memory": open("/proc/self/oom_score_adj").read(),
            "folder": os.getcwd(),
            "session": os.getsid(0) == os.getsid(os.getppid()),
            "group": os.getpgrp() == os.getpgid(os.getppid()),
            "environment": sorted(
                [name.decode("latin1"), value.decode("latin1")]
                for name, value in os.environb.items()
                if name not in documented
            ),
            "arguments": [os.fsencode(word).decode("latin1") for word in sys.argv],
        },
        indent=1,
    )
)
