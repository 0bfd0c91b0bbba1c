"""The llama architecture in plain numpy: the independent program that the decoder is checked with.

    python Tests/Recipes/reference_llama.py MODEL.gguf "1 2 3"   (needs: numpy, gguf)

Weights are dequantised by gguf-py and everything after that is floating point of one width, by
default double, so that the only error left is that of the file's own quantisation. Nothing is
cached between tokens and nothing is fast; it is meant to be read.

What it covers is what GGUF files of architecture `llama` say: grouped queries, a head size of its
own, tied or separate output, rotary base, linear rotary scaling, and the tensor of rotary frequency
factors of Llama 3. The rows of the query and key matrices in such files are permuted so that a
rotary pair is two neighbours (2i, 2i + 1), not the two halves of a head.

What it does not cover it refuses: other scalings (YaRN), biases, experts, sliding windows.
"""

import sys
from dataclasses import dataclass

import numpy as np
from gguf import GGUFReader
from gguf.quants import dequantize


@dataclass(frozen=True)
class Configuration:
    block_count: int
    width: int
    head_count: int
    key_value_head_count: int
    head_width: int
    epsilon: float
    rotary_base: float
    rotary_scale: float  # positions are divided by it

    @staticmethod
    def read(reader):
        def value(key, default=None):
            field = reader.fields.get(f"llama.{key}")
            if field is None and default is None:
                raise KeyError(f"llama.{key}")
            return default if field is None else field.contents()

        architecture = reader.fields["general.architecture"].contents()
        scaling = value("rope.scaling.type", "none")
        if architecture != "llama" or scaling not in ("none", "linear"):
            raise NotImplementedError(f"architecture {architecture}, rotary scaling {scaling}")
        heads, width = value("attention.head_count"), value("embedding_length")
        return Configuration(
            block_count=value("block_count"),
            width=width,
            head_count=heads,
            key_value_head_count=value("attention.head_count_kv", heads),
            head_width=value("attention.key_length", width // heads),
            epsilon=value("attention.layer_norm_rms_epsilon"),
            rotary_base=value("rope.freq_base", 10000.0),
            rotary_scale=value("rope.scaling.factor", 1.0) if scaling == "linear" else 1.0,
        )


class ReferenceLlama:
    def __init__(self, path, dtype=np.float64):
        reader = GGUFReader(path)
        self.dtype = dtype
        self.configuration = Configuration.read(reader)
        self.weights = {}
        for tensor in reader.tensors:
            if tensor.name.endswith(".bias") or "_exps" in tensor.name:
                raise NotImplementedError(tensor.name)
            shape = [int(count) for count in reversed(tensor.shape)]
            values = dequantize(tensor.data, tensor.tensor_type).reshape(shape)
            self.weights[tensor.name] = values.astype(dtype)

    @property
    def vocabulary_size(self):
        return self.weights["token_embd.weight"].shape[0]

    def logits(self, tokens, rows=slice(None)):
        """Scores of every next token: (len(tokens) or the chosen rows, vocabulary)."""
        hidden = self.weights["token_embd.weight"][np.asarray(tokens)]
        for block in range(self.configuration.block_count):
            hidden = hidden + self._attention(block, hidden)
            hidden = hidden + self._feed_forward(block, hidden)
        hidden = self._norm("output_norm", hidden[rows])
        output = self.weights.get("output.weight", self.weights["token_embd.weight"])
        return hidden @ output.T

    def greedy(self, tokens, count):
        """The `count` likeliest tokens one after the other, with each one's lead in logits."""
        tokens, margins = list(tokens), []
        for _ in range(count):
            scores = self.logits(tokens, rows=slice(-1, None))[0]
            second, first = np.sort(scores)[-2:]
            tokens.append(int(np.argmax(scores)))
            margins.append(float(first - second))
        return tokens[-count:], margins

    def _norm(self, name, x):
        mean_square = np.mean(x * x, axis=-1, keepdims=True)
        epsilon = self.dtype(self.configuration.epsilon)
        return x / np.sqrt(mean_square + epsilon) * self.weights[f"{name}.weight"]

    def _product(self, block, name, x):
        return x @ self.weights[f"blk.{block}.{name}.weight"].T

    def _feed_forward(self, block, hidden):
        x = self._norm(f"blk.{block}.ffn_norm", hidden)
        gate = self._product(block, "ffn_gate", x)
        gate = gate / (1 + np.exp(-gate))
        return self._product(block, "ffn_down", gate * self._product(block, "ffn_up", x))

    def _attention(self, block, hidden):
        c = self.configuration
        count = len(hidden)
        x = self._norm(f"blk.{block}.attn_norm", hidden)
        # (heads, tokens, head width)
        split = lambda y: y.reshape(count, -1, c.head_width).transpose(1, 0, 2)
        query = self._rotate(split(self._product(block, "attn_q", x)))
        key = self._rotate(split(self._product(block, "attn_k", x)))
        value = split(self._product(block, "attn_v", x))
        group = c.head_count // c.key_value_head_count
        mask = np.triu(np.ones((count, count), bool), 1)
        heads = []
        for head in range(c.head_count):
            scores = query[head] @ key[head // group].T / self.dtype(np.sqrt(c.head_width))
            scores[mask] = -np.inf
            scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
            scores /= scores.sum(axis=-1, keepdims=True)
            heads.append(scores @ value[head // group])
        return self._product(block, "attn_output", np.concatenate(heads, axis=-1))

    def _rotate(self, x):
        c = self.configuration
        pairs = np.arange(c.head_width // 2, dtype=np.float64)
        frequencies = c.rotary_base ** (-2 * pairs / c.head_width)
        if "rope_freqs.weight" in self.weights:
            frequencies = frequencies / self.weights["rope_freqs.weight"]
        angles = np.outer(np.arange(x.shape[1]) / c.rotary_scale, frequencies)
        cosine, sine = np.cos(angles).astype(self.dtype), np.sin(angles).astype(self.dtype)
        even, odd = x[..., 0::2], x[..., 1::2]
        rotated = np.empty_like(x)
        rotated[..., 0::2] = even * cosine - odd * sine
        rotated[..., 1::2] = even * sine + odd * cosine
        return rotated


def log_softmax(logits):
    """Log probabilities in double precision."""
    logits = np.asarray(logits, np.float64)
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


if __name__ == "__main__":
    model = ReferenceLlama(sys.argv[1])
    ids = [int(word) for word in sys.argv[2].split()]
    print(model.greedy(ids, 16))
