"""Frames and calibrations of BENCHLAB and BENCHLAB 2, packed by the maker's own library (benchlab-pycore), and the cells
that a CSV must show for them, read from the library's structures: nothing of powerlog, and no offset written by hand.
"""

import ctypes
import hashlib
import random

from benchlab_pycore.core import structures as maker
from benchlab_pycore.core.contract import contract_for

NOT_CONNECTED, NO_FAN = 0x7FFF, 255
RAILS = "eps1 eps2 atx_3v3 atx_5v atx_5vsb atx_12v pcie1 pcie2 pcie3 hpwr1 hpwr2".split()
WIRES = [f"{rail}_w{n}" for rail in ("hpwr1", "hpwr2") for n in range(1, 7)]
NOMINAL_MV = {"atx_3v3": 3300, "atx_5v": 5000, "atx_5vsb": 5000}
TEMPERATURES = ["temp1_c", "temp2_c", "temp3_c", "temp4_c",
                "temp_hpwr1_in_c", "temp_hpwr1_out_c", "temp_hpwr2_in_c", "temp_hpwr2_out_c"]
# The first firmware that sends the chip's temperature in tenths of a degree, as the library's README says.
TENTHS_FROM = {0x10: 3, 0x11: 4}


def structure(product, firmware):
    if product == 0x10:
        return maker.SensorStructOriginal
    early = firmware < maker.BENCHLAB_BL2_SENSOR_FAULT_FIELDS_FROM
    return maker.SensorStructBL2Legacy if early else maker.SensorStructBL2


