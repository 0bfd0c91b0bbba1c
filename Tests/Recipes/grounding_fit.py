"""Fits the trees of Grounding on the corpus' fitting patients, and chooses their thresholds there.

    python Tests/Recipes/grounding_fit.py CORPUS.jsonl --asclepius .build/release/asclepius
    python Tests/Recipes/grounding_fit.py CORPUS.jsonl --asclepius .build/release/asclepius --model default \
        --heads 20.3,... --shape "30 9 576"

Needs numpy and scikit-learn. The program's own features (`ground --features`) of the gold answers, and of
answers with planted errors (grounding_planted.py, seeds 11 to 13; measuring takes seed 5), are fitted by
gradient boosting: a sentence is evidence if a gold quote overlaps it, a detail is wrong if it overlaps what
was planted. Thresholds are chosen on predictions for patients that the trees at hand did not see (four
folds of patients): for evidence the best F1, for the details the most errors flagged while at most
--alarms of the untouched answers raise an alarm. Held-out patients are not looked at. Writes
Sources/Grounding/Tables/trees.txt. With --model the features of its traces join (grounding_heads.py chooses
the heads), and the table for models of that shape (layers, query heads, numbers in a state) in
model-trees.txt is written instead.
"""

import argparse
import collections
import pickle
from pathlib import Path

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier

from grounding_common import add_model_arguments, is_held_out, model_options, output, patients
from grounding_planted import planted

TABLES = Path(__file__).parents[2] / "Sources/Grounding/Tables"
KINDS = ["number", "side", "polarity", "frequency", "medicine", "denial", "statement"]
SHAPES = {"evidence": (90, 4, 0.1)}


def features(options, name, pairs):
    """The program's feature rows of each (note, question, answer), kept in a file for the next run."""
    kept = Path(options.keep) / f"{name}.pickle" if options.keep else None
    if kept and kept.exists():
        return pickle.loads(kept.read_bytes())
    more = model_options(options) + (["--heads", options.heads] if options.heads else [])
    rows = [{"note": note, "question": question, "answer": answer} for note, question, answer in pairs]
    found = output(options.asclepius, rows, ["--features", *more])
    if kept:
        kept.write_bytes(pickle.dumps(found))
    return found


def changed_range(old, new):
    """Where the new text differs from the old."""
    low = 0
    while low < min(len(old), len(new)) and old[low] == new[low]:
        low += 1
    high = 0
    while high < min(len(old), len(new)) - low and old[-1 - high] == new[-1 - high]:
        high += 1
    # Whole words, so that a changed digit means the number.
    while low > 0 and not new[low - 1].isspace():
        low -= 1
    end = len(new) - high
    while end < len(new) and not new[end].isspace():
        end += 1
    return low, max(end, low + 1)


def is_planted(row, kind, low, high):
    """Whether a detail is the one that was changed."""
    start, end = row["range"]
    if row["kind"] == "statement":
        return kind == "negation" and low - 2 <= start <= high + 14
    return start < high and end > low


def fit(x, y, shape, seed=0):
    """Boosted trees on one set of rows."""
    count, depth, rate = shape
    weight = np.where(y == 1, max(1.0, 0.25 * (len(y) - y.sum()) / max(1, y.sum())), 1.0)
    return GradientBoostingClassifier(
        n_estimators=count, max_depth=depth, learning_rate=rate, subsample=0.7, min_samples_leaf=15,
        max_features=0.5, random_state=seed).fit(x, y, sample_weight=weight)


def folded(x, y, folds, shape):
    """Predictions for each row by trees that did not see its patient."""
    result = np.zeros(len(y))
    for fold in sorted(set(folds)):
        seen = folds != fold
        if y[seen].sum() == 0 or (~seen).sum() == 0:
            continue
        result[~seen] = fit(x[seen], y[seen], shape).predict_proba(x[~seen])[:, 1]
    return result


