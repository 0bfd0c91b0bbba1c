"""Records agreement statistics of random tables, as independent packages compute them.

    pip install scipy==1.12.0 scikit-learn==1.9.1 krippendorff==0.9.0 pingouin==0.6.1 irrCAC==0.4.4
    python agreement_goldens.py ../Resources/agreement.json
"""

import itertools
import json
import sys
import warnings

import krippendorff
import numpy as np
import pandas as pd
import pingouin
from irrCAC.raw import CAC
from sklearn.metrics import cohen_kappa_score
from scipy import stats

warnings.simplefilter("ignore")


def finite(value):
    value = float(value)
    return value if np.isfinite(value) else None


def complete(table, raters):
    return table[~np.isnan(table[:, list(raters)]).any(axis=1)]


def pair_mean(table, statistic):
    found = []
    for a, b in itertools.combinations(range(table.shape[1]), 2):
        rows = complete(table, (a, b))
        value = statistic(rows[:, a], rows[:, b]) if len(rows) > 1 else np.nan
        if np.isfinite(value):
            found.append(value)
    return finite(np.mean(found)) if found else None


def kappa(scale):
    labels = list(range(scale[0], scale[1] + 1))
    return lambda x, y: cohen_kappa_score(
        x.astype(int), y.astype(int), labels=labels, weights="quadratic")


def icc(table):
    rows = complete(table, range(table.shape[1]))
    if len(rows) < 5:  # pingouin refuses fewer
        return None
    long = pd.DataFrame(
        [(i, r, rows[i, r]) for i in range(rows.shape[0]) for r in range(rows.shape[1])],
        columns=["item", "rater", "score"])
    pingouin.options["round"] = None
    pingouin.options["round.column.CI95"] = None
    found = pingouin.intraclass_corr(long, "item", "rater", "score").set_index("Type")
    result = {}
    for name, key in (("ICC(A,1)", "icc_2_1"), ("ICC(A,k)", "icc_2_k")):
        low, high = found.loc[name, "CI95"]
        result[key] = [finite(found.loc[name, "ICC"]), finite(low), finite(high)]
    return result


def ac2(table, weights, categories):
    ratings = pd.DataFrame(table)
    return finite(
        CAC(ratings, weights=weights, categories=categories, digits=15)
        .gwet()["est"]["coefficient_value"])


def record(table, scale):
    values = sorted({int(v) for v in table[~np.isnan(table)]})
    case = {
        "scale": list(scale),
        "scores": [[None if np.isnan(v) else int(v) for v in row] for row in table],
        "krippendorff": finite(
            krippendorff.alpha(reliability_data=table.T, level_of_measurement="ordinal")),
        "kappa": pair_mean(table, kappa(scale)),
        "spearman": pair_mean(table, lambda x, y: stats.spearmanr(x, y)[0]),
        "kendall": pair_mean(table, lambda x, y: stats.kendalltau(x, y)[0]),
        "icc": icc(table),
    }
    for weights in ("quadratic", "linear", "ordinal", "identity"):
        case["ac2_" + weights] = ac2(table, weights, values)
    case["ac2_scale"] = ac2(table, "quadratic", list(range(scale[0], scale[1] + 1)))
    return case


def table(random, items, raters, scale, missing):
    truth = random.integers(scale[0], scale[1] + 1, items)
    slips = random.integers(-1, 2, (items, raters)) * (random.random((items, raters)) < 0.6)
    scores = np.clip(truth[:, None] + slips, *scale).astype(float)
    scores[random.random(scores.shape) < missing] = np.nan
    for row in scores:  # irrCAC cannot divide by an item without a score
        if np.isnan(row).all():
            row[0] = scale[0]
    return scores


def pairs(random, count, steps):
    x = random.normal(size=count)
    y = 0.5 * x + random.normal(size=count)
    return (np.round(x * steps) / steps, np.round(y * steps) / steps) if steps else (x, y)


def correlation(x, y):
    rho, tau = stats.spearmanr(x, y), stats.kendalltau(x, y)
    differences = (x - y)[x != y]
    tied = len(set(np.abs(differences))) < len(differences)
    method = "approx" if tied or len(differences) > 50 else "exact"
    test = stats.wilcoxon(differences, method=method, correction=False)
    return {
        "x": list(map(float, x)), "y": list(map(float, y)),
        "spearman": [rho[0], rho[1]], "kendall": [tau[0], tau[1]],
        "wilcoxon": [float(test.statistic), float(test.pvalue)], "is_exact": method == "exact",
        "rank_biserial": float(pingouin.wilcoxon(x, y)["RBC"].iloc[0]),
    }


def quantiles(random):
    cases = []
    for _ in range(30):
        share = float(random.uniform(0.005, 0.995))
        first, second = (float(v) for v in random.uniform(0.5, 400, 2))
        cases.append([share, first, second, float(stats.f.ppf(share, first, second))])
    return cases


def all_resamples():
    """The mean of every resample of six differences, and the quantiles of those means."""
    differences = [2, 1, 0, 1, -1, 3]
    means = [np.mean(draw) for draw in itertools.product(differences, repeat=6)]
    return {
        "differences": differences, "low": float(np.percentile(means, 2.5)),
        "high": float(np.percentile(means, 97.5)),
        "share_at_most_zero": float(np.mean(np.array(means) <= 0)),
    }


def main():
    random = np.random.default_rng(20261124)
    tables = [
        record(table(random, items, raters, scale, missing), scale)
        for items, raters, scale, missing in itertools.product(
            (12, 40), (2, 3, 5), ((1, 4), (0, 10), (-3, 3)), (0.0, 0.25))
    ]
    correlations = [
        correlation(*pairs(random, count, steps))
        for count in (6, 12, 25, 33, 40, 49, 60) for steps in (0, 1, 2)
    ]
    with open(sys.argv[1], "w") as file:
        json.dump(
            {"tables": tables, "correlations": correlations, "f_quantiles": quantiles(random),
             "all_resamples": all_resamples()}, file, separators=(",", ":"))


main()
