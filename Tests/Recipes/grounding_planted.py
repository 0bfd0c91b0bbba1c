"""Planted errors: one fact of a gold answer changed, by a seeded draw; the share that is flagged.

    python Tests/Recipes/grounding_planted.py CORPUS.jsonl --asclepius .build/release/asclepius

Kinds: number, unit, frequency, side, negation, drug. Numbers are changed without a look at the note; a
medicine is replaced by one of another patient, or in a third of the cases by another of the same answer's
note. Flagged: some claim is not "supported" that was "supported" in the untouched answer (new), or simply
any claim is not (any). Changes of unanswerable pairs are left out. With --model the program's model layer is measured.
"""

import argparse
import collections
import random
import re

from grounding_common import add_model_arguments, ground, is_held_out, model_options, patients

NUMBER = re.compile(r"(?<![\w.,/-])\d+(?:\.\d+)?(?![\w,/-]*\d)")
UNITS = {
    "mg": ["g", "mcg"], "mcg": ["mg", "g"], "g": ["mg", "kg"], "mL": ["L"], "L": ["mL"],
    "hours": ["days", "minutes"], "days": ["weeks", "hours"], "weeks": ["days", "months"],
    "months": ["weeks", "years"], "minutes": ["hours"], "mmol/L": ["mg/dL"], "mg/dL": ["mmol/L"],
    "g/dL": ["mmol/L"], "cm": ["mm"], "mm": ["cm"], "units": ["mg"], "mg/kg": ["mcg/kg"],
}
FREQUENCIES = {
    "daily": ["twice daily", "weekly"], "twice daily": ["daily", "three times daily"], "BID": ["TID", "daily"],
    "BD": ["TDS", "OD"], "TID": ["BID", "daily"], "TDS": ["BD", "OD"], "OD": ["BD"], "QID": ["BID"],
    "weekly": ["daily"], "at night": ["every morning"], "at bedtime": ["every morning"], "nocte": ["mane"],
    "every morning": ["at bedtime"], "three times daily": ["twice daily"], "once daily": ["twice daily"],
    "every 8 hours": ["every 12 hours"], "every 6 hours": ["every 12 hours"], "every 12 hours": ["every 6 hours"],
}
SIDES = {"left": "right", "right": "left", "Left": "Right", "Right": "Left"}
NEGATIONS = [
    (r"\bwas not\b", "was"), (r"\bwere not\b", "were"), (r"\bis not\b", "is"), (r"\bdid not\b", "did"),
    (r"\bnegative\b", "positive"), (r"\bpositive\b", "negative"), (r"\bwithout\b", "with"),
    (r"(?<=[a-z,] )no (?=[a-z])", ""), (r"\bdenies\b", "reports"), (r"\bwas (?=[a-z]+ed\b)", "was not "),
    (r"\bwas (?=(given|started|stopped|found|held)\b)", "was not "), (r"\bstarted\b", "stopped"),
    (r"\bstopped\b", "started"), (r"\bnever\b", "always"), (r"\bwith (?=[a-z]{5})", "without "),
]
DRUG = re.compile(
    r"\b(?:[a-z]{3,}(?:pril|sartan|olol|statin|mab|nib|azole|cillin|mycin|floxacin|xaban|parin|thiazide|dipine"
    r"|sone|solone|zepam|zolam|setron|ciclovir|cyclovir|cycline|caine|profen|racetam|semide|penem|triaxone|formin)"
    r"|aspirin|warfarin|heparin|insulin|morphine|vancomycin|paracetamol|acetaminophen|metronidazole|gentamicin"
    r"|digoxin|amiodarone|clopidogrel|spironolactone|levothyroxine|gabapentin|lamotrigine|valproate|tacrolimus"
    r"|methotrexate|rituximab|colchicine|allopurinol|famotidine|salbutamol|albuterol|ondansetron|meropenem)\b",
    re.IGNORECASE)


def replaced(text, match, new):
    """The text with the match replaced."""
    return text[: match.start()] + new + text[match.end():]


def change_number(answer, draw):
    """One number made another of the same look."""
    found = [m for m in NUMBER.finditer(answer) if not re.match(r"[.)]\s", answer[m.end():m.end() + 2])]
    if not found:
        return None
    match = draw.choice(found)
    old = match.group()
    digits = list(old)
    kind = draw.choice(["digit", "double", "tenfold", "step"])
    if kind == "digit":
        place = draw.choice([i for i, c in enumerate(digits) if c.isdigit()])
        digits[place] = draw.choice([c for c in "123456789" if c != digits[place]])
        new = "".join(digits)
    elif kind == "double":
        new = f"{float(old) * 2:g}"
    elif kind == "tenfold":
        new = f"{float(old) * 10:g}"
    else:
        new = f"{float(old) + draw.choice([1, 2, 3, 5]):g}"
    return replaced(answer, match, new) if float(new) != float(old) else None