def written(model, rate):
    """The lines of a model in the table: see DecisionTrees.swift."""
    lines = []
    for tree in model.estimators_[:, 0]:
        tree = tree.tree_
        sizes = [2 if tree.children_left[i] < 0 else 4 for i in range(tree.node_count)]
        parts = []
        for i in range(tree.node_count):
            if tree.children_left[i] < 0:
                parts.append(f"-1 {rate * tree.value[i][0][0]:.4g}")
            else:
                limit = tree.threshold[i]
                parts.append(f"{tree.feature[i]} {limit:.5g} {tree.children_left[i]} {tree.children_right[i]}")
        assert len(sizes) == len(parts)
        lines.append(" ".join(parts))
    return lines


def best_f1(probability, label, missed):
    """The threshold with the best F1; `missed` gold sentences are in no row."""
    order = np.argsort(-probability)
    hits = np.cumsum(label[order])
    count = np.arange(1, len(order) + 1)
    f1 = 2 * hits / (count + label.sum() + missed)
    at = int(np.argmax(f1))
    return float(probability[order[at]]), float(f1[at])


def choose(alarm_scores, planted_scores, allowed, answers):
    """A threshold a kind: greedily the step that flags most new errors per new alarm."""
    levels = {}
    for kind in KINDS:
        values = sorted({round(s[kind], 3) for s in planted_scores if kind in s}, reverse=True)
        levels[kind] = values[:: max(1, len(values) // 120)] + [2.0]
    threshold = {kind: 2.0 for kind in KINDS}
    alarmed = np.zeros(len(alarm_scores), bool)
    flagged = np.zeros(len(planted_scores), bool)
    alarm = {k: np.array([s.get(k, -1) for s in alarm_scores]) for k in KINDS}
    plant = {k: np.array([s.get(k, -1) for s in planted_scores]) for k in KINDS}
    while True:
        best = None
        for kind in KINDS:
            for level in levels[kind]:
                if level >= threshold[kind]:
                    continue
                gain = ((plant[kind] >= level) & ~flagged).sum()
                cost = ((alarm[kind] >= level) & ~alarmed).sum()
                if alarmed.sum() + cost > allowed * answers or gain == 0:
                    continue
                rate = gain / (cost + 0.5)
                if best is None or rate > best[0]:
                    best = (rate, kind, level)
        if best is None:
            return threshold, flagged, alarmed
        _, kind, level = best
        threshold[kind] = level
        flagged |= plant[kind] >= level
        alarmed |= alarm[kind] >= level


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("corpus")
    arguments.add_argument("--asclepius", required=True)
    arguments.add_argument("--alarms", type=float, default=0.07)
    arguments.add_argument("--seeds", default="11,12,13", help="draws of planted errors")
    arguments.add_argument("--keep", help="a folder where features are kept")
    arguments.add_argument("--heads", help="the heads to watch")
    arguments.add_argument("--shape", help="the model's layers, query heads and numbers in a state")
    add_model_arguments(arguments)
    options = arguments.parse_args()
    everyone = [p for p in patients(options.corpus) if not is_held_out(p)]
    fold_of = {p["patient_id"]: i % 4 for i, p in enumerate(everyone)}
    gold = [(p, q) for p in everyone for q in p["pairs"]]
    gold_features = features(options, "gold", [(p["note"], q["question"], q["answer"]) for p, q in gold])
    lines = [] if options.model else ["# Trees fitted on two thirds of samples/corpus; written by Tests/Recipes/grounding_fit.py.",
             "# A model: '= name', then offset and threshold, then a tree a line (DecisionTrees.swift)."]

    x, y, folds, missed = [], [], [], 0
    for (patient, pair), rows in zip(gold, gold_features):
        if not pair["evidence"]:
            continue
        note = patient["note"]
        quotes = [(note.find(q), note.find(q) + len(q)) for q in pair["evidence"]]
        for row in rows:
            if row["kind"] == "evidence":
                low, high = row["range"]
                x.append(row["values"])
                y.append(any(min(high, e) - max(low, s) >= 2 for s, e in quotes))
                folds.append(fold_of[patient["patient_id"]])
    lines += model("evidence", np.array(x), np.array(y, int), np.array(folds), None)[0]

    cases = [case for seed in map(int, options.seeds.split(",")) for case in planted(everyone, seed)]
    case_features = features(options, "planted", [(p["note"], q["question"], new) for _, p, q, new in cases])
    data = {kind: ([], [], [], []) for kind in KINDS}
    for number, ((patient, pair), rows) in enumerate(zip(gold, gold_features)):
        for row in rows:
            if row["kind"] in data:
                for values, value in zip(data[row["kind"]], (row["values"], 0, fold_of[patient["patient_id"]], ("gold", number, row["is_surely_wrong"]))):
                    values.append(value)
    for number, ((kind, patient, pair, new), rows) in enumerate(zip(cases, case_features)):
        low, high = changed_range(pair["answer"], new)
        for row in rows:
            if row["kind"] in data:
                right = is_planted(row, kind, low, high)
                for values, value in zip(
                        data[row["kind"]], (row["values"], int(right), fold_of[patient["patient_id"]], ("case" if right else "rest", number, row["is_surely_wrong"]))):
                    values.append(value)
    alarm_scores = [{} for _ in gold]
    planted_scores = [{} for _ in cases]
    parts = {}
    for kind in KINDS:
        xs, ys, fs, owners = data[kind]
        parts[kind], predictions = model(kind, np.array(xs), np.array(ys), np.array(fs), owners)
        for prediction, (source, number, is_sure) in zip(predictions, owners):
            prediction = 1.0 if is_sure else prediction
            scores = alarm_scores if source == "gold" else planted_scores
            scores[number][kind] = max(scores[number].get(kind, -1), prediction)
    threshold, flagged, alarmed = choose(alarm_scores, planted_scores, options.alarms, len(gold))
    by_kind = collections.defaultdict(list)
    for case, flag in zip(cases, flagged):
        by_kind[case[0]].append(flag)
    print({kind: f"{np.mean(v):.1%}" for kind, v in by_kind.items()})
    print(f"flagged {flagged.mean():.1%}, alarms {alarmed.mean():.1%}, thresholds {threshold}")
    for kind in KINDS:
        head = parts[kind][1].split()
        parts[kind][1] = f"{head[0]} {threshold[kind]:.3f}"
        # Trees that are never believed need not be kept.
        lines += parts[kind] if threshold[kind] <= 1 else parts[kind][:2]
    table = TABLES / "trees.txt"
    if options.model:
        table = TABLES / "model-trees.txt"
        lines = with_other_shapes(table, options.shape, options.heads.replace(",", " "), lines)
    table.write_text("\n".join(lines) + "\n")
    print(f"{table.stat().st_size} bytes")


def with_other_shapes(table, shape, heads, lines):
    """The table's lines with those of one shape replaced: see ModelTables.swift."""
    head, *parts = table.read_text().split("@ ")
    kept = [line for part in parts if part.split("\n")[0] != shape for line in ("@ " + part).splitlines()]
    return [*head.splitlines(), *kept, f"@ {shape}", heads, *lines]


def model(name, x, y, folds, owners):
    """Lines of the table for one model, and its predictions for patients that it did not see."""
    shape = SHAPES.get(name, (50, 3, 0.15))
    if owners is not None:
        # Details that a change left as they were are the untouched answers' over again.
        kept = np.array([source != "rest" for source, *_ in owners])
    else:
        kept = np.ones(len(y), bool)
    predictions = np.zeros(len(y))
    for fold in sorted(set(folds)):
        seen = (folds != fold) & kept
        trees = fit(x[seen], y[seen], shape)
        predictions[folds == fold] = trees.predict_proba(x[folds == fold])[:, 1]
    threshold, f1 = best_f1(predictions[kept], y[kept], 0)
    print(f"{name}: {kept.sum()} rows, {y.sum()} positive, F1 {f1:.3f} at {threshold:.2f}")
    trees = fit(x[kept], y[kept], shape)
    offset = float(trees._raw_predict_init(x[:1])[0][0])
    return [f"= {name}", f"{offset:.5f} {threshold:.3f}"] + written(trees, shape[2]), predictions


if __name__ == "__main__":
    main()
