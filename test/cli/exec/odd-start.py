#!/usr/bin/env python3
"""Becomes a command that inherits what few do: odd-start.py FILE COMMAND ARGUMENTS..."""

import fcntl
import os
import resource
import signal
import sys

path, *command = sys.argv[1:]


def open_at(fd, opened):
    os.dup2(opened, fd)
    os.set_inheritable(fd, True)


open_at(5, os.open("/dev/null", os.O_RDONLY))
open_at(7, os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND))
readable, writable = os.pipe()
open_at(12, readable)
open_at(13, writable)
fcntl.fcntl(12, fcntl.F_SETFL, os.O_NONBLOCK)
open_at(200, os.open("/", os.O_RDONLY | os.O_DIRECTORY))
os.closerange(14, 200)
for fd in (3, 4, 6, 8, 9, 10, 11):
    try:
        os.close(fd)
    except OSError:
        pass
os.close(0)  # closed, and stays so

signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2, signal.SIGTERM, 40])
for ignored in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE, signal.SIGUSR1, signal.SIGWINCH, 45):
    signal.signal(ignored, signal.SIG_IGN)
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (412, hard))
resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
os.umask(0o027)
os.nice(3)
os.environb[b"NOT_UTF8"] = b"\xff\xfe"
os.execvp(command[0], command)
