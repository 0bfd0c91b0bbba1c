#!/usr/bin/env python3
"""Time to the first token and peak memory of a fresh process, beside llama.cpp on the same file.

    python Tests/Recipes/cold_start.py ASCLEPIUS MODEL.gguf [--rounds 7] [--threads 2] [--llama PYTHON]
        [--note FILE]

ASCLEPIUS is the release binary, run as `ask --no-cache --no-lookup` on a note whose prompt has about 300 tokens; its
time runs from the start of the process to the first byte of the answer. PYTHON is an interpreter that has
llama-cpp-python (built natively); the time of its interpreter and imports is left out, so its clock starts where the
model's file is opened, and it reads as many tokens. Its flash attention and repacking are those that are fastest in the
first round. The file is in the system's cache for both, read once before the first round.

Peak memory is what the system says of the ended process (ru_maxrss); of llama.cpp's, what the interpreter held before
the model is taken off. The goal stands beside it: 1.15 times the file and the keys and values of all tokens. The first
painted frame of the workbench is measured by `screen_bench.py --only paint`.
"""

import argparse
import itertools
import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

LLAMA = r"""
import json, resource, sys, time
import llama_cpp as L
model, count, threads, flash, repack = sys.argv[1], *[int(x) for x in sys.argv[2:6]]
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
before = peak()
start = time.perf_counter()
L.llama_backend_init()
params = L.llama_model_default_params()
params.use_extra_bufts = bool(repack)
loaded = L.llama_model_load_from_file(model.encode(), params)
params = L.llama_context_default_params()
params.n_ctx = max(512, count + 64); params.n_batch = params.n_ubatch = 512
params.n_threads = params.n_threads_batch = threads
params.flash_attn_type = flash
context = L.llama_init_from_model(loaded, params)
vocabulary = L.llama_vocab_n_tokens(L.llama_model_get_vocab(loaded))
batch = L.llama_batch_init(count, 0, 1)
batch.n_tokens = count
for i in range(count):
    batch.token[i] = (7 * i + 11) % (vocabulary - 1)
    batch.pos[i], batch.n_seq_id[i], batch.logits[i] = i, 1, i == count - 1
    batch.seq_id[i][0] = 0
if L.llama_decode(context, batch): raise SystemExit("llama_decode failed")
logits = L.llama_get_logits_ith(context, count - 1)
logits[0]  # The result is there; choosing the largest in Python would be counted against it.
print(json.dumps({"seconds": time.perf_counter() - start, "bytes": peak() - before}))
"""

NOTE = (
    "Mr [Name], 71, came in with three days of breathlessness and swollen legs. He has ischaemic heart disease and an "
    "ejection fraction of 35 %. On arrival: blood pressure 148/86, heart rate 102, oxygen 91 % on air, weight 88.4 kg. "
    "Creatinine 128, potassium 4.1, NT-proBNP 6,240. He had stopped his furosemide two weeks before. He was given "
    "furosemide 80 mg intravenously twice daily for three days and lost 6.2 kg. Medicines at discharge: furosemide 80 "
    "mg once daily, bisoprolol 5 mg once daily, ramipril 2.5 mg once daily, dapagliflozin 10 mg once daily. Follow-up: "
    "bloods at the practice in one week; heart failure nurse in two weeks; daily weights, call if up by 2 kg.\n"
)
QUESTION = "What is his weight at discharge?"


def ours(options, note):
    command = [options.asclepius, "ask", "--model", options.model, "--threads", str(options.threads), "--note", note,
               "--no-cache", "--no-lookup", "--max-tokens", "1", QUESTION]
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if not os.read(child.stdout.fileno(), 1):
        raise SystemExit("asclepius wrote no answer")
    seconds = time.perf_counter() - start
    child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return seconds, usage.ru_maxrss * 1024


def prompt_token_count(options, note):
    command = [options.asclepius, "ask", "--model", options.model, "--note", note, "--no-cache", "--max-tokens", "1",
               "--json", QUESTION]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)["prompt_tokens"]


def llama(options, count, setting):
    command = [options.llama, "-c", LLAMA, options.model, str(count), str(options.threads), *map(str, setting)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        print(f"  llama.cpp (flash attention, repacking) = {setting}: exit status {done.returncode}", flush=True)
        return None
    figures = json.loads(done.stdout.strip().splitlines()[-1])
    return figures["seconds"], figures["bytes"]


def key_value_byte_count(path, count):
    """Bytes of `count` tokens' keys and values in half precision."""
    from gguf import GGUFReader

    fields = GGUFReader(path).fields
    number = lambda key: int(fields["llama." + key].contents())
    heads = number("attention.head_count")
    size = number("embedding_length") // heads
    kept = number("attention.head_count_kv") if "llama.attention.head_count_kv" in fields else heads
    return number("block_count") * kept * size * 2 * 2 * count


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("asclepius")
    parser.add_argument("model")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--llama")
    parser.add_argument("--note", type=Path)
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        note = options.note or Path(folder, "note.txt")
        if not options.note:
            note.write_text(NOTE)
        with open(options.model, "rb") as file:
            while file.read(1 << 24):
                pass
        count = prompt_token_count(options, note)
        print(f"{Path(options.model).name}: prompt of {count} tokens, {options.threads} threads", flush=True)
        settings = list(itertools.product((0, 1), (0, 1))) if options.llama else []
        tried = {setting: llama(options, count, setting) for setting in settings}
        tried = {setting: figures for setting, figures in tried.items() if figures}
        fastest = min(tried, key=lambda setting: tried[setting][0]) if tried else None
        rows = []
        for _ in range(options.rounds):
            rows.append((ours(options, note), llama(options, count, fastest) if fastest else None))

    own = [row[0][0] for row in rows]
    print(f"first token: {statistics.median(own) * 1000:.0f} ms (median of {len(own)})")
    peers = [row[1] for row in rows if row[1]]
    if peers:
        ratio = statistics.median(row[0][0] / row[1][0] for row in rows if row[1])
        print(f"llama.cpp, (flash attention, repacking) = {fastest}: {statistics.median(p[0] for p in peers) * 1000:.0f} ms; "
              f"ours is {100 * ratio:.0f} % of it (goal: at most 60 %)")
    held = max(row[0][1] for row in rows)
    share = held / (os.path.getsize(options.model) + key_value_byte_count(options.model, count))
    print(f"peak memory: {held / 1e6:.0f} MB, {share:.2f} times file and keys and values (goal: at most 1.15)")
    if peers:
        print(f"llama.cpp: {max(p[1] for p in peers) / 1e6:.0f} MB")


main()
