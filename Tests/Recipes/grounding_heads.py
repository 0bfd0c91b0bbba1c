"""Chooses the heads whose attention tells best which sentences a gold answer rests on.

    python Tests/Recipes/grounding_heads.py CORPUS.jsonl --asclepius .build/release/asclepius --model default

Needs numpy. Every head of the model is watched (`ground --attention`) while it reads the gold answers of the
fitting patients; held-out patients are not looked at. A head ranks a note's sentences by the mean over the
answer's tokens of its share within the note; its worth is the mean average precision of the gold sentences.
Heads are added one by one, each time the one with which the mean of the shares ranks best. Prints the single
best heads, the chosen ones for `grounding_fit.py --heads`, and the precision with each.
"""

import argparse

import numpy as np

from grounding_common import add_model_arguments, is_held_out, model_options, output, patients


def average_precision(scores, gold):
    """Of ranking by each row of scores (rows, sentences)."""
    order = np.argsort(-scores, axis=1, kind="stable")
    hits = gold[order]
    found = np.cumsum(hits, axis=1)
    return (hits * found / np.arange(1, gold.size + 1)).sum(axis=1) / gold.sum()


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("corpus")
    arguments.add_argument("--asclepius", required=True)
    arguments.add_argument("--count", type=int, default=8, help="heads to choose")
    arguments.add_argument("--every", type=int, default=1, help="every so many pairs alone")
    add_model_arguments(arguments)
    options = arguments.parse_args()
    pairs = [
        (p, q) for p in patients(options.corpus) if not is_held_out(p) for q in p["pairs"] if q["evidence"]
    ][:: options.every]
    rows = [{"note": p["note"], "question": q["question"], "answer": q["answer"]} for p, q in pairs]
    cases = []
    for (patient, pair), found in zip(pairs, output(options.asclepius, rows, ["--attention", *model_options(options)])):
        note = patient["note"]
        quotes = [(note.find(quote), note.find(quote) + len(quote)) for quote in pair["evidence"]]
        gold = np.array([any(min(h, e) - max(l, s) >= 2 for s, e in quotes) for l, h in found["sentences"]])
        if gold.any() and not gold.all():
            cases.append((np.array(found["shares"], float), gold))
    names = found["heads"]
    alone = np.mean([average_precision(shares, gold) for shares, gold in cases], axis=0)
    for head in np.argsort(-alone)[:12]:
        print(f"{names[head]}: {alone[head]:.3f}")
    chosen = []
    sums = [np.zeros(gold.size) for _, gold in cases]
    for _ in range(options.count):
        worth = np.mean(
            [average_precision(total + shares, gold) for total, (shares, gold) in zip(sums, cases)], axis=0)
        worth[chosen] = -1
        chosen.append(int(np.argmax(worth)))
        sums = [total + shares[chosen[-1]] for total, (shares, _) in zip(sums, cases)]
        print(f"with {names[chosen[-1]]}: {worth[chosen[-1]]:.3f}")
    print(f"--heads {','.join(names[head] for head in chosen)} ({len(cases)} answers)")


if __name__ == "__main__":
    main()
