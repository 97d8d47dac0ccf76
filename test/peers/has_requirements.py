"""Ends with 0 where this Python has every package of a requirements file in its version: has_requirements.py FILE."""

import sys
from importlib import metadata

for line in open(sys.argv[1], encoding="utf-8"):
    name, _, version = line.strip().partition("==")
    try:
        if name and metadata.version(name) != version:
            sys.exit(f"{name} {metadata.version(name)}, not {version}")
    except metadata.PackageNotFoundError:
        sys.exit(f"no {name}")
