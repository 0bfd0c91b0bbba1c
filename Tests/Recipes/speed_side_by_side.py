#!/usr/bin/env python3
"""Speed of asclepius beside other engines on the same file, in one run, in turn; prints medians and ratios.

    python Tests/Recipes/speed_side_by_side.py ASCLEPIUS MODEL.gguf [--prompt 512] [--generate 64] [--depth 0]
        [--threads 2] [--rounds 5] [--peer llama.cpp=PYTHON] [--peer ik_llama.cpp=PYTHON] [--peer openvino=PYTHON]

ASCLEPIUS is the release binary. PYTHON is an interpreter that has the peer's package: llama-cpp-python (built natively,
CMAKE_ARGS=-DGGML_NATIVE=ON), ik-llama-cpp-python, openvino-genai. A name can be given twice with two interpreters, for
two builds: the faster one counts.

The first round tries every setting of a peer (flash attention, and for llama.cpp weight repacking); the later rounds
keep the fastest for each figure. A setting that crashes is named and left out. Every round runs all engines in turn, in
processes of their own; the figure to quote is the median of the rounds' ratios, since a shared machine drifts.
"""

import argparse
import itertools
import json
import statistics
import subprocess

LLAMA = r"""
import json, sys, time
kind, model, prompt, generate, depth, threads, flash, repack = sys.argv[1:3] + [int(x) for x in sys.argv[3:9]]
if kind == "ik_llama.cpp":
    from ik_llama_cpp import _ctypes_api as L
else:
    import llama_cpp as L
L.llama_backend_init()
params = L.llama_model_default_params()
if hasattr(params, "use_extra_bufts"): params.use_extra_bufts = bool(repack)
elif hasattr(params, "repack_tensors"): params.repack_tensors = bool(repack)
loaded = L.llama_model_load_from_file(model.encode(), params)
params = L.llama_context_default_params()
params.n_ctx = max(512, depth + prompt + generate + 16); params.n_batch = 2048; params.n_ubatch = 512
params.n_threads = params.n_threads_batch = threads
if hasattr(params, "flash_attn_type"): params.flash_attn_type = flash
elif hasattr(params, "flash_attn"): params.flash_attn = bool(flash)
context = L.llama_init_from_model(loaded, params)
vocabulary = L.llama_vocab_n_tokens(L.llama_model_get_vocab(loaded))
place = 0
def run(count, each):
    global place
    done, seconds = 0, 0.0
    while done < count:
        size = min(each, count - done)
        batch = L.llama_batch_init(size, 0, 1)
        batch.n_tokens = size
        for i in range(size):
            batch.token[i] = (7 * (done + i) + 11) % (vocabulary - 1)
            batch.pos[i] = place + i
            batch.n_seq_id[i] = 1
            batch.seq_id[i][0] = 0
            batch.logits[i] = i == size - 1
        start = time.perf_counter()
        code = L.llama_decode(context, batch)
        L.llama_get_logits_ith(context, size - 1)
        seconds += time.perf_counter() - start
        L.llama_batch_free(batch)
        if code: raise SystemExit(f"llama_decode: {code}")
        done += size; place += size
    return seconds
def clear():
    global place
    place = 0
    if hasattr(L, "llama_get_memory"): L.llama_memory_clear(L.llama_get_memory(context), True)
    else: L.llama_kv_cache_clear(context)
run(16, 16); clear()
figures = {}
if prompt:
    run(depth, 512); figures["prefill"] = prompt / run(prompt, 512); clear()
if generate:
    run(depth, 512); run(1, 1); figures["decode"] = generate / run(generate, 1)
print(json.dumps(figures))
"""

OPENVINO = r"""
import json, sys
import numpy as np, openvino as ov, openvino_genai as genai
model, prompt, generate, depth, threads = sys.argv[2], *[int(x) for x in sys.argv[3:7]]
pipe = genai.LLMPipeline(model, "CPU", INFERENCE_NUM_THREADS=threads)
def run(count, new):
    ids = np.array([[(7 * i + 11) % 30000 for i in range(count)]], dtype=np.int64)
    inputs = genai.TokenizedInputs(ov.Tensor(ids), ov.Tensor(np.ones_like(ids)))
    config = genai.GenerationConfig(max_new_tokens=new, ignore_eos=True, do_sample=False)
    return pipe.generate(inputs, config).perf_metrics
run(16, 4)
figures = {}
# It has no call that continues a text by many tokens, so a prompt at a depth is not measured.
if prompt and not depth: figures["prefill"] = prompt / (run(prompt, 1).get_ttft().mean / 1000)
if generate: figures["decode"] = 1000 / run(max(depth, 1), generate + 1).get_tpot().mean
print(json.dumps(figures))
"""

