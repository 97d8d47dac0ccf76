#!/usr/bin/env python3
"""Runs a command on a terminal of 24 × 80 that becomes 40 × 100: resized-terminal.py SEEN COMMAND ARGUMENTS...

It does as soon as the command has written SEEN. What the command writes goes to standard output. Ends when the command
has, with its exit code.
"""

import fcntl
import os
import pty
import struct
import sys
import termios


def resize(rows, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


seen, *command = sys.argv[1:]
go, started = os.pipe()
pid, terminal = pty.fork()
if pid == 0:
    os.read(go, 1)
    os.execvp(command[0], command)
resize(24, 80)
os.write(started, b"\0")
written = b""
waiting = True
while True:
    try:
        piece = os.read(terminal, 4096)
    except OSError:
        break
    if not piece:
        break
    written += piece
    if waiting and seen.encode() in written:
        waiting = False
        resize(40, 100)
sys.stdout.buffer.write(written)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
