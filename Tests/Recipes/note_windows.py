"""Windows of text for measurements: whole notes, packed in the order of their file.

The notes are the records of a JSON Lines file with the field `note`, by default the transcribed
samples in ../shared/data/mtsamples beside a checkout. A window holds as many whole notes, joined by
a blank line, as fit; a note that is longer than a window is left out.
"""

import json
from pathlib import Path

NOTES = Path(__file__).parents[3] / "shared/data/mtsamples/notes.jsonl"


def windows(tokenize, path=NOTES, longest=1024, wanted=4096):
    """(text, tokens) of windows that score `wanted` tokens or more: one less than each has."""
    chosen, text = [], ""
    for line in open(path, encoding="utf-8"):
        note = json.loads(line)["note"]
        if len(tokenize(note)) > longest:
            continue
        joined = f"{text}\n\n{note}" if text else note
        if len(tokenize(joined)) > longest:
            chosen.append(text)
            joined = note
        text = joined
        if sum(len(tokenize(each)) - 1 for each in chosen) >= wanted:
            break
    else:
        chosen.append(text)
    return [(each, tokenize(each)) for each in chosen]


def corpus(path=NOTES):
    """All notes, joined by blank lines."""
    lines = open(path, encoding="utf-8").read().splitlines()
    return "\n\n".join(json.loads(line)["note"] for line in lines)
