#!/usr/bin/env python3
"""Runs a command on a terminal of its own: terminal.py ROWS COLUMNS COMMAND ARGUMENTS...

Reads orders from standard input, a JSON object a line: {"type": TEXT}, {"resize": [ROWS, COLUMNS]}, {"read": false} (the
terminal takes nothing any more), {"signal": NUMBER}, {"close": true} (the terminal goes away). Writes what happens to standard
output, an object a line: {"out": BASE64}, and at last {"code": EXIT CODE, "restored": whether the terminal's settings are what
they were}.
"""

import base64
import fcntl
import json
import os
import select
import signal
import struct
import sys
import termios

rows, columns = int(sys.argv[1]), int(sys.argv[2])
command = sys.argv[3:]
terminal, inner = os.openpty()


def resize(rows, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def tell(what):
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


resize(rows, columns)
before = termios.tcgetattr(inner)
ended, ending = os.pipe()
os.set_blocking(ending, False)
signal.signal(signal.SIGCHLD, lambda *_: None)
signal.set_wakeup_fd(ending)
pid = os.fork()
if pid == 0:
    os.setsid()
    fcntl.ioctl(inner, termios.TIOCSCTTY, 0)
    for fd in (0, 1, 2):
        os.dup2(inner, fd)
    os.closerange(3, 256)
    os.execvp(command[0], command)

orders = b""
reading = True
watched = [0, ended, terminal]
while True:
    ready, _, _ = select.select([fd for fd in watched if reading or fd != terminal], [], [])
    if terminal in ready:
        tell({"out": base64.b64encode(os.read(terminal, 65536)).decode()})
    if 0 in ready:
        piece = os.read(0, 65536)
        if not piece:
            watched.remove(0)
        *lines, orders = (orders + piece).split(b"\n")
        for line in lines:
            order = json.loads(line)
            if "type" in order:
                os.write(terminal, order["type"].encode())
            elif "resize" in order:
                resize(*order["resize"])
            elif "read" in order:
                reading = order["read"]
            elif "signal" in order:
                os.kill(pid, order["signal"])
            elif "close" in order:
                watched.remove(terminal)
                os.close(inner)
                os.close(terminal)
    # A child that was only stopped says so in the same way.
    if ended in ready and os.read(ended, 64) and os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
        break
restored = None
if terminal in watched:
    while select.select([terminal], [], [], 0)[0]:
        tell({"out": base64.b64encode(os.read(terminal, 65536)).decode()})
    restored = termios.tcgetattr(inner) == before
status = os.waitpid(pid, 0)[1]
tell({"code": os.waitstatus_to_exitcode(status), "restored": restored})
