"""Marks phases of a program for ``powerlog exec``; does nothing anywhere else.

    from powerlog_marks import phase

    with phase("train", count=len(loader)):
        ...

    @phase("evaluate")
    def evaluate(): ...

``powerlog exec`` puts this file on the path and the name of a file into ``POWERLOG_MARKS``; every mark
appends one line to it. No mark ever raises, blocks or prints. Standard library only; Python 3.6 or newer.
"""

import binascii
import functools
import json
import os
import time

__all__ = ["begin", "end", "phase", "point"]

_FLAGS = os.O_WRONLY | os.O_APPEND | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
_NAME_BYTES_MAX = 1024  # as powerlog itself has it; a longer name is cut
# Flags of a code object.
_GENERATOR, _COROUTINE, _ITERABLE_COROUTINE, _ASYNC_GENERATOR = 0x20, 0x80, 0x100, 0x200


def _now():
    try:
        return time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    except AttributeError:  # Python 3.6, or a system without that clock
        return int(time.monotonic() * 1e9)


def _cut(name):
    """The name, or its beginning and its checksum, so that names that begin alike stay apart."""
    whole = name.encode("utf-8", "replace")
    if len(whole) <= _NAME_BYTES_MAX:
        return name
    head = whole[: _NAME_BYTES_MAX - 11].decode("utf-8", "ignore")
    return "%s\u2026%08x" % (head, binascii.crc32(whole) & 0xFFFFFFFF)


def _field(name):
    try:
        name = _cut(str(name))
    except Exception:
        name = "<%s>" % type(name).__name__
    plain = name.isprintable() and name and not name.startswith('"') and not any(c.isspace() for c in name)
    return name if plain else json.dumps(name)


def _count(count):
    """The count as the file wants it: digits, and a fraction where there is one. Of anything else powerlog tells."""
    try:
        number = float(count)
        if 0 <= number < 1e15:
            return " %d" % number if number == int(number) else " %.9f" % number
    except Exception:
        pass
    try:
        return " " + "_".join(repr(count)[:32].split())
    except Exception:
        return " ?"


def _mark(kind, name, count=None):
    # The time comes first: what follows costs microseconds and belongs to no phase.
    now = _now()
    try:
        path = os.environ.get("POWERLOG_MARKS")
        if not path:
            return
        tail = "" if count is None else _count(count)
        line = ("%d %s %s%s\n" % (now, kind, _field(name), tail)).encode("utf-8", "replace")
        # Opened each time: a descriptor that is kept can be closed, and its number reused, by whoever forks
        # or makes a daemon of this process.
        file = os.open(path, _FLAGS)
        try:
            os.write(file, line)
        finally:
            os.close(file)
    except Exception:
        pass


def begin(name):
    """A phase begins."""
    _mark("begin", name)


def end(name, count=None):
    """A phase ends, after so many steps, tokens, images, ..."""
    _mark("end", name, count)


def point(name, count=None):
    """Something happened: so many more steps, tokens, images, ... of the phase of that name."""
    _mark("point", name, count)


def _flags(function):
    """Says whether a function, or what can be called like one, is a generator, a coroutine or both."""
    while isinstance(function, functools.partial):
        function = function.func
    code = getattr(function, "__code__", None) or getattr(getattr(function, "__call__", None), "__code__", None)
    return getattr(code, "co_flags", 0)


class phase:
    """A phase, around a ``with`` block or a function; ``count`` may also be set while it runs."""

    def __init__(self, name, count=None):
        self.name = name
        self.count = count

    def __enter__(self):
        _mark("begin", self.name)
        return self

    def __exit__(self, *_):
        _mark("end", self.name, self.count)
        return False

    def __call__(self, function):
        # A new phase a call, so that functions may recurse and run in several threads. What is run piece by piece
        # is one phase from its first piece to its last.
        flags = _flags(function)
        if flags & (_COROUTINE | _ITERABLE_COROUTINE):

            @functools.wraps(function)
            async def around(*args, **kwargs):
                with phase(self.name, self.count):
                    return await function(*args, **kwargs)
        elif flags & _ASYNC_GENERATOR:

            @functools.wraps(function)
            async def around(*args, **kwargs):
                with phase(self.name, self.count):
                    running = function(*args, **kwargs)
                    step = running.asend(None)
                    while True:
                        try:
                            value = await step
                        except StopAsyncIteration:
                            return
                        try:
                            sent = yield value
                        except GeneratorExit:
                            await running.aclose()
                            raise
                        except BaseException as error:
                            step = running.athrow(error)
                        else:
                            step = running.asend(sent)
        elif flags & _GENERATOR:

            @functools.wraps(function)
            def around(*args, **kwargs):
                with phase(self.name, self.count):
                    return (yield from function(*args, **kwargs))
        else:

            @functools.wraps(function)
            def around(*args, **kwargs):
                with phase(self.name, self.count):
                    return function(*args, **kwargs)

        return around
