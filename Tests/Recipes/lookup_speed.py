#!/usr/bin/env python3
"""What lookup decoding brings on extraction questions: seconds of writing without it and with it, in turn.

    python Tests/Recipes/lookup_speed.py ASCLEPIUS [--model default] [--adapter A] [--rounds 3] [--notes FOLDER]

Asks each note to list its medicines and to quote its follow-up, up to 160 tokens, greedily; the answers must be the
same to the last token. Prints the ratio for each answer and that of all seconds together, medians over the rounds.
"""

import argparse
import json
import statistics
import subprocess
from pathlib import Path

QUESTIONS = ("List the medications at discharge.", "Quote the follow-up plan.")


def ask(options, note, question, extra):
    command = [options.asclepius, "ask", "--model", options.model, "--note", note, "--json", "--no-cache",
               "--max-tokens", "160", *extra, question]
    if options.adapter:
        command += ["--adapter", options.adapter]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr[-800:])
    answer = json.loads(done.stdout)
    return answer["tokens"], answer["decode_seconds"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("asclepius")
    parser.add_argument("--model", default="default")
    parser.add_argument("--adapter")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--notes", type=Path, default=Path(__file__).parents[2] / "samples/notes")
    options = parser.parse_args()
    plain, guessed = 0.0, 0.0
    for note in sorted(options.notes.glob("*.txt")):
        for question in QUESTIONS:
            rounds = []
            for _ in range(options.rounds):
                tokens, seconds = ask(options, note, question, ["--no-lookup"])
                same, faster = ask(options, note, question, [])
                if tokens != same:
                    raise SystemExit(f"{note.name}: {question} has another answer with lookup decoding")
                rounds.append((seconds, faster))
            plain += statistics.median(a for a, _ in rounds)
            guessed += statistics.median(b for _, b in rounds)
            ratio = statistics.median(a / b for a, b in rounds)
            print(f"{note.name}: {question} {len(tokens)} tokens, {ratio:.2f}", flush=True)
    print(f"all together: {plain / guessed:.2f} times as fast")


main()