def change_word(answer, draw, table, prefix=r"\b"):
    """One word of a table made one of its wrong others."""
    keys = sorted(table, key=len, reverse=True)
    pattern = prefix + "(" + "|".join(map(re.escape, keys)) + r")\b(?![/\w])"
    found = list(re.finditer(pattern, answer))
    if not found:
        return None
    match = draw.choice(found)
    other = table[match.group(1)]
    return replaced(answer, match, other if isinstance(other, str) else draw.choice(other))


def change_side(answer, draw):
    """Left made right or the other way; words that only look like a side are not touched."""
    found = [
        m for m in re.finditer(r"\b(left|right|Left|Right)\b(?! (her|him|with|without|against|away|the|off|over)\b)", answer)
    ]
    if not found:
        return None
    match = draw.choice(found)
    return replaced(answer, match, SIDES[match.group()])


def change_negation(answer, draw):
    """A denial dropped, made or turned."""
    found = [(m, new) for pattern, new in NEGATIONS for m in re.finditer(pattern, answer)]
    if not found:
        return None
    match, new = draw.choice(found)
    return replaced(answer, match, new)


def change_drug(answer, draw, note, drugs):
    """A medicine made another one."""
    found = list(DRUG.finditer(answer))
    if not found:
        return None
    match = draw.choice(found)
    own = sorted({m.group().lower() for m in DRUG.finditer(note)} - {match.group().lower()})
    pool = own if own and draw.random() < 1 / 3 else drugs
    new = draw.choice(pool)
    return replaced(answer, match, new) if new != match.group().lower() else None


def planted(everyone, seed):
    """The cases (kind, patient, pair, changed answer) that a seed draws from answerable pairs."""
    draw = random.Random(seed)
    drugs = sorted({m.group().lower() for p in everyone for m in DRUG.finditer(p["note"])})
    cases = []
    for patient in everyone:
        for pair in patient["pairs"]:
            if not pair["answerable"]:
                continue
            answer, note = pair["answer"], patient["note"]
            changes = {
                "number": change_number(answer, draw),
                "unit": change_word(answer, draw, UNITS, prefix=r"(?<=\d )"),
                "frequency": change_word(answer, draw, FREQUENCIES),
                "side": change_side(answer, draw),
                "negation": change_negation(answer, draw),
                "drug": change_drug(answer, draw, note, drugs),
            }
            cases += [(kind, patient, pair, new) for kind, new in changes.items() if new and new != answer]
    return cases


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("corpus")
    arguments.add_argument("--asclepius", required=True)
    arguments.add_argument("--seed", type=int, default=5)
    arguments.add_argument("--held-out", action="store_true", help="the held-out patients alone")
    add_model_arguments(arguments)
    arguments.add_argument("--show", type=int, default=0, help="print so many misses of a kind")
    options = arguments.parse_args()
    cases = [
        case for case in planted(patients(options.corpus), options.seed) if is_held_out(case[1]) or not options.held_out
    ]
    rows = [{"note": p["note"], "question": q["question"], "answer": new} for _, p, q, new in cases]
    untouched = [{"note": p["note"], "question": q["question"], "answer": q["answer"]} for _, p, q, _ in cases]
    both = ground(options.asclepius, rows + untouched, model_options(options))
    results, before = both[: len(rows)], both[len(rows) :]
    for name, held_out in (("tuning", False), ("held out", True))[options.held_out :]:
        flagged, new, total = collections.Counter(), collections.Counter(), collections.Counter()
        shown = collections.Counter()
        for (kind, patient, pair, changed), claims, old in zip(cases, results, before):
            if is_held_out(patient) != held_out:
                continue
            total[kind] += 1
            bad = sum(claim["verdict"] != "supported" for claim in claims)
            flagged[kind] += bad > 0
            new[kind] += bad > sum(claim["verdict"] != "supported" for claim in old)
            if not bad and shown[kind] < options.show and not held_out:
                shown[kind] += 1
                print(f"  missed {kind} {patient['patient_id']}: {changed}\n    was {pair['answer']}")
        print(f"{name}: {sum(total.values())} planted, flagged {sum(flagged.values()) / sum(total.values()):.1%}"
              f" (new {sum(new.values()) / sum(total.values()):.1%})")
        for kind in total:
            print(f"  {kind}: {total[kind]} planted, flagged {flagged[kind] / total[kind]:.1%}"
                  f" (new {new[kind] / total[kind]:.1%})")


if __name__ == "__main__":
    main()
