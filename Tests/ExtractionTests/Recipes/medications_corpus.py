"""What `asclepius extract --schema medications` finds of the medicines that patients of the corpus go home with.

    python medications_corpus.py ../../../.build/release/asclepius --by rules

The gold (medications_gold.json) was written by hand from the notes: the medicines taken after discharge with
dose and frequency, and those that were stopped. The rules were made with the notes of "fit" at hand; those of
"held_out" were first read when they were done. A medicine counts as found where the names share their first
four letters; dose and frequency are compared as they are written, without blanks and capitals.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

HERE = pathlib.Path(__file__).parent
CORPUS = HERE.parents[2] / "samples/corpus/patients.jsonl"
TAKEN = {"started", "changed", "continued", "listed"}


def same(a, b):
    return a.lower().replace(" ", "") == b.lower().replace(" ", "")


def match(gold, found):
    """Pairs of gold and found medicines, each used once."""
    rest = list(found)
    pairs = []
    for item in gold:
        words = [word[:4].lower() for word in item["name"].split()]
        for other in rest:
            if any(word[:4].lower() in words for word in other["name"].replace("/", " ").split()):
                pairs.append((item, other))
                rest.remove(other)
                break
    return pairs


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("asclepius")
    parser.add_argument("--by", default="rules")
    parser.add_argument("--model", default="default")
    parser.add_argument("--max-tokens", default="400")
    arguments = parser.parse_args()
    notes = {row["patient_id"]: row["note"] for row in map(json.loads, CORPUS.open())}
    gold = json.loads((HERE / "medications_gold.json").read_text())
    for part, patients in gold.items():
        taken = found = hits = doses = dosed = frequencies = timed = stopped = stops = stop_hits = 0
        spans = located = 0
        for patient in patients:
            with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
                file.write(notes[patient["patient_id"]])
                file.flush()
                output = json.loads(subprocess.run(
                    [arguments.asclepius, "extract", "--note", file.name, "--schema", "medications", "--by", arguments.by,
                     "--model", arguments.model, "--max-tokens", arguments.max_tokens],
                    check=True, capture_output=True, text=True).stdout)
            records = output["value"]["medications"]
            spans += len(output["evidence"])
            located += sum(item["verdict"] == "supported" for item in output["evidence"])
            now = [record for record in records if record["status"] in TAKEN]
            pairs = match(patient["taken"], now)
            taken += len(patient["taken"])
            found += len(now)
            hits += len(pairs)
            for item, record in pairs:
                dosed += bool(item["dose"])
                doses += bool(item["dose"]) and same(item["dose"], record["dose"] or "")
                timed += bool(item["frequency"])
                frequencies += bool(item["frequency"]) and same(item["frequency"], record["frequency"] or "")
            off = [record for record in records if record["status"] == "stopped"]
            stopped += len(patient["stopped"])
            stops += len(off)
            stop_hits += len(match([{"name": name} for name in patient["stopped"]], off))
        precision, recall = hits / max(found, 1), hits / max(taken, 1)
        print(f"{part}: {len(patients)} notes, {taken} medicines taken: precision {precision:.2f}, recall {recall:.2f}, "
              f"F1 {2 * hits / max(found + taken, 1):.2f}; of those found dose {doses}/{dosed}, frequency "
              f"{frequencies}/{timed}; stopped: {stop_hits} of {stopped}, {stops} named; "
              f"{located} of {spans} values have their place in the note")


main()
