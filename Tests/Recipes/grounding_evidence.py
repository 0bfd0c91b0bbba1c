"""Evidence of the gold answers: precision, recall and F1 over note sentences, and false alarms.

    python Tests/Recipes/grounding_evidence.py CORPUS.jsonl --asclepius .build/release/asclepius

A note's sentences are cut here, by a plain rule of this script alone (line ends; end marks before a blank
and a capital or digit), so that the program is not measured by its own cut. A sentence is gold if a gold
quote overlaps it by two characters or more, found if a span of the program does. A false alarm is an
untouched gold answer with a claim that is not "supported". With --model the program's model layer is measured.
"""

import argparse
import re

from grounding_common import add_model_arguments, ground, is_held_out, model_options, patients

BREAK = re.compile(r"\n+|(?<=[.!?])[ \t]+(?=[A-Z0-9(\"'~>])")


def sentences(note):
    """Ranges of the note's sentences."""
    found, start = [], 0
    for match in list(BREAK.finditer(note)) + [None]:
        end = match.start() if match else len(note)
        if re.search(r"\w", note[start:end]):
            found.append((start, end))
        start = match.end() if match else end
    return found


def covered(sentence_ranges, ranges):
    """Indices of the sentences that any of the ranges overlaps."""
    return {
        index
        for index, (low, high) in enumerate(sentence_ranges)
        if any(min(high, end) - max(low, start) >= 2 for start, end in ranges)
    }


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("corpus")
    arguments.add_argument("--asclepius", required=True)
    arguments.add_argument("--held-out", action="store_true", help="the held-out patients alone")
    add_model_arguments(arguments)
    options = arguments.parse_args()
    chosen = [p for p in patients(options.corpus) if is_held_out(p) or not options.held_out]
    pairs = [(p, q) for p in chosen for q in p["pairs"]]
    rows = [{"note": p["note"], "question": q["question"], "answer": q["answer"]} for p, q in pairs]
    results = ground(options.asclepius, rows, model_options(options))
    for name, held_out in (("tuning", False), ("held out", True))[options.held_out :]:
        counts = {"tp": 0, "found": 0, "gold": 0}
        alarms = contradicted = answers = 0
        for (patient, pair), claims in zip(pairs, results):
            if is_held_out(patient) != held_out:
                continue
            answers += 1
            alarms += any(claim["verdict"] != "supported" for claim in claims)
            contradicted += any(claim["verdict"] == "contradicted" for claim in claims)
            if not pair["evidence"]:
                continue
            note = patient["note"]
            quotes = [(note.find(quote), note.find(quote) + len(quote)) for quote in pair["evidence"]]
            cut = sentences(note)
            gold = covered(cut, quotes)
            found = covered(cut, [tuple(span) for claim in claims for span in claim["spans"]])
            counts["tp"] += len(gold & found)
            counts["found"] += len(found)
            counts["gold"] += len(gold)
        precision = counts["tp"] / counts["found"]
        recall = counts["tp"] / counts["gold"]
        f1 = 2 * precision * recall / (precision + recall)
        print(f"{name}: {answers} answers, precision {precision:.3f} recall {recall:.3f} F1 {f1:.3f}")
        print(f"  false alarms {alarms / answers:.1%} (contradicted {contradicted / answers:.1%})")


if __name__ == "__main__":
    main()
