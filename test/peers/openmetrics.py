"""Reads OpenMetrics, or plain text where an argument says so, from standard input; writes what its own parser makes of it, as JSON."""

import json
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as plain

families = (plain if sys.argv[1:] == ["plain"] else openmetrics)(sys.stdin.read())
json.dump(
    [
        {
            "name": family.name,
            "type": family.type,
            "unit": family.unit,
            "help": family.documentation,
            "samples": [[sample.name, sample.labels, float(sample.value)] for sample in family.samples],
        }
        for family in families
    ],
    sys.stdout,
)
