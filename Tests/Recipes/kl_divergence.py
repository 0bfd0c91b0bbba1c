"""How far next-token distributions stray from those of the weights in float arithmetic.

    python Tests/Recipes/kl_divergence.py MODEL.gguf [--asclepius .build/release/asclepius]

(needs: numpy, gguf, llama-cpp-python; torch and transformers for `--reference transformers`)

For every position of at least 4,096 tokens of clinical notes, in windows of whole notes of at most
1,024 tokens, it takes the distribution of the next token

  - from the reference: the file's weights dequantised to float32, computed by transformers or by
    reference_llama.py,
  - from llama.cpp with two threads and its default float16 cache, flash attention off and on,
  - from asclepius, where its binary is given,

and prints for each engine, over the tokens scored (all but the first of each window):

  mean, median and 99 % of KL(reference || engine) in nats, the standard error of the mean, how
  often the likeliest token is the reference's, and the perplexity of the text.

What does not change between runs, the reference's logits and llama.cpp's figures, is kept in
`--cache`, under the digest of the model file.

From asclepius it reads `score --model M --text FILE --logits OUT --json`: OUT holds little-endian
float32, (tokens, vocabulary), row i the scores after tokens 0...i (the last row is not used). With
`--transport json` it reads `score --top K --json` instead, where entry i of `top` is the
distribution of token i given those before it. The ids must be those of llama.cpp's tokenizer.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import llama_cpp
import numpy as np

from note_windows import NOTES, windows
from reference_llama import ReferenceLlama, log_softmax

ROWS = 128  # rows compared at a time: 49,152 doubles each


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--asclepius", type=Path, help="its binary")
    parser.add_argument("--transport", choices=["logits", "json"], default="logits")
    parser.add_argument("--option", action="append", default=[], help="passed on to asclepius")
    parser.add_argument("--reference", choices=["transformers", "numpy"], default="transformers")
    parser.add_argument("--notes", type=Path, default=NOTES)
    parser.add_argument("--tokens", type=int, default=4096)
    parser.add_argument("--window", type=int, default=1024)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "asclepius-kl")
    parser.add_argument("--output", type=Path, help="the figures as JSON, merged by model name")
    return parser.parse_args()


# --- Engines: each yields the logits of one window, (tokens, vocabulary) -------------------------


def numpy_reference(options):
    model = ReferenceLlama(options.model, np.float32)
    return lambda text, tokens: model.logits(tokens)


def transformers_reference(options):
    import torch
    from transformers import AutoModelForCausalLM

    torch.set_num_threads(options.threads)
    model = AutoModelForCausalLM.from_pretrained(
        options.model.parent, gguf_file=options.model.name, dtype=torch.float32
    ).eval()

    @torch.inference_mode()
    def logits(text, tokens):
        return model(torch.tensor([tokens])).logits[0].numpy()

    return logits


def llama_cpp_engine(options, flash):
    model = llama_cpp.Llama(
        str(options.model), n_ctx=options.window, n_batch=options.window, n_ubatch=512,
        n_threads=options.threads, n_threads_batch=options.threads, flash_attn=flash,
        logits_all=True, verbose=False,
    )

    def logits(text, tokens):
        model.reset()
        model.eval(tokens)
        return model.scores[: len(tokens)]

    return logits


def asclepius_engine(options, vocabulary_size):
    command = [options.asclepius, "score", "--model", options.model, "--json"]
    command += ["--threads", str(options.threads), *options.option]

    def logits(text, tokens):
        with tempfile.TemporaryDirectory() as folder:
            source, output = Path(folder, "window.txt"), Path(folder, "logits.f32")
            source.write_bytes(text.encode())
            extra = ["--text", source, "--logits", output]
            if options.transport == "json":
                extra = ["--text", source, "--top", str(vocabulary_size)]
            done = subprocess.run(command + extra, stdout=subprocess.PIPE)
            if done.returncode != 0:
                sys.exit(f"asclepius score ended with status {done.returncode}")
            answer = json.loads(done.stdout)
            if answer["tokens"] != tokens:
                sys.exit("asclepius and llama.cpp split the text into different tokens")
            if options.transport == "json":
                return from_json(answer["top"], vocabulary_size)
            return np.fromfile(output, "<f4").reshape(len(tokens), vocabulary_size)

    return logits


def from_json(top, vocabulary_size):
    rows = np.full((len(top), vocabulary_size), -np.inf, np.float32)
    for row, entries in zip(rows, top[1:]):
        for token, log_probability in entries:
            row[token] = log_probability
    return rows


# --- Measuring -----------------------------------------------------------------------------------


def compare(reference, engine, tokens):
    """For each token but the first: KL divergence, agreement of the likeliest, -log p of it."""
    parts = []
    for start in range(0, len(tokens) - 1, ROWS):
        rows = slice(start, min(start + ROWS, len(tokens) - 1))
        p, q = log_softmax(reference[rows]), log_softmax(engine[rows])
        divergence = np.sum(np.exp(p) * (p - q), axis=-1)
        agrees = np.argmax(p, axis=-1) == np.argmax(q, axis=-1)
        nexts = tokens[rows.start + 1 : rows.stop + 1]
        parts.append(np.stack([divergence, agrees, -q[np.arange(len(nexts)), nexts]]))
    return np.concatenate(parts, axis=1)


def summary(measures):
    divergence, agrees, surprise = measures
    return {
        "meanKL": float(divergence.mean()),
        "standardError": float(divergence.std(ddof=1) / np.sqrt(len(divergence))),
        "medianKL": float(np.median(divergence)),
        "percentile99KL": float(np.percentile(divergence, 99)),
        "maximumKL": float(divergence.max()),
        "topAgreement": float(agrees.mean()),
        "perplexity": float(np.exp(surprise.mean())),
        "tokens": len(divergence),
    }


def reference_logits(options, folder, texts):
    """Memory-mapped logits of each window, computed where the cache lacks them."""
    paths = [folder / f"{options.reference}-{index}.npy" for index in range(len(texts))]
    if not all(path.exists() for path in paths):
        maker = globals()[f"{options.reference}_reference"](options)
        for path, (text, tokens) in zip(paths, texts):
            np.save(folder / "part.npy", maker(text, tokens).astype(np.float32))
            (folder / "part.npy").rename(path)
    return [np.load(path, mmap_mode="r") for path in paths]


def measure(make_engine, references, texts):
    engine = make_engine()
    pairs = zip(references, texts)
    parts = [compare(reference, engine(*each), each[1]) for reference, each in pairs]
    return summary(np.concatenate(parts, axis=1))


def kept(path, make):
    """The JSON at `path`, made first where it is missing."""
    if not path.exists():
        path.write_text(json.dumps(make()))
    return json.loads(path.read_text())


def main():
    options = arguments()
    vocabulary = llama_cpp.Llama(str(options.model), vocab_only=True, verbose=False)
    tokenize = lambda text: vocabulary.tokenize(text.encode(), add_bos=True, special=False)
    texts = windows(tokenize, options.notes, options.window, options.tokens)
    with open(options.model, "rb") as file:
        model_digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    text_digest = hashlib.sha256(repr(texts).encode()).hexdigest()[:16]
    folder = options.cache / f"{model_digest}-{text_digest}"
    folder.mkdir(parents=True, exist_ok=True)

    references = reference_logits(options, folder, texts)
    engines = {"reference": lambda: summary_of_itself(references, texts)}
    for flash in (False, True):
        engines["llama.cpp, flash" if flash else "llama.cpp"] = lambda flash=flash: measure(
            lambda: llama_cpp_engine(options, flash), references, texts
        )
    figures = {
        name: kept(folder / f"{options.reference}-{name.replace(', ', '-')}.json", make)
        for name, make in engines.items()
    }
    if options.asclepius:
        size = references[0].shape[1]
        figures["asclepius"] = measure(
            lambda: asclepius_engine(options, size), references, texts
        )
    report(options, figures)


def summary_of_itself(references, texts):
    parts = [compare(rows, rows, tokens) for rows, (_, tokens) in zip(references, texts)]
    return summary(np.concatenate(parts, axis=1))


def report(options, figures):
    print(f"{options.model.name}, reference {options.reference}")
    heads = ["mean KL", "± s.e.", "median", "99 %", "top-1", "perplexity", "tokens"]
    print(f"{'':18}" + "".join(f"{head:>11}" for head in heads))
    for name, row in figures.items():
        numbers = [row[key] for key in ("meanKL", "standardError", "medianKL", "percentile99KL")]
        print(
            f"{name:18}" + "".join(f"{number:11.3e}" for number in numbers)
            + f"{row['topAgreement']:11.2%}{row['perplexity']:11.4f}{row['tokens']:11}"
        )
    if options.output:
        known = json.loads(options.output.read_text()) if options.output.exists() else {}
        known[options.model.name] = figures
        options.output.write_text(json.dumps(known, indent=1) + "\n")


if __name__ == "__main__":
    main()
