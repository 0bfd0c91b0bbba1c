"""Tokens and examples a second of LoRA training, beside PyTorch with transformers and peft.

    python Tests/Recipes/training_speed.py MODEL.gguf EXAMPLES.jsonl --asclepius .build/release/asclepius
        (needs: torch, transformers, peft, gguf)

EXAMPLES.jsonl is in the form that `asclepius train` reads. Three runs over the same examples, each in
a process of its own, same rank, targets, optimiser and batches; one example a step:

    asclepius, shared    each note once, its questions as branches
    asclepius, separate  each question a text of its own, note and all
    peft                 the same texts, padded to the longest of an example

A text token is a token of a separate text; shared notes make many of them with few computed ones.
Prints seconds, text tokens and pairs a second, and the peak of memory of each process.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RANK, RATE = 16, 2e-4
PROJECTIONS = "q_proj k_proj v_proj o_proj gate_proj up_proj down_proj".split()


def texts(example):
    """Token ids and labels of each pair as a text of its own."""
    trunk = example["trunk"]
    for branch in example["branches"]:
        first, last = branch["targets"]
        ids = trunk + branch["tokens"]
        yield ids, [-100] * (len(trunk) + first) + ids[len(trunk) + first : len(trunk) + last] + [
            -100] * (len(branch["tokens"]) - last)


def separate(example):
    """The example as texts that share nothing."""
    return {"id": example["id"], "trunk": [], "trunk_targets": [0, 0], "branches": [
        {"tokens": example["trunk"] + b["tokens"],
         "targets": [len(example["trunk"]) + end for end in b["targets"]]}
        for b in example["branches"]]}


def peft_run(model_path, examples_path, threads, dtype):
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.set_num_threads(threads)
    path = Path(model_path)
    model = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32)
    model = get_peft_model(model, LoraConfig(
        r=RANK, lora_alpha=2 * RANK, target_modules=PROJECTIONS, task_type="CAUSAL_LM"))
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=RATE)
    examples = [json.loads(line) for line in open(examples_path)]
    start, losses = time.monotonic(), []
    for example in examples:
        rows = list(texts(example))
        longest = max(len(ids) for ids, _ in rows)
        ids = torch.tensor([i + [0] * (longest - len(i)) for i, _ in rows])
        labels = torch.tensor([l + [-100] * (longest - len(l)) for _, l in rows])
        mask = torch.tensor([[1] * len(i) + [0] * (longest - len(i)) for i, _ in rows])
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype == "bf16"):
            loss = model(input_ids=ids, attention_mask=mask, labels=labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    seconds = time.monotonic() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "peak": peak, "loss": losses[0]}))


def own_run(options, examples, folder):
    data = Path(folder) / "data.jsonl"
    data.write_text("".join(json.dumps(e) + "\n" for e in examples))
    command = [
        options.asclepius, "train", str(data), "--model", options.model, "--output", f"{folder}/run",
        "--epochs", "1", "--batch-tokens", "1", "--rank", str(RANK), "--threads", str(options.threads),
        "--precision", options.precision, "--json"]
    process = subprocess.run(command, check=True, capture_output=True, text=True)
    report = json.loads(process.stdout)
    computed = sum(len(e["trunk"]) + sum(len(b["tokens"]) for b in e["branches"]) for e in examples)
    log = [json.loads(line) for line in open(f"{folder}/run/log.jsonl")]
    return {
        "seconds": computed / report["tokens_per_second"], "loss": log[0]["loss"],
        "peak": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("examples")
    parser.add_argument("--asclepius", default=".build/release/asclepius")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--count", type=int, default=2)
    parser.add_argument("--precision", choices=["f32", "bf16"], default="bf16")
    parser.add_argument("--peft", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peft:
        return peft_run(options.model, options.examples, options.threads, options.precision)
    examples = [json.loads(line) for line in open(options.examples)][: options.count]
    pairs = sum(len(e["branches"]) for e in examples)
    tokens = sum(len(ids) for e in examples for ids, _ in texts(e))
    runs = {}
    # The peak of children only grows, so the smaller runs come first.
    for name, data in [("asclepius, shared", examples), ("asclepius, separate", [separate(e) for e in examples])]:
        with tempfile.TemporaryDirectory() as folder:
            runs[name] = own_run(options, data, folder)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data.jsonl"
        data.write_text("".join(json.dumps(e) + "\n" for e in examples))
        output = subprocess.run(
            [sys.executable, __file__, options.model, str(data), "--peft", "--threads",
             str(options.threads), "--precision", options.precision],
            check=True, capture_output=True, text=True).stdout
        runs["peft"] = json.loads(output.strip().splitlines()[-1])
    for name, run in runs.items():
        print(
            f"{name:20} {run['seconds']:7.1f} s  {tokens / run['seconds']:7.0f} text tokens/s  "
            f"{pairs / run['seconds']:6.2f} pairs/s  peak {run['peak'] / 1e9:.2f} GB  "
            f"first loss {run['loss']:.4f}")


if __name__ == "__main__":
    main()
