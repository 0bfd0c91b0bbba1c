"""What the grounding recipes share: the corpus, its fixed third held out, and the program."""

import json
import subprocess


def patients(path):
    """All patients of the corpus, in file order."""
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def is_held_out(patient):
    """A third, by the number in the patient's id, so that similar stories may not be chosen by hand."""
    return int(patient["patient_id"].split("-")[-1]) % 3 == 0


def ground(program, rows):
    """The program's answer to each row {"note", "question", "answer"}."""
    text = "".join(json.dumps(row) + "\n" for row in rows)
    run = subprocess.run([program, "ground", "--json"], input=text.encode(), stdout=subprocess.PIPE, check=True)
    return [json.loads(line)["claims"] for line in run.stdout.decode().splitlines()]