def fill(frame, rng, faults):
    """Everything a board may say, as long as its rails agree with themselves; many probes are absent."""
    frame.Vin[:] = [rng.choice((NOT_CONNECTED, rng.randrange(-200, 5001))) for _ in frame.Vin]
    frame.Vdd, frame.Vref = rng.randrange(3000, 3600), rng.randrange(0x10000)
    frame.Tchip = rng.randrange(-400, 1251)
    frame.Ts[:] = [rng.choice((NOT_CONNECTED, rng.randrange(-550, 1501))) for _ in frame.Ts]
    frame.Tamb, frame.Hum = rng.randrange(-400, 851), rng.randrange(1001)
    frame.FanSwitchStatus, frame.RGBSwitchStatus, frame.RgbExtStatus = rng.randrange(3), rng.randrange(2), rng.randrange(2)
    frame.FanExtDuty = rng.choice((NO_FAN, rng.randrange(101)))
    for fan in frame.Fans:
        fan.Enable, fan.Duty, fan.Tach = rng.randrange(2), rng.randrange(101), rng.randrange(0x10000)
    power = frame.PowerReadings
    for rail, name in zip(power, RAILS + WIRES):
        nominal = NOMINAL_MV.get(name, 12000)
        rail.Voltage = rng.choice((nominal, nominal + rng.randrange(-nominal // 20, nominal // 20), rng.randrange(-3, 50)))
        rail.Current = rng.choice((rng.randrange(-40, 1), rng.randrange(60000)))
    for at in range(11, len(power), 6):  # six wires share their connector's current, unequally
        connector = power[9 + (at - 11) // 6]
        shares = [rng.random() + 0.2 for _ in range(6)]
        for wire, share in zip(power[at:at + 6], shares):
            wire.Voltage = connector.Voltage
            wire.Current = int(connector.Current * share / sum(shares))
    for rail in power:
        rail.Power = rail.Voltage * rail.Current // 1000 + rng.randrange(-9, 10)
    if hasattr(frame, "FaultStatus"):
        frame.FaultStatus, frame.FaultLog = faults


def fixed(integer, decimals):
    digits = str(abs(integer)).rjust(decimals + 1, "0")
    point = len(digits) - decimals
    return ("-" if integer < 0 else "") + digits[:point] + ("." + digits[point:] if decimals else "")


def cells(frame, product, firmware):
    """Column to text, for every column of `--columns all` but the times."""
    power = frame.PowerReadings
    cpu = power[0].Power + power[1].Power
    board = sum(rail.Power for rail in power[2:6])
    gpu = sum(rail.Power for rail in power[6:11])
    row = {"system_power_w": fixed(cpu + board + gpu, 3), "cpu_power_w": fixed(cpu, 3), "gpu_power_w": fixed(gpu, 3),
           "motherboard_power_w": fixed(board, 3)}
    for rail, name in zip(power, RAILS + WIRES):
        row[f"{name}_voltage_v"] = fixed(rail.Voltage, 3)
        row[f"{name}_current_a"] = fixed(rail.Current, 3)
        row[f"{name}_power_w"] = fixed(rail.Power, 3)
    for n, mv in enumerate(frame.Vin, 1):
        row[f"vin{n}_v"] = "" if mv == NOT_CONNECTED else fixed(mv, 3)
    row["vdd_v"], row["vref_v"] = fixed(frame.Vdd, 3), fixed(frame.Vref, 3)
    row["chip_temp_c"] = fixed(frame.Tchip * (1 if firmware >= TENTHS_FROM[product] else 10), 1)
    for tenths, name in zip(frame.Ts, TEMPERATURES):
        row[name] = "" if tenths == NOT_CONNECTED else fixed(tenths, 1)
    row["ambient_temp_c"], row["humidity_pct"] = fixed(frame.Tamb, 1), fixed(frame.Hum, 1)
    row["fan_ext_duty_pct"] = "" if frame.FanExtDuty == NO_FAN else str(frame.FanExtDuty)
    for n, fan in enumerate(frame.Fans, 1):
        row[f"fan{n}_rpm"], row[f"fan{n}_duty_pct"] = str(fan.Tach), str(fan.Duty)
    if hasattr(frame, "FaultStatus"):
        row["fault_status"], row["fault_log"] = str(frame.FaultStatus), str(frame.FaultLog)
    return row


def frames(product, firmware, count, seed):
    """`count` frames that differ, each with its cells. Bits of faults come and go; the log keeps them."""
    rng = random.Random(f"{seed} {product} {firmware}")
    made, latched = [], 0
    for n in range(count):
        status = 1 << (n * maker.FAULT_NUM // count) if n % 4 else 0
        latched |= status
        frame = structure(product, firmware)()
        fill(frame, rng, (status, latched))
        if firmware < TENTHS_FROM[product]:
            frame.Tchip //= 10
        made.append((bytes(frame), cells(frame, product, firmware)))
    return made


def calibration(product, seed):
    """A calibration in which every number differs from its neighbours, and the same as JSON."""
    rng = random.Random(f"calibration {seed} {product}")
    made = (maker.CalibrationStruct if product == 0x10 else maker.CalibrationStructBL2)()
    made.Crc = rng.randrange(0x10000)
    for name, _ in made._fields_:
        field = getattr(made, name)
        for value in field if isinstance(field, ctypes.Array) else [field]:
            if isinstance(value, maker.CalibrationValueStruct):
                value.Offset, value.GainOffset = rng.randrange(-500, 501), rng.randrange(-400, 401)
    made.TsB[:] = [rng.randrange(2) for _ in made.TsB]
    rails = {name: {"voltage_offset": volts.Offset, "voltage_gain": volts.GainOffset,
                    "current_offset": amps.Offset, "current_gain": amps.GainOffset}
             for name, volts, amps in zip(RAILS + WIRES, made.PowerReadingVoltage, made.PowerReadingCurrent)}
    raw = bytes(made)
    return raw, {"crc": made.Crc, "sha256": hashlib.sha256(raw).hexdigest(), "rails": rails}


def fault_bits(product, firmware):
    """The maker's name of each bit that the frames hold; none where they hold no fault words."""
    if not hasattr(structure(product, firmware), "FaultStatus"):
        return {}
    return {fault.name: fault.value for fault in maker.Fault}


def reply_bytes(product, firmware, command):
    return contract_for(product, firmware).response_size(command)
