"""Turns the MTSamples notes and the CAMEL project's instructions into a question set and a file of
given answers for `asclepius experiment`.

    python mtsamples_questions.py FOLDER questions.jsonl answers.jsonl

FOLDER holds notes.jsonl (`sample_id`, `note`) and instructions.jsonl (`sample_id`, `task`, `question`,
`answers` by model). The answers are model output, not gold, so no question gets a reference.
"""

import json
import sys


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def main(folder, questions_path, answers_path):
    notes = {row["sample_id"]: row["note"] for row in lines(folder + "/notes.jsonl")}
    questions, answers = {}, []
    for row in lines(folder + "/instructions.jsonl"):
        patient = questions.setdefault(row["sample_id"], [])
        patient.append({"task": row["task"], "question": row["question"], "answer": ""})
        for model, answer in row["answers"].items():
            answers.append({
                "patient_id": row["sample_id"], "number": len(patient), "task": row["task"],
                "question": row["question"], "model": model, "answer": answer})
    with open(questions_path, "w", encoding="utf-8") as file:
        for patient, pairs in questions.items():
            record = {"patient_id": patient, "note": notes[patient], "pairs": pairs}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    with open(answers_path, "w", encoding="utf-8") as file:
        for row in answers:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


main(*sys.argv[1:])
