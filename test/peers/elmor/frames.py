#!/usr/bin/env python3
"""Frames of PMD2, PMD2X and WireView Pro II, packed by C structures as the makers' published programs declare them, and the
cells that a CSV must show for them: it shares no code, no language and no table with powerlog. Standard library alone.

frames.py BOARD COUNT SEED: on standard output a JSON document {"frames": hexadecimal digits, "rows": [{column: text}]}.
"""

import json
import random
import sys
from ctypes import LittleEndianStructure, c_int16, c_int32, c_uint8, c_uint16, c_uint32


class Power(LittleEndianStructure):
    _pack_ = 1
    _fields_ = [("voltage", c_int16), ("current", c_int32), ("power", c_int32)]


class Pmd2(LittleEndianStructure):
    _pack_ = 1
    _fields_ = [("vdd", c_uint16), ("chip", c_int16), ("power", Power * 10), ("eps", c_uint16), ("pcie", c_uint16),
                ("board", c_uint16), ("total", c_uint16), ("ocp", c_uint8 * 10)]


class Pmd2x(LittleEndianStructure):
    _pack_ = 1
    _fields_ = [("vdd", c_uint16), ("chip", c_int16), ("temps", c_int16 * 2), ("power", Power * 16), ("eps", c_uint16),
                ("pcie", c_uint16), ("board", c_uint16), ("total", c_uint16), ("ocp", c_uint8 * 16)]


class Wire(LittleEndianStructure):
    _fields_ = [("voltage", c_int16), ("current", c_uint32), ("power", c_uint32)]


class WireView(LittleEndianStructure):
    _fields_ = [("temps", c_int16 * 4), ("vdd", c_uint16), ("fan", c_uint8), ("power", Wire * 6), ("total_power", c_uint32),
                ("total_current", c_uint32), ("voltage", c_uint16), ("capability", c_uint8), ("status", c_uint16),
                ("log", c_uint16)]


RAILS = "atx_12v atx_5v atx_5vsb atx_3v3 hpwr1 eps1 eps2 pcie1 pcie2 pcie3".split()
WIRES = [f"hpwr1_w{n}" for n in range(1, 7)]
NOMINAL_MV = {"atx_5v": 5000, "atx_5vsb": 5000, "atx_3v3": 3300}


def fixed(integer, decimals):
    digits = str(abs(integer)).rjust(decimals + 1, "0")
    point = len(digits) - decimals
    return ("-" if integer < 0 else "") + digits[:point] + ("." + digits[point:] if decimals else "")


def shared(total, rng):
    """A current in six unequal parts that add up to it."""
    weights = [rng.random() + 0.2 for _ in range(6)]
    parts = [int(total * weight / sum(weights)) for weight in weights]
    return [total - sum(parts[1:]), *parts[1:]]


def power_cells(names, powers):
    row = {}
    for name, power in zip(names, powers):
        row[f"{name}_voltage_v"] = fixed(power.voltage, 3)
        row[f"{name}_current_a"] = fixed(power.current, 3)
        row[f"{name}_power_w"] = fixed(power.power, 3)
    return row


def temperature(raw):
    return "" if raw == 0x7FFF else fixed(raw, 1)


