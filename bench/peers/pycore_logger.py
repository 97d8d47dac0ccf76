"""The CSV logger of the maker's library (benchlab-pycore), as its page gives it, without the pause between readings: the
most that it can. Usage: pycore_logger.py PORT SECONDS CSV_FILE; prints JSON.
"""

import csv
import json
import logging
import sys
import time

import serial
from benchlab_pycore.core import read_device, read_sensors, translate_sensor_struct

logging.disable(logging.CRITICAL)  # it writes to standard output, where the result goes
port, seconds, path = sys.argv[1], float(sys.argv[2]), sys.argv[3]
with serial.Serial(port, 115200, timeout=1, rtscts=False, dsrdtr=False) as board, open(path, "w", newline="") as file:
    info = read_device(board)
    if info is None:
        raise SystemExit(f"{port}: no vendor data")
    product = info["ProductId"]
    writer = None
    samples = missed = 0
    start = time.monotonic()
    end = start + seconds
    while time.monotonic() < end:
        sensors = read_sensors(board, product_id=product)
        if not sensors:
            missed += 1
            continue
        row = translate_sensor_struct(sensors, product_id=product)
        row["timestamp"] = time.time()
        if writer is None:
            writer = csv.DictWriter(file, fieldnames=list(row))
            writer.writeheader()
        writer.writerow(row)
        file.flush()
        samples += 1
    print(json.dumps({"samples": samples, "missed": missed, "seconds": time.monotonic() - start}))
