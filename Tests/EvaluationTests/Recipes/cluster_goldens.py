"""Records cluster bootstrap intervals and position bias, computed with numpy from the same draws.

The draws are those of SplitMix64 (Steele, Lea and Flood 2014) with the high half of the 128-bit
product as an index; everything behind them is numpy's.

    pip install numpy==2.4.6
    python cluster_goldens.py ../Resources/clusters.json
"""

import json
import sys

import numpy as np

MASK = (1 << 64) - 1


def draws(seed, count, resamples):
    state = seed
    rows = np.zeros((resamples, count))
    for row in rows:
        for _ in range(count):
            state = (state + 0x9E3779B97F4A7C15) & MASK
            z = state
            z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
            z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
            z ^= z >> 31
            row[(z * count) >> 64] += 1
    return rows


def interval(values):
    values = values[np.isfinite(values)]
    return [float(v) for v in np.percentile(values, [2.5, 97.5])]


def mean(seed, resamples, values, clusters):
    names = list(dict.fromkeys(c for c, v in zip(clusters, values) if v is not None))
    sums = np.array([sum(v for c, v in zip(clusters, values) if c == n and v is not None) for n in names])
    counts = np.array([sum(1 for c, v in zip(clusters, values) if c == n and v is not None) for n in names])
    times = draws(seed, len(names), resamples)
    found = (times @ sums) / (times @ counts)
    return {"value": float(sums.sum() / counts.sum()), "interval": interval(found),
            "p": float(min(1, 2 * (min((found <= 0).sum(), (found >= 0).sum()) + 1) / (resamples + 1)))}


def bias(seed, resamples, scores):
    """scores: (cluster, answer, place, score)"""
    by_answer = {}
    for cluster, answer, place, score in scores:
        by_answer.setdefault(answer, []).append((place, score))
    means = {a: np.mean([s for _, s in rows]) for a, rows in by_answer.items()
             if len({p for p, _ in rows}) > 1}
    clusters = sorted({c for c, *_ in scores})
    places = max(p for _, _, p, _ in scores) + 1
    sums, counts = np.zeros((places, len(clusters))), np.zeros((places, len(clusters)))
    for cluster, answer, place, score in scores:
        if answer in means:
            sums[place, clusters.index(cluster)] += score - means[answer]
            counts[place, clusters.index(cluster)] += 1
    times = draws(seed, len(clusters), resamples)
    with np.errstate(invalid="ignore"):
        found = (times @ sums.T) / (times @ counts.T)
    values = sums.sum(1) / counts.sum(1)
    return {"places": [[float(v), *interval(found[:, p])] for p, v in enumerate(values)],
            "first_less_last": [float(values[0] - values[-1]), *interval(found[:, 0] - found[:, -1])],
            "answers": len(means)}


def main():
    random = np.random.default_rng(20261127)
    means = []
    for case in range(6):
        count = int(random.integers(20, 80))
        clusters = [f"p{random.integers(0, 3 + 3 * case)}" for _ in range(count)]
        values = [None if random.random() < 0.15 else round(float(random.normal(0.2)), 3)
                  for _ in range(count)]
        means.append({"seed": case + 5, "values": values, "clusters": clusters,
                      **mean(case + 5, 400, values, clusters)})
    biases = []
    for case in range(3):
        scores = []
        for question in range(12):
            for model in range(4):
                for order in range(4):
                    if random.random() < 0.1:
                        continue
                    place = (model + order) % 4
                    score = int(np.clip(round(2.5 - 0.4 * place + random.normal(0, 0.8)), 1, 4))
                    scores.append([f"p{question // 2}", f"q{question}/m{model}", place, score])
        biases.append({"seed": case + 11, "scores": scores, **bias(case + 11, 400, scores)})
    with open(sys.argv[1], "w") as file:
        json.dump({"means": means, "biases": biases}, file, separators=(",", ":"))


main()
