#!/usr/bin/env python3
"""Count what a data set holds, independently of the program; DatasetTests expects these figures of samples/corpus.

usage: corpus_statistics.py PATIENTS.jsonl
"""
import collections, json, re, statistics, sys

records = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
pairs = [pair for record in records for pair in record["pairs"]]
repeats = lambda texts: len(texts) - len({" ".join(text.lower().split()) for text in texts})
print("records", len(records), "patients", len({r["patient_id"] for r in records}), "pairs", len(pairs))
print("answerable", sum(p["answerable"] for p in pairs), "unanswerable", sum(not p["answerable"] for p in pairs))
print("quotes", sum(len(p["evidence"]) for p in pairs), "stray",
      sum(quote not in r["note"] for r in records for p in r["pairs"] for quote in p["evidence"]))
print("repeated questions", repeats([p["question"] for p in pairs]), "notes", repeats([r["note"] for r in records]))
print("vocabulary", len({word for r in records for word in re.findall(r"[^\W_]+", r["note"].lower())}))
for name, texts in (("case reports", [r["case_report"] for r in records]), ("notes", [r["note"] for r in records]),
                    ("questions", [p["question"] for p in pairs]), ("answers", [p["answer"] for p in pairs])):
    lengths = [len(text.split()) for text in texts]
    print(name, min(lengths), statistics.median(lengths), max(lengths), sum(lengths))
for task, count in sorted(collections.Counter(p["task"] for p in pairs).items()):
    print(task, count)
