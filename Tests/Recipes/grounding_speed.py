"""Time per answer over a note of about 1,000 words, from two runs of different length.

    python Tests/Recipes/grounding_speed.py CORPUS.jsonl --asclepius .build/release/asclepius

The notes of one third of the corpus are joined until they hold 1,000 words; the longer run's extra time,
divided by its extra answers, leaves out the start of the program. Reading the note is part of each answer.
"""

import argparse
import time

from grounding_common import ground, patients


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("corpus")
    arguments.add_argument("--asclepius", required=True)
    options = arguments.parse_args()
    everyone = patients(options.corpus)
    rows = []
    for index, patient in enumerate(everyone):
        note, other = patient["note"], index
        while len(note.split()) < 1000:
            other = (other + 1) % len(everyone)
            note += "\n\n" + everyone[other]["note"]
        rows += [{"note": note, "question": q["question"], "answer": q["answer"]} for q in patient["pairs"][:3]]
    words = sum(len(row["note"].split()) for row in rows) / len(rows)
    best = []
    for count in (len(rows) // 4, len(rows)):
        times = []
        for _ in range(3):
            start = time.perf_counter()
            ground(options.asclepius, rows[:count])
            times.append(time.perf_counter() - start)
        best.append((count, min(times)))
    (few, short), (many, long) = best
    print(f"{1000 * (long - short) / (many - few):.2f} ms an answer; notes of {words:.0f} words on average")


if __name__ == "__main__":
    main()
