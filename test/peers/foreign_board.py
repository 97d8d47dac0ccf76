#!/usr/bin/env python3
"""A BENCHLAB board model on a pseudo-terminal, for tests: it shares no code, no language and no author's table with
powerlog. Only Python 3's standard library; POSIX.

The first line on standard output is the port's path. SIGTERM or SIGINT ends it: it then prints its counts as one
line of JSON. Every READ_SENSORS request gets the next frame, numbered from 0; generated frames carry their number
in three rails' voltages (see `number_of`), so a reader's omissions and repeats show.
"""

import argparse
import json
import os
import random
import signal
import struct
import time
import tty

WELCOME, READ_SENSORS, ACTION, READ_NAME, WRITE_NAME = 0x00, 0x01, 0x02, 0x03, 0x04
READ_CALIBRATION, READ_UID, READ_VENDOR_DATA = 0x09, 0x0D, 0x0E
ARGUMENT_BYTES = {ACTION: 4, WRITE_NAME: 32}
FRAME_BYTES = 216
NOT_CONNECTED = 0x7FFF
KINDS = ("drop", "repeat", "stray", "double", "short", "late", "slow", "silent", "wrong", "garble", "split", "unplug")
SLOWER_MS = (8, 16, 32, 64, 128, 256, 512)  # one reply after the other, from the one that is drawn on

# struct: 13 probes, Vdd, Vref, chip, 4 temperatures, ambient, humidity, 4 switches | 11 rails | 9 fans
HEAD = struct.Struct("<13hHHh4hhH4B")
RAIL = struct.Struct("<hxxii")
FAN = struct.Struct("<BBH")
POWER_AT = HEAD.size
FANS_AT = POWER_AT + 11 * RAIL.size
assert HEAD.size == 48 and RAIL.size == 12 and FANS_AT == 180 and FANS_AT + 9 * FAN.size == FRAME_BYTES

# The frame's number, in base 200, stands in the voltages of these rails: EPS1, EPS2, ATX 12 V.
DIGIT_RAILS = (0, 1, 5)
DIGIT_BASE, DIGIT_ZERO_MV = 200, 11900
NOMINAL_MV = (12000, 12000, 3310, 5020, 5050, 12000, 11990, 12030, 12010, 12020, 12040)


class Stop(Exception):
    """SIGTERM or SIGINT."""


def number_of(frame):
    """The number a generated frame carries."""
    digits = [RAIL.unpack_from(frame, POWER_AT + rail * RAIL.size)[0] - DIGIT_ZERO_MV for rail in DIGIT_RAILS]
    return digits[0] + DIGIT_BASE * (digits[1] + DIGIT_BASE * digits[2])


