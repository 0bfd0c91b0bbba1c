"""Validates a FHIR bundle on standard input with the R4B models of the Python package fhir.resources.

    python -m venv venv && venv/bin/pip install fhir.resources==8.3.0
    asclepius extract --note NOTE --schema labs --format fhir | venv/bin/python fhir_validate.py

The resources used here are the same in R4 (4.0.1) and R4B. Run on each file of ../Resources/bundles, and on
all notes of the corpus with --corpus ASCLEPIUS.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

from fhir.resources.R4B.bundle import Bundle

SCHEMAS = ["medications", "problems", "labs", "follow-up"]


def check(text):
    bundle = Bundle.model_validate_json(text)
    entries = bundle.entry or []
    urls = [entry.fullUrl for entry in entries]
    assert len(set(urls)) == len(urls)
    return [entry.resource.__class__.__name__ for entry in entries]


def corpus(asclepius):
    rows = pathlib.Path(__file__).parents[3] / "samples/corpus/patients.jsonl"
    counts = {}
    for line in rows.open():
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write(json.loads(line)["note"])
            file.flush()
            for schema in SCHEMAS:
                for kind in check(subprocess.run(
                        [asclepius, "extract", "--note", file.name, "--schema", schema, "--format", "fhir"],
                        check=True, capture_output=True, text=True).stdout):
                    counts[kind] = counts.get(kind, 0) + 1
    print("valid:", counts)


if len(sys.argv) > 2 and sys.argv[1] == "--corpus":
    corpus(sys.argv[2])
else:
    print("valid:", check(sys.stdin.read()))
