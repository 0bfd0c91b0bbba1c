"""Answers in which the default model runs in circles, for the tests of the loop guard.

Asks three questions about each of four sample notes with the guard off and keeps the answers that reach the
limit, with the text of each token:

    python Tests/Recipes/looping_answers.py .build/release/asclepius > \
        Tests/LlamaTests/Resources/looping-answers.json

Which of them are loops was judged by reading their ends.
"""

import json
import subprocess
import sys
from pathlib import Path

QUESTIONS = [
    "Summarize the hospital course.",
    "List all medications with doses.",
    "What is the timeline of events?",
]
ROOT = Path(__file__).parents[2]


def ask(program, note, question):
    command = [program, "ask", "--note", note, "--no-loop-guard", "--json", question]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def piece(program, token):
    command = [program, "detokenize", "--model", "default"]
    run = subprocess.run(command, input=str(token), capture_output=True, check=True, text=True)
    return run.stdout


def main(program):
    answers, pieces = [], {}
    for note in sorted((ROOT / "samples/notes").glob("*.txt"))[:4]:
        for question in QUESTIONS:
            found = ask(program, note, question)
            if found["stop"] != "limit":
                continue
            for token in set(found["tokens"]) - pieces.keys():
                pieces[token] = piece(program, token)
            answers.append({
                "question": f"{note.name}: {question}",
                "tokens": found["tokens"],
                "pieces": [pieces[token] for token in found["tokens"]],
            })
    json.dump(answers, sys.stdout, ensure_ascii=False)
    print()


main(sys.argv[1])
