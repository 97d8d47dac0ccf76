#!/usr/bin/env python3
"""Runs a command on a terminal of its own: in-terminal.py SEEN TYPED COMMAND ARGUMENTS...

What the command writes goes to standard output. As soon as it has written SEEN, TYPED (with escapes such as \\x03) is
typed once. TERM closes the terminal. Ends when the command has, with its exit code.
"""

import os
import pty
import signal
import sys

seen, typed, *command = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
signal.signal(signal.SIGTERM, lambda *_: os.close(terminal))
written = b""
waiting = bool(typed)
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
        os.write(terminal, typed.encode().decode("unicode_escape").encode("latin-1"))
sys.stdout.buffer.write(written)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
