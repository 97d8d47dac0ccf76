#!/usr/bin/env python3
"""A BENCHLAB or BENCHLAB 2 of any firmware on a pseudo-terminal, for tests: frames and lengths are the maker's library's.

Prints its port's path at the start and after each swap. The board learns of its port's being opened as a board learns of
RTS: it then says its welcome unasked, where its firmware does or `--unasked` says when. SIGTERM ends it.

PREFIX.identities (`--log`): one JSON object a line for each board that is played: its cells, frame by frame, calibration.
PREFIX.received: JSON lines: which identity received which bytes, and what became of it.
"""

import argparse
import errno
import json
import os
import select
import signal
import time
import tty

import frames as maker_frames

WELCOME, READ_SENSORS, READ_NAME, READ_CALIBRATION, READ_UID, READ_VENDOR_DATA = 0x00, 0x01, 0x03, 0x09, 0x0D, 0x0E
COMMANDS = {WELCOME: "WELCOME", READ_SENSORS: "READ_SENSORS", READ_NAME: "READ_NAME", READ_UID: "READ_UID",
            READ_CALIBRATION: "READ_CALIBRATION", READ_VENDOR_DATA: "READ_VENDOR_DATA"}
PRODUCTS = {"benchlab": 0x10, "benchlab2": 0x11}
SPEAKS_UNASKED_FROM = {0x10: 5, 0x11: 6}


class Stop(Exception):
    """SIGTERM or SIGINT."""


class Identity:
    """What is behind the port: PRODUCT:FIRMWARE[:UID]."""

    def __init__(self, text, options):
        product, firmware, *uid = text.split(":")
        self.text = text
        self.product, self.firmware = PRODUCTS[product], int(firmware)
        uid = bytes.fromhex(uid[0]) if uid else bytes(range(12))
        self.frames = maker_frames.frames(self.product, self.firmware, options.frames, options.seed)
        raw_calibration, self.calibration = maker_frames.calibration(self.product, options.seed)
        self.replies = {
            WELCOME: options.welcome.encode(),
            READ_NAME: os.fsencode(options.name),
            READ_UID: uid,
            READ_VENDOR_DATA: options.vendor or bytes((0xEE, self.product, self.firmware)),
            READ_CALIBRATION: raw_calibration,
        }
        for command, reply in self.replies.items():
            size = maker_frames.reply_bytes(self.product, self.firmware, COMMANDS[command])
            self.replies[command] = reply.ljust(size, b"\0")[:size]
        for command in options.silent:
            del self.replies[command]
        assert len(self.frames[0][0]) == maker_frames.reply_bytes(self.product, self.firmware, "READ_SENSORS")
        speaks = self.firmware >= SPEAKS_UNASKED_FROM[self.product]
        self.unasked_ms = options.unasked if options.unasked is not None else [0] if speaks else []

    def as_json(self):
        return {"identity": self.text, "calibration": self.calibration, "rows": [cells for _, cells in self.frames],
                "frames": [frame.hex() for frame, _ in self.frames], "faults": maker_frames.fault_bits(self.product, self.firmware)}