def pmd(kind, n, rng):
    frame = kind()
    names = RAILS if kind is Pmd2 else RAILS + WIRES
    frame.vdd, frame.chip = 3300 + rng.randrange(-30, 31), rng.randrange(-20, 90)
    for power, name in zip(frame.power, RAILS):
        nominal = NOMINAL_MV.get(name, 12000)
        power.voltage = nominal + rng.randrange(-nominal // 30, nominal // 30)
        power.current = rng.choice((rng.randrange(-40, 1), rng.randrange(50000)))
        power.power = power.voltage * power.current // 1000
    if kind is Pmd2x:
        frame.temps[:] = [rng.choice((0x7FFF, rng.randrange(-100, 900))) for _ in range(2)]
        hpwr = frame.power[4]
        for wire, current in zip(frame.power[10:], shared(hpwr.current, rng)):
            wire.voltage, wire.current = hpwr.voltage, current
            wire.power = wire.voltage * current // 1000
    milliwatts = {name: power.power for name, power in zip(RAILS, frame.power)}
    eps = milliwatts["eps1"] + milliwatts["eps2"]
    pcie = sum(milliwatts[name] for name in ("hpwr1", "pcie1", "pcie2", "pcie3"))
    board = sum(milliwatts[name] for name in RAILS[:4])
    frame.eps, frame.pcie, frame.board, frame.total = (max(0, mw) // 1000 for mw in (eps, pcie, board, eps + pcie + board))
    flags = [1 if n % 7 == at % 7 and n > 3 else 0 for at in range(len(names))]
    frame.ocp[:] = flags
    row = {"system_power_w": fixed(eps + pcie + board, 3), "cpu_power_w": fixed(eps, 3), "gpu_power_w": fixed(pcie, 3),
           "motherboard_power_w": fixed(board, 3), **power_cells(names, frame.power), "vdd_v": fixed(frame.vdd, 3),
           "chip_temp_c": fixed(frame.chip * 10, 1)}
    if kind is Pmd2x:
        row |= {"temp_hpwr1_in_c": temperature(frame.temps[0]), "temp_hpwr1_out_c": temperature(frame.temps[1])}
    row |= {"board_eps_power_w": str(frame.eps), "board_pcie_power_w": str(frame.pcie),
            "board_motherboard_power_w": str(frame.board), "board_total_power_w": str(frame.total)}
    row |= {f"ocp_{name}": str(flag) for name, flag in zip(names, flags)}
    return bytes(frame), row


def wireview(n, rng):
    frame = WireView()
    frame.temps[:] = [rng.choice((0x7FFF, rng.randrange(-100, 900))) for _ in range(4)]
    frame.vdd, frame.fan = 3300 + rng.randrange(-30, 31), rng.randrange(101)
    frame.voltage = 12000 + rng.randrange(-400, 400)
    frame.total_current = rng.randrange(60000)
    for wire, current in zip(frame.power, shared(frame.total_current, rng)):
        wire.voltage, wire.current = frame.voltage, current
        wire.power = frame.voltage * current // 1000
    frame.total_power = frame.voltage * frame.total_current // 1000
    frame.capability = rng.randrange(4)
    frame.status, frame.log = 1 << (n % 6) if n % 3 == 0 and n > 3 else 0, (1 << min(6, n)) - 1
    watts = fixed(frame.total_power, 3)
    row = {"system_power_w": watts, "gpu_power_w": watts, "hpwr1_voltage_v": fixed(frame.voltage, 3),
           "hpwr1_current_a": fixed(frame.total_current, 3), "hpwr1_power_w": watts, **power_cells(WIRES, frame.power),
           "vdd_v": fixed(frame.vdd, 3)}
    names = ("temp_hpwr1_in_c", "temp_hpwr1_out_c", "temp3_c", "temp4_c")
    row |= {name: temperature(raw) for name, raw in zip(names, frame.temps)}
    row |= {"fan_duty_pct": str(frame.fan), "hpwr1_capability": str(frame.capability), "fault_status": str(frame.status),
            "fault_log": str(frame.log)}
    return bytes(frame), row


MAKERS = {"pmd2": lambda n, rng: pmd(Pmd2, n, rng), "pmd2x": lambda n, rng: pmd(Pmd2x, n, rng), "wireview": wireview}


def main():
    board, count, seed = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    rng = random.Random(f"{seed} {board}")
    made = [MAKERS[board](n, rng) for n in range(count)]
    json.dump({"frames": b"".join(frame for frame, _ in made).hex(), "rows": [row for _, row in made]}, sys.stdout)


main()
