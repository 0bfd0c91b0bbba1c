"""The abbreviation table of Grounding, from two published inventories.

    python Tests/Recipes/grounding_abbreviations.py ABBREVIATIONS_FOLDER PATIENTS.jsonl

ABBREVIATIONS_FOLDER holds vanderbilt_discharge_sums.txt, vanderbilt_clinic_notes.txt (CC BY 4.0) and
medical_abbreviations_mit.csv (MIT); PATIENTS.jsonl is the corpus, of which only the tuning patients'
notes are looked at, for the words that are abbreviations there. Writes
Sources/Grounding/Tables/abbreviations.tsv below the credits that the table begins with: the senses
with at least 8 % of an abbreviation's uses, at most six, the commonest first.
"""

import collections
import csv
import json
import re
import sys
from pathlib import Path

from grounding_common import is_held_out

TABLE = Path(__file__).parents[2] / "Sources/Grounding/Tables/abbreviations.tsv"


def frequent_senses(folder):
    """Senses by abbreviation with the share of its uses, from the Vanderbilt inventories."""
    senses = collections.defaultdict(dict)
    for name, weight in (("discharge_sums", 1.0), ("clinic_notes", 0.5)):
        with open(folder / f"vanderbilt_{name}.txt") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                short, sense = row["abbreviation"].lower(), row["sense"].lower().strip()
                try:
                    share = float(row["frequency"])
                except ValueError:
                    continue
                if share < 0.08 or len(short) > 7 or not re.fullmatch(r"[a-z0-9/_&-]+", short):
                    continue
                short = short.replace("_", "/")
                if len(sense) > 50 or not re.fullmatch(r"[a-z0-9 ,'/()-]+", sense) or sense == short:
                    continue
                if name == "clinic_notes" and len(senses.get(short, ())) >= 2:
                    continue
                senses[short][sense] = max(senses[short].get(sense, 0), share * weight)
    return senses


def listed_meanings(folder):
    """Meanings by abbreviation, from the MIT list."""
    meanings = collections.defaultdict(set)
    with open(folder / "medical_abbreviations_mit.csv") as file:
        for row in csv.DictReader(file):
            text = re.sub(r"\(.*?\)", "", row["meaning"]).lower()
            for part in re.split(r"[;,]| or ", text):
                if 3 < len(part.strip()) < 46 and re.fullmatch(r"[a-z0-9 '/-]+", part.strip()):
                    meanings[row["abbreviation"].strip()].add(part.strip())
    return meanings


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    senses = frequent_senses(folder)
    words = set()
    for line in open(sys.argv[2]):
        patient = json.loads(line)
        if not is_held_out(patient):
            words |= set(re.findall(r"[A-Za-z0-9]+", patient["note"]))
    for short, meanings in listed_meanings(folder).items():
        looks_right = re.fullmatch(r"[A-Za-z0-9]{2,7}", short) and short.lower() != short
        if short in words and looks_right and len(meanings) <= 4:
            for meaning in sorted(meanings):
                known = senses[short.lower()]
                if len(known) < 6 and meaning not in known:
                    known[meaning] = 0.1
    rows = [
        short + "\t" + "|".join(sorted(known, key=lambda sense: (-known[sense], sense))[:6])
        for short, known in sorted(senses.items()) if known
    ]
    credits = [line for line in TABLE.read_text().splitlines() if line.startswith("#")]
    TABLE.write_text("\n".join(credits + rows) + "\n")
    print(f"{len(rows)} abbreviations")


main()
