#!/bin/sh
# Makes samples/demo.jsonl anew from real answers of the default model with its adapter, or of the model that is named:
#   Tests/Recipes/record_demo.sh [MODEL]
# Then `ASCLEPIUS_UPDATE_SCREENS=1 swift test --filter DemoTests` brings the README's screens up to it.
set -eu
cd "$(dirname "$0")/../.."
program=${ASCLEPIUS:-.build/release/asclepius}
model=${1:-default}

rm -f samples/demo.jsonl
while read -r question; do
  "$program" ask --no-cache --model "$model" --repeat-penalty 1.1 --max-tokens 120 \
    --note samples/notes/heart-failure.txt --record samples/demo.jsonl "$question"
done <<'QUESTIONS'
What made the heart failure worse?
What is his discharge weight?
Write a short summary for the patient.
QUESTIONS
