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


def model_options(options):
    """What `ground` is given for the model that a script was told of: nothing, or --model and --adapter."""
    more = ["--model", options.model] if options.model else []
    return more + (["--adapter", options.adapter] if options.model and options.adapter else [])


def add_model_arguments(arguments):
    """The arguments of a script that measures with a model or without."""
    arguments.add_argument("--model", help="a model that reads the answers too")
    arguments.add_argument("--adapter", help="its adapter")


def output(program, rows, more):
    """What `ground` with those arguments prints for each row {"note", "question", "answer"}."""
    text = "".join(json.dumps(row) + "\n" for row in rows)
    run = subprocess.run([program, "ground", *more], input=text.encode(), stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in run.stdout.decode().splitlines()]


def ground(program, rows, more=()):
    """The program's claims for each row, each different row asked once."""
    distinct = {json.dumps(row): row for row in rows}
    claims = output(program, distinct.values(), ["--json", *more])
    found = dict(zip(distinct, (line["claims"] for line in claims)))
    return [found[json.dumps(row)] for row in rows]