class Board:
    def __init__(self, options):
        self.options = options
        self.identities = [Identity(text, options) for text in options.board]
        self.identity = self.identities[0]
        self.log = open(options.log + ".received", "w") if options.log else None
        if options.log:
            with open(options.log + ".identities", "w") as file:
                file.writelines(json.dumps(each.as_json()) + "\n" for each in self.identities)
        self.number = self.asked = self.openings = self.swaps = 0
        self.was_open = False
        self.requests = {}
        self.plug()
        print(self.path, flush=True)

    def plug(self):
        """A new pseudo-terminal. Its slave is let go, so that the master sees whether somebody has it open."""
        self.master, slave = os.openpty()
        tty.setraw(slave)
        self.path = os.ttyname(slave)
        os.close(slave)
        self.poll = select.poll()
        self.poll.register(self.master, select.POLLIN)
        self.is_open = False
        self.pushes = []
        if self.options.link:
            os.symlink(self.path, self.options.link + ".new")
            os.replace(self.options.link + ".new", self.options.link)

    def unplug(self):
        if self.options.link:
            os.unlink(self.options.link)
        os.close(self.master)

    def write(self, data):
        self.note(sent=len(data))
        piece = self.options.pieces or len(data)
        for at in range(0, len(data), piece):
            os.write(self.master, data[at:at + piece])
            if at + piece < len(data):
                time.sleep(0.001)

    def note(self, **facts):
        if self.log:
            self.log.write(json.dumps({"identity": self.identity.text, "ns": time.monotonic_ns(), **facts}) + "\n")

    def serve(self):
        while True:
            now = time.monotonic()
            wait_ms = max(0, min((at - now) * 1000 for at in self.pushes)) if self.pushes else 1000
            events = dict(self.poll.poll(wait_ms)).get(self.master, 0)
            if events & select.POLLHUP and not events & select.POLLIN:
                self.was_open = self.was_open or (self.is_open and self.openings > 0)
                self.is_open, self.pushes = False, []
                self.swap_if_left_alone()
                time.sleep(0.001 if self.options.swap else 0.0002)  # nothing tells of an opening but the hang-up's end
                continue
            if not self.is_open:
                self.is_open = True
                self.openings += 1
                self.pushes = [time.monotonic() + ms / 1000 for ms in self.identity.unasked_ms]
                self.note(opened=True)
            self.push_due()
            if events & select.POLLIN:
                try:
                    received = os.read(self.master, 256)
                except OSError as error:
                    if error.errno == errno.EIO:
                        continue
                    raise
                self.note(received=received.hex())
                for command in received:
                    if not self.answer(command):
                        break  # another board is there now: what else had been received went with this one

    def push_due(self):
        now = time.monotonic()
        due = [at for at in self.pushes if at <= now]
        self.pushes = [at for at in self.pushes if at > now]
        for _ in due:
            self.note(unasked=True)
            self.write(self.identity.replies[WELCOME])

    def answer(self, command):
        nth = self.requests[command] = self.requests.get(command, -1) + 1
        if self.options.latency:
            time.sleep(self.options.latency / 1000)
        if command == READ_SENSORS:
            reply = self.identity.frames[self.number % len(self.identity.frames)][0]
            self.note(frame=self.number % len(self.identity.frames))
            self.number += 1
            self.asked += 1
        else:
            reply = self.identity.replies.get(command)
        if reply is None:
            return True
        if (command, nth) in self.options.within:  # the welcome comes between two parts of the reply
            at = len(reply) // 2
            self.note(unasked=True, within=command)
            self.write(reply[:at])
            time.sleep(self.options.pause / 1000)
            self.write(self.identity.replies[WELCOME])
            self.write(reply[at:])
        else:
            self.write(reply)
        if not self.is_time_to_swap(command):
            return True
        self.swap()
        return False

    def is_time_to_swap(self, command):
        """In mid-recording; what came in its place may leave in mid-handshake."""
        options = self.options
        if not options.swap or self.swaps >= 2 * options.swaps:
            return False
        leaves = self.identity is not self.identities[0] and options.leave == "uid"
        return self.asked >= options.stay or (leaves and command == READ_UID)

    def swap_if_left_alone(self):
        """What came in its place leaves once its port is closed again, and where nobody opens it."""
        if self.identity is self.identities[0]:
            return
        if self.was_open or time.monotonic() > self.leave_at:
            self.swap()

    def swap(self):
        self.swaps += 1
        self.note(swapped=True)
        if self.options.swap == "replug":
            self.unplug()
            time.sleep(self.options.away / 1000)
        self.identity = self.identities[self.swaps % len(self.identities)]
        self.number = self.asked = self.openings = 0
        self.was_open = False
        self.leave_at = time.monotonic() + 60  # longer than a busy machine takes to open it
        if self.options.swap == "replug":
            self.plug()
        print(self.path, flush=True)

    def close(self):
        self.unplug()
        if self.log:
            self.log.close()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("board", nargs="+", metavar="PRODUCT:FIRMWARE[:UID]", help="several: they are swapped in turn")
    parser.add_argument("--link", help="symbolic link kept on the port")
    parser.add_argument("--log", metavar="PREFIX")
    parser.add_argument("--frames", type=int, default=256, help="how many frames there are, served again and again")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--latency", type=float, default=1, metavar="MS", help="before every reply")
    parser.add_argument("--name", default="maker's", help="UTF-8, or any bytes")
    parser.add_argument("--welcome", default="BENCHLAB")
    parser.add_argument("--pieces", type=int, metavar="BYTES", help="replies come in pieces, 1 ms apart")
    parser.add_argument("--vendor", type=bytes.fromhex, metavar="HEX", help="vendor data that says something else")
    parser.add_argument("--unasked", type=milliseconds, metavar="MS,…", help="after each opening; 'never' for not at all")
    parser.add_argument("--within", type=command_and_number, action="append", default=[], metavar="COMMAND:N",
                        help="the welcome unasked in the middle of the Nth reply (from 0) to that command")
    parser.add_argument("--pause", type=float, default=0, metavar="MS", help="before a welcome --within a reply")
    parser.add_argument("--silent", type=lambda text: int(text, 0), action="append", default=[], metavar="COMMAND")
    parser.add_argument("--swap", choices=("replug", "quiet"), help="quiet: behind a port that stays open")
    parser.add_argument("--swaps", type=int, default=100, help="so many each way; then the first board stays")
    parser.add_argument("--stay", type=int, default=10, metavar="N", help="swaps after so many frames")
    parser.add_argument("--leave", choices=("closed", "uid"), default="closed",
                        help="when another board goes again: when its port is closed, or as soon as it has said its UID")
    parser.add_argument("--away", type=float, default=0, metavar="MS", help="between two boards")
    parser.add_argument("--seconds", type=float, default=3600, help="ends by itself after this long")
    return parser.parse_args()


def milliseconds(text):
    return [] if text == "never" else [float(ms) for ms in text.split(",")]


def command_and_number(text):
    command, number = text.split(":")
    return int(command, 0), int(number)


def stop(*_):
    raise Stop


def main():
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
        signal.signal(name, stop)
    options = arguments()
    signal.setitimer(signal.ITIMER_REAL, options.seconds)
    board = None
    try:
        board = Board(options)
        board.serve()
    except Stop:
        pass
    finally:
        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
            signal.signal(name, signal.SIG_IGN)
        if board:
            board.close()


if __name__ == "__main__":
    main()
