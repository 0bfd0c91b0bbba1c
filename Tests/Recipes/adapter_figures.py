"""The table of the adapter's card: a model before and after tuning, on the validation patients.

    python Tests/Recipes/adapter_figures.py ADAPTER.gguf [--asclepius .build/release/asclepius] [--folder DIR]

The patients are those that `asclepius split --seed 1` keeps apart when samples/corpus/more-patients.jsonl
is for training alone; the adapter's training has to use the same split. Answers are greedy, 200 tokens
at most, without the loop guard; kept in --folder, where the same command goes on. Prints Markdown, and
the answers that the metrics find best and worst.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

CORPUS = Path(__file__).parents[2] / "samples/corpus"
ROWS = [("token_f1", "token F1"), ("rouge_l", "ROUGE-L"), ("number_recall", "exact numbers kept"),
        ("evidence_support", "claims supported by the note, by the rules"),
        ("refused_unanswerable", "unanswerable questions refused"),
        ("refused_answerable", "answerable questions refused"),
        ("unfinished", "answers that loop or never end")]


def output(options, *arguments):
    return subprocess.run([options.asclepius, *map(str, arguments)], check=True,
                          stdout=subprocess.PIPE, text=True).stdout


def figures(options, folder, name, adapter):
    """Metrics of the answers, each with its interval, and the perplexity of the notes."""
    answers = folder / f"{name}.jsonl"
    if not answers.exists():
        output(options, "answers", folder / "validation.jsonl", "--model", options.model, "--adapter",
               adapter, "--max-tokens", 200, "--no-loop-guard", "--output", answers)
    found = json.loads(output(options, "metrics", answers, "--records", folder / "validation.jsonl",
                              "--json"))
    perplexity = json.loads(output(options, "perplexity", "--text", folder / "notes.txt", "--model",
                                   options.model, "--adapter", adapter, "--json"))
    return found, perplexity["perplexity"]


def cell(estimate):
    return "{value:.3f} ({low:.3f} to {high:.3f})".format(**estimate)


def examples(options, folder):
    lines = output(options, "metrics", folder / "after.jsonl", "--rows", "--json").splitlines()
    scores = [json.loads(line) for line in lines if '"line"' in line]
    rows = [json.loads(line) for line in (folder / "after.jsonl").open()]
    ranked = sorted((s["token_f1"] or 0, int(s["line"]) - 1) for s in scores)
    for title, chosen in ("Best", ranked[::-1][:5]), ("Middle", ranked[len(ranked) // 2:][:5]), (
            "Worst", ranked[:5]):
        print(f"\n{title} by token F1:\n")
        for score, index in chosen:
            row = rows[index]
            print(f"- {row['patient_id']}, {score:.2f}: {row['question']}\n  - answer: {row['answer']}\n"
                  f"  - reference: {row['reference']}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("adapter", type=Path)
    parser.add_argument("--asclepius", default=".build/release/asclepius")
    parser.add_argument("--model", default="default")
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="adapter-figures-"))
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "validation.jsonl").exists():
        output(options, "split", CORPUS / "patients.jsonl", "--training-only",
               CORPUS / "more-patients.jsonl", "--seed", 1, "--output", folder)
    records = [json.loads(line) for line in (folder / "validation.jsonl").open()]
    (folder / "notes.txt").write_text("\n\n".join(r["note"] for r in records))
    before, perplexity_before = figures(options, folder, "before", "none")
    after, perplexity_after = figures(options, folder, "after", options.adapter)
    print(f"{len(records)} patients, {before['rows']} questions\n")
    print("| | before | after |\n|---|---|---|")
    for key, title in ROWS:
        print(f"| {title} | {cell(before['metrics'][key])} | {cell(after['metrics'][key])} |")
    print(f"| perplexity of the notes | {perplexity_before:.1f} | {perplexity_after:.1f} |")
    examples(options, folder)


if __name__ == "__main__":
    main()