SETTINGS = {
    "llama.cpp": list(itertools.product((0, 1), (0, 1))),
    "ik_llama.cpp": list(itertools.product((0, 1), (0, 1))),
    "openvino": [(0, 0)],
}


class Peer:
    def __init__(self, text, options):
        self.kind, _, self.python = text.partition("=")
        if self.kind not in SETTINGS or not self.python:
            raise SystemExit(f"--peer {text}: has to be one of {', '.join(SETTINGS)}, then = and a Python interpreter")
        self.options = options

    def run(self, setting, prompt, generate):
        o = self.options
        code = OPENVINO if self.kind == "openvino" else LLAMA
        arguments = [self.python, "-c", code, self.kind, o.model, prompt, generate, o.depth, o.threads, *setting]
        done = subprocess.run([str(x) for x in arguments], capture_output=True, text=True)
        if done.returncode:
            print(f"  {self.kind} {self.python} (flash attention, repacking) = {setting}: exit status {done.returncode}", flush=True)
            return {}
        return json.loads(done.stdout.strip().splitlines()[-1])


def ours(options):
    arguments = [options.asclepius, "bench", "--model", options.model, "--prompt", options.prompt, "--generate",
                 options.generate, "--depth", options.depth, "--threads", options.threads, "--repeat", 1, "--json"]
    done = subprocess.run([str(x) for x in arguments], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr[-800:])
    figures = json.loads(done.stdout)
    names = {"prefill": "prefill_tokens_per_second", "decode": "decode_tokens_per_second"}
    return {key: statistics.median(figures[name]) for key, name in names.items() if figures.get(name)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("asclepius")
    parser.add_argument("model")
    for name, default in (("prompt", 512), ("generate", 64), ("depth", 0), ("threads", 2), ("rounds", 5)):
        parser.add_argument("--" + name, type=int, default=default)
    parser.add_argument("--peer", action="append", default=[])
    options = parser.parse_args()
    peers = [Peer(text, options) for text in options.peer]

    chosen = {}  # (kind, figure) -> (peer, setting), the fastest of the first round
    rows = []
    for number in range(options.rounds):
        row = {("asclepius", key): value for key, value in ours(options).items()}
        if number == 0:
            for peer, setting in ((p, s) for p in peers for s in SETTINGS[p.kind]):
                for key, value in peer.run(setting, options.prompt, options.generate).items():
                    if value > row.get((peer.kind, key), 0):
                        row[peer.kind, key] = value
                        chosen[peer.kind, key] = (peer, setting)
            for (kind, key), (peer, setting) in chosen.items():
                print(f"{kind}'s fastest at {key}: {peer.python}, (flash attention, repacking) = {setting}", flush=True)
        else:
            for (kind, key), (peer, setting) in chosen.items():
                wanted = (options.prompt if key == "prefill" else 0, options.generate if key == "decode" else 0)
                row.update({(kind, key): value for value in peer.run(setting, *wanted).values()})
        rows.append(row)
        print(f"round {number + 1}: " + "  ".join(f"{kind} {key} {value:.1f}" for (kind, key), value in sorted(row.items())), flush=True)

    summary = {}
    for kind, key in [("asclepius", key) for (kind, key) in rows[0] if kind == "asclepius"] + list(chosen):
        values = [row[kind, key] for row in rows if (kind, key) in row]
        ratios = [row["asclepius", key] / row[kind, key] for row in rows if (kind, key) in row and ("asclepius", key) in row]
        summary[f"{kind} {key}"] = {"tokens_per_second": round(statistics.median(values), 1), "ratio": round(statistics.median(ratios), 3)}
    print(json.dumps(summary))


main()
