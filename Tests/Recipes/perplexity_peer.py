"""llama.cpp's perplexity of a text, cut as its own perplexity tool cuts it.

    python Tests/Recipes/perplexity_peer.py MODEL.gguf [--text FILE] [--context 512]
        [--reference] [--asclepius .build/release/asclepius]
        (needs: numpy, gguf, llama-cpp-python)

The tool's rule, with n the context, for its usual mode without stride
(Source: llama.cpp, tools/perplexity/perplexity.cpp, function `perplexity`):

  0. One newline at the very end of the file, if there is one, is dropped (by the option `-f`).
  1. The whole text is tokenized once, with the special tokens the model asks for at its ends
     (begin-of-text first, where the file says so) and without reading special tokens in the text.
  2. Fewer than 2 n tokens are refused. Windows are the consecutive, disjoint runs of n tokens:
     floor(count / n) of them; the tokens left over at the end are not used.
  3. Each window is computed on its own, positions from 0. Where the file says that begin-of-text is
     added, the window's first token is *replaced* by it (nothing is inserted, in every window,
     whatever stood there).
  4. With first = n / 2 (rounded down), the scores after the tokens first ... n - 2 of the window
     are used, each for the token that follows: n - first - 1 tokens a window, the second half but
     for its first token (255 at 512). The replaced token is never among them.
  5. Perplexity is exp of the mean of -log p over the scored tokens of all windows alike.

Batches make no difference to the rule; only the tool's numbers vary in their last digits with them.
Prints the perplexity with flash attention off and on, with `--reference` that of the dequantised
weights in float32, and what asclepius says where its binary is given. Where an engine rounds
activations to 8 bits its perplexity has noise of its own: two settings of llama.cpp can differ by
0.4 % on 5,000 tokens. A longer text and the reference tell noise from mistakes.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

import llama_cpp
import numpy as np

from note_windows import corpus
from reference_llama import ReferenceLlama, log_softmax


def llama_cpp_scores(path, context, threads, flash):
    model = llama_cpp.Llama(
        str(path), n_ctx=context, n_batch=context, n_ubatch=512, n_threads=threads,
        n_threads_batch=threads, flash_attn=flash, logits_all=True, verbose=False,
    )

    def scores(tokens, rows):
        model.reset()
        model.eval(tokens)
        return model.scores[rows]

    return scores


def reference_scores(path):
    model = ReferenceLlama(path, np.float32)
    return model.logits


def perplexity(path, text, context, make_scores, chunk_limit=None):
    model = llama_cpp.Llama(str(path), vocab_only=True, verbose=False)
    tokens = model.tokenize(text.encode(), add_bos=True, special=False)
    if len(tokens) < 2 * context:
        sys.exit(f"the text has {len(tokens)} tokens, fewer than twice the context of {context}")
    vocabulary = llama_cpp.llama_model_get_vocab(model.model)
    adds_begin = llama_cpp.llama_vocab_get_add_bos(vocabulary)
    rows = slice(context // 2, context - 1)
    total, count, scores = 0.0, 0, make_scores()
    chunks = len(tokens) // context
    chunks = min(chunks, chunk_limit or chunks)
    for chunk in range(chunks):
        window = tokens[chunk * context : (chunk + 1) * context]
        fed = [model.token_bos(), *window[1:]] if adds_begin else window
        logs = log_softmax(scores(fed, rows))
        total -= sum(row[token] for row, token in zip(logs, window[rows.start + 1 :]))
        count += len(logs)
    return {"perplexity": math.exp(total / count), "tokens": count, "chunks": chunks}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--text", type=Path, help="default: all notes of the sample corpus")
    parser.add_argument("--context", type=int, default=512)
    parser.add_argument("--chunks", type=int, help="only so many windows")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--reference", action="store_true")
    parser.add_argument("--asclepius", type=Path, help="its binary")
    options = parser.parse_args()
    text = options.text.read_bytes().decode() if options.text else corpus()
    text = text.removesuffix("\n")
    settings = (options.model, options.context, options.threads)
    makers = {
        "llama.cpp": lambda: llama_cpp_scores(*settings, flash=False),
        "llama.cpp, flash": lambda: llama_cpp_scores(*settings, flash=True),
    }
    if options.reference:
        makers["reference"] = lambda: reference_scores(options.model)
    figures = {
        name: perplexity(options.model, text, options.context, make, options.chunks)
        for name, make in makers.items()
    }
    if options.asclepius:
        with tempfile.NamedTemporaryFile(suffix=".txt") as file:
            file.write(text.encode())
            file.flush()
            command = [options.asclepius, "perplexity", "--model", options.model, "--text"]
            command += [file.name, "--context", str(options.context), "--json"]
            done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
        figures["asclepius"] = json.loads(done.stdout)
    for name, row in figures.items():
        share = row["perplexity"] / figures["llama.cpp"]["perplexity"] - 1
        print(f"{name:18}{row['perplexity']:10.4f} {share:+8.3%}  {row['tokens']} tokens, "
              f"{row['chunks']} chunks")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
