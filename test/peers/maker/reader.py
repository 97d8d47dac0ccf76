"""Reads a board with the maker's own library, as its users do: reader.py PORT COUNT. Prints one object of JSON."""

import hashlib
import json
import logging
import sys

import serial
from benchlab_pycore.core import read_device, read_sensors, read_uid, translate_sensor_struct
from benchlab_pycore.core.config_io import ping, read_calibration, read_name

logging.disable(logging.CRITICAL)  # it writes to standard output
port, count = sys.argv[1], int(sys.argv[2])
with serial.Serial(port, 115200, timeout=1, rtscts=False, dsrdtr=False) as board:
    board.read(32)  # a welcome unasked; the library lets go what comes in 50 ms
    board.timeout = 10  # a busy machine is no fault of the board's
    device = read_device(board)
    product = device["ProductId"]
    calibration = read_calibration(board, product)
    values, raw = [], []
    for _ in range(count):
        frame = read_sensors(board, product_id=product)
        faults = {name: str(getattr(frame, name)) for name in ("FaultStatus", "FaultLog") if hasattr(frame, name)}
        values.append({**translate_sensor_struct(frame), **faults})
        raw.append(bytes(frame).hex())
    board.timeout = 1  # a short welcome costs `ping` all of it
    found = {
        "welcomed": ping(board),
        "device": device,
        "uid": read_uid(board),
        "name": read_name(board),
        "calibration": {
            "crc": calibration.Crc,
            "sha256": hashlib.sha256(bytes(calibration)).hexdigest(),
            "voltage": [[each.Offset, each.GainOffset] for each in calibration.PowerReadingVoltage],
            "current": [[each.Offset, each.GainOffset] for each in calibration.PowerReadingCurrent],
        },
        "values": values,
        "raw": raw,
    }
print(json.dumps(found))