class Generated:
    """Plausible frames without end: loads that wander, probes that are absent, small negative currents at idle."""

    def __init__(self, seed):
        rng = random.Random(seed)
        self.pool = [self._base(rng, phase / 64) for phase in range(64)]
        self.amps = [[rng.randrange(200, 12000) for _ in DIGIT_RAILS] for _ in range(64)]

    @staticmethod
    def _base(rng, phase):
        probes = [NOT_CONNECTED if n in (5, 11) else rng.randrange(100, 3300) for n in range(13)]
        temperatures = [rng.randrange(250, 700), NOT_CONNECTED, rng.randrange(-50, 0), NOT_CONNECTED]
        duty = rng.choice((255, 40))
        frame = bytearray(FRAME_BYTES)
        HEAD.pack_into(frame, 0, *probes, 3300 + rng.randrange(9), 2500, 41, *temperatures,
                       rng.randrange(200, 300), rng.randrange(300, 500), 0, 0, 1, duty)
        for rail, nominal in enumerate(NOMINAL_MV):
            mv = nominal + rng.randrange(-40, 40)
            ma = rng.randrange(-30, 0) if rail == 8 else int(rng.randrange(100, 30000) * (0.2 + 0.8 * phase))
            RAIL.pack_into(frame, POWER_AT + rail * RAIL.size, mv, ma, mv * ma // 1000)
        for fan in range(9):
            FAN.pack_into(frame, FANS_AT + fan * FAN.size, fan % 2, rng.randrange(101), rng.randrange(0, 3000))
        return bytes(frame)

    def frame(self, number):
        frame = bytearray(self.pool[number & 63])
        rest = number
        for rail, ma in zip(DIGIT_RAILS, self.amps[number & 63]):
            rest, digit = divmod(rest, DIGIT_BASE)
            mv = DIGIT_ZERO_MV + digit
            RAIL.pack_into(frame, POWER_AT + rail * 12, mv, ma, mv * ma // 1000)
        return bytes(frame)


class FromFile:
    """The file's frames in order, once each; after the last one it is repeated, or nothing comes any more."""

    def __init__(self, path, after):
        with open(path, "rb") as file:
            data = file.read()
        if not data or len(data) % FRAME_BYTES:
            raise SystemExit(f"{path}: {len(data)} bytes are not a whole number of {FRAME_BYTES}-byte frames")
        self.frames = [data[at:at + FRAME_BYTES] for at in range(0, len(data), FRAME_BYTES)]
        self.after = after

    def frame(self, number):
        if number < len(self.frames):
            return self.frames[number]
        return self.frames[-1] if self.after == "repeat" else None


class Faults:
    """Draws at most one fault a reply, from a seed of its own."""

    def __init__(self, text, seed):
        self.rng = random.Random(f"faults {seed}")
        self.limits = []
        total = 0.0
        for item in filter(None, text.split(",")):
            kind, _, rate = item.partition(":")
            if kind not in KINDS:
                raise SystemExit(f"'{kind}' is not a fault; there are {', '.join(KINDS)}")
            total += float(rate)
            self.limits.append((total, kind))
        if total > 1:
            raise SystemExit("the faults' rates add up to more than 1")

    def draw(self):
        if not self.limits:
            return None
        value = self.rng.random()
        for limit, kind in self.limits:
            if value < limit:
                return kind
        return None


class Board:
    def __init__(self, options):
        self.options = options
        self.frames = FromFile(options.frames, options.after) if options.frames else Generated(options.seed)
        self.faults = Faults(options.fault, options.seed)
        self.rng = self.faults.rng
        self.number = 0
        self.slower = []
        self.counts = {"commands": {}, "faults": {}}
        self.command_log = open(options.log + ".commands", "wb") if options.log else None
        self.frame_log = open(options.log + ".frames", "wb") if options.log else None
        self.fault_log = open(options.fault_log, "w") if options.fault_log else None
        self.replies = {
            WELCOME: b"BENCHLAB\0",
            READ_CALIBRATION: bytes(range(178)),
            READ_NAME: options.name.encode("ascii").ljust(32, b"\0")[:32],
            READ_UID: bytes.fromhex(options.uid),
            READ_VENDOR_DATA: bytes((0xEE, options.product, options.firmware)),
        }
        self.master = self.slave = -1

    def plug(self):
        """A new pseudo-terminal. The slave is held open too: without it the master fails between two clients."""
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        self.path = os.ttyname(self.slave)
        link = self.options.link
        if link:
            os.symlink(self.path, link + ".new")
            os.replace(link + ".new", link)

    def announce(self):
        print(self.path, flush=True)

    def unplug(self):
        if self.options.link and os.path.islink(self.options.link):
            os.unlink(self.options.link)
        os.close(self.slave)
        os.close(self.master)
        self.master = self.slave = -1

    def serve(self):
        skip = 0
        latency = self.options.latency / 1000
        while True:
            received = os.read(self.master, 256)
            if self.command_log:
                self.command_log.write(received)
            for command in received:
                if skip:
                    skip -= 1
                    continue
                commands = self.counts["commands"]
                commands[command] = commands.get(command, 0) + 1
                skip = ARGUMENT_BYTES.get(command, 0)
                if latency:
                    time.sleep(latency)
                if command == READ_SENSORS:
                    if not self.answer_sensors():
                        break  # unplugged: what else had been received went with the cable
                elif command in self.replies:
                    os.write(self.master, self.replies[command])

    def answer_sensors(self):
        frame = self.frames.frame(self.number)
        if frame is None:
            return True
        delay_ms = self.slower.pop(0) if self.slower else 0
        kind = None if delay_ms else self.faults.draw()
        if self.frame_log:
            self.frame_log.write(frame)
        self.number += 1
        if kind is None:
            if delay_ms:
                time.sleep(delay_ms / 1000)
            self.write_in_pieces(frame)
            return True
        self.counts["faults"][kind] = self.counts["faults"].get(kind, 0) + 1
        start = time.monotonic_ns()
        detail = self.misanswer(kind, frame)
        if self.fault_log:
            entry = {"frame": self.number - 1, "kind": kind, "ns": start, "end_ns": time.monotonic_ns(), **detail}
            self.fault_log.write(json.dumps(entry) + "\n")
            self.fault_log.flush()
        if kind != "unplug":
            return True
        self.announce()  # not before the log is whole: whoever reads this may end the board
        return False

    def write_in_pieces(self, frame):
        """In as many pieces as were asked for, cut anywhere, with pauses of any length between them."""
        cuts = sorted(self.rng.sample(range(1, FRAME_BYTES), self.options.pieces - 1))
        for start, end in zip([0, *cuts], [*cuts, FRAME_BYTES]):
            if start:
                time.sleep(self.rng.random() * self.options.apart / 1000)
            os.write(self.master, frame[start:end])

    def misanswer(self, kind, frame):
        """Does what `kind` says instead of answering with `frame`; returns what the fault log adds."""
        master = self.master
        at = self.rng.randrange(FRAME_BYTES)
        if kind == "drop":
            os.write(master, frame[:at] + frame[at + 1:])
        elif kind == "repeat":
            os.write(master, frame[:at] + frame[at:at + 1] + frame[at:])
        elif kind == "stray":
            at = self.rng.randrange(FRAME_BYTES + 1)
            os.write(master, frame[:at] + bytes((self.rng.randrange(256),)) + frame[at:])
        elif kind == "double":
            os.write(master, frame + frame)
        elif kind == "short":
            os.write(master, frame[:at])
        elif kind == "late":
            time.sleep(self.options.late / 1000)
            os.write(master, frame)
        elif kind == "slow":
            first, *self.slower = SLOWER_MS
            time.sleep(first / 1000)
            os.write(master, frame)
        elif kind == "wrong":
            command = self.rng.choice(sorted(self.replies))
            os.write(master, self.replies[command])
            return {"answered": command}
        elif kind == "garble":
            os.write(master, self.rng.randbytes(FRAME_BYTES))
        elif kind == "split":
            os.write(master, frame[:at])
            time.sleep(0.002)
            os.write(master, frame[at:])
        elif kind == "unplug":
            self.unplug()
            time.sleep(self.options.away / 1000)
            self.plug()
        return {"at": at} if kind in ("drop", "repeat", "stray", "short", "split") else {}

    def close(self):
        if self.master >= 0:
            self.unplug()
        for file in (self.command_log, self.frame_log, self.fault_log):
            if file:
                file.close()
        print(json.dumps({"frames": self.number, **self.counts}), flush=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--link", help="symbolic link kept on the port")
    parser.add_argument("--latency", type=float, default=0, metavar="MS", help="before every reply")
    parser.add_argument("--frames", metavar="FILE", help="216-byte frames to serve instead of generated ones")
    parser.add_argument("--pieces", type=int, default=1, metavar="N", help="in which a good reply is sent")
    parser.add_argument("--apart", type=float, default=1, metavar="MS", help="the longest pause between two pieces")
    parser.add_argument("--after", choices=("repeat", "stop"), default="repeat", help="after --frames' last frame")
    parser.add_argument("--log", metavar="FILE", help="FILE.commands: bytes received; FILE.frames: frames, in order")
    parser.add_argument("--fault", default="", metavar="KIND:RATE,…", help=f"per reply: {', '.join(KINDS)}")
    parser.add_argument("--fault-log", metavar="FILE", help="JSON lines: frame, kind, CLOCK_MONOTONIC ns")
    parser.add_argument("--late", type=float, default=300, metavar="MS", help="how late a late reply is")
    parser.add_argument("--away", type=float, default=300, metavar="MS", help="how long an unplugged board is away")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--uid", default="0123456789abcdef01234567", help="24 hexadecimal digits")
    parser.add_argument("--name", default="foreign")
    parser.add_argument("--product", type=lambda text: int(text, 0), default=0x10)
    parser.add_argument("--firmware", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=3600, help="ends by itself after this long")
    return parser.parse_args()


def stop(*_):
    raise Stop


def main():
    options = arguments()
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
        signal.signal(name, stop)
    signal.setitimer(signal.ITIMER_REAL, options.seconds)
    board = Board(options)
    try:
        board.plug()
        board.announce()
        board.serve()
    except Stop:
        pass
    finally:
        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
            signal.signal(name, signal.SIG_IGN)
        board.close()


if __name__ == "__main__":
    main()
