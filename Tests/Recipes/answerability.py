"""Fits and measures the answerability gauge: whether a note answers a question, told before any answer.

    python Tests/Recipes/answerability.py CORPUS.jsonl --asclepius .build/release/asclepius [--model default] [--fit]

Needs numpy and scikit-learn. Three sets of pairs: questions with their own note that it answers (right),
the same questions with the note of another patient, drawn by a seed (mismatched), and the corpus' questions
that their own note does not answer (silent). Prints, for held-out patients, the AUROC of right against
mismatched and against silent, the Brier score and the expected calibration error over ten bins. With --fit
the weights are fitted on the other patients and written to Sources/Grounding/Tables/answerability.txt (build
again afterwards). Mismatched notes are of the same part of the corpus. Classes weigh the same.

False premises: in questions of held-out patients one number, side, frequency or medicine is changed as
grounding_planted.py changes answers; the shares of changed and of untouched questions that raise a warning.
"""

import argparse
import random
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler

from grounding_common import add_model_arguments, is_held_out, model_options, output, patients
from grounding_planted import DRUG, FREQUENCIES, change_drug, change_number, change_side, change_word

TABLE = Path(__file__).parents[2] / "Sources/Grounding/Tables/answerability.txt"


def cases(everyone, draw):
    """Rows (kind, note, question) of some patients."""
    found = []
    for patient in everyone:
        for pair in patient["pairs"]:
            found.append(("right" if pair["answerable"] else "silent", patient["note"], pair["question"]))
            if pair["answerable"]:
                other = draw.choice([p for p in everyone if p is not patient])
                found.append(("mismatched", other["note"], pair["question"]))
    return found


def measured(options, rows):
    """What the program's gauge sees and says of each row."""
    asked = [{"note": note, "question": question, "answer": ""} for _, note, question in rows]
    return output(options.asclepius, asked, ["--gauge", *model_options(options)])


def calibration_error(probability, label, weight):
    """Expected calibration error over ten bins of equal width."""
    bins = np.minimum((probability * 10).astype(int), 9)
    total = 0.0
    for number in range(10):
        inside = bins == number
        if inside.any():
            share = weight[inside].sum() / weight.sum()
            total += share * abs(np.average(probability[inside] - label[inside], weights=weight[inside]))
    return total


def fit(options, rows, shape):
    """Weights for the features as they are, from a regression on scaled ones."""
    x = np.array([row["features"] for row in measured(options, rows)])
    y = np.array([kind == "right" for kind, *_ in rows], int)
    scaler = StandardScaler().fit(x)
    model = LogisticRegression(class_weight="balanced", C=1.0, max_iter=1000).fit(scaler.transform(x), y)
    weights = model.coef_[0] / scaler.scale_
    intercept = model.intercept_[0] - (weights * scaler.mean_).sum()
    lines = [line for line in TABLE.read_text().splitlines() if not line.startswith(f"{shape}:")]
    lines.append(f"{shape}:" + " ".join(f"{value:.6g}" for value in [intercept, *weights]))
    TABLE.write_text("\n".join(lines) + "\n")
    print(f"fitted on {len(rows)} pairs; build again, then measure")


def premises(options, everyone, draw):
    """Shares of changed and of untouched questions that raise a warning."""
    drugs = sorted({m.group().lower() for p in everyone for m in DRUG.finditer(p["note"])})
    changed, untouched = [], []
    for patient in everyone:
        for pair in patient["pairs"]:
            question, note = pair["question"], patient["note"]
            if pair["answerable"]:
                untouched.append(("", note, question))
            for new in (
                change_number(question, draw), change_side(question, draw), change_word(question, draw, FREQUENCIES),
                change_drug(question, draw, note, drugs),
            ):
                if new and new != question:
                    changed.append(("", note, new))
    shares = [np.mean([bool(row["premises"]) for row in measured(options, rows)]) for rows in (changed, untouched)]
    print(f"false premises: {len(changed)} planted, {shares[0]:.1%} warned; {shares[1]:.1%} of {len(untouched)} untouched")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("corpus")
    arguments.add_argument("--asclepius", required=True)
    arguments.add_argument("--fit", action="store_true")
    arguments.add_argument("--shape", default="rules", help="with --model: its layers, query heads, numbers in a state")
    add_model_arguments(arguments)
    options = arguments.parse_args()
    if options.fit and bool(options.model) != (options.shape != "rules"):
        arguments.error("--fit takes --model and --shape together, or neither")
    everyone = patients(options.corpus)
    held_out = [p for p in everyone if is_held_out(p)]
    if options.fit:
        return fit(options, cases([p for p in everyone if not is_held_out(p)], random.Random(3)), options.shape)
    rows = cases(held_out, random.Random(4))
    kinds = np.array([kind for kind, *_ in rows])
    told = measured(options, rows)
    if "answerable" not in told[0]:
        arguments.error("nothing is fitted yet: --fit first, then build")
    probability = np.array([row["answerable"] for row in told])
    label = (kinds == "right").astype(int)
    for other in ("mismatched", "silent"):
        both = (kinds == "right") | (kinds == other)
        print(f"right against {other}: AUROC {roc_auc_score(label[both], probability[both]):.3f}"
              f" ({label.sum()} and {(kinds == other).sum()})")
    weight = np.where(label == 1, 1 / label.sum(), 1 / (1 - label).sum())
    brier = np.average((probability - label) ** 2, weights=weight)
    print(f"all: AUROC {roc_auc_score(label, probability):.3f}, Brier {brier:.3f},"
          f" calibration error {calibration_error(probability, label, weight):.3f}")
    options.model = None
    premises(options, held_out, random.Random(6))


if __name__ == "__main__":
    main()
