"""What heads of the tiny models look at, computed by the reference.

    python Tests/Recipes/attention_shares.py     (needs: numpy, gguf)

writes Tests/LlamaTests/Resources/attention.json, a list of objects, one a model:

    file        name of the GGUF file
    ranges      [first, past the last] positions
    rows        positions of the tokens that look, within `tokens` of tiny-models.json
    shares      (rows, layers, heads, ranges): how much of a head's attention lies in each range
"""

import json
from pathlib import Path

import numpy as np

from reference_llama import ReferenceLlama

RESOURCES = Path(__file__).parents[1] / "LlamaTests/Resources"
RANGES = [[0, 1], [1, 9], [9, 10], [12, 30], [30, 64]]
ROWS = [1, 12, 31, 39]


class Watched(ReferenceLlama):
    """The reference, which keeps the softmax of every head."""

    def __init__(self, path):
        super().__init__(path)
        self.seen = []

    def _attention(self, block, hidden):
        c = self.configuration
        count = len(hidden)
        x = self._norm(f"blk.{block}.attn_norm", hidden)
        split = lambda y: y.reshape(count, -1, c.head_width).transpose(1, 0, 2)
        query = self._rotate(split(self._product(block, "attn_q", x)))
        key = self._rotate(split(self._product(block, "attn_k", x)))
        key = np.repeat(key, c.head_count // c.key_value_head_count, axis=0)
        scores = query @ key.transpose(0, 2, 1) / np.sqrt(c.head_width)
        scores[:, np.triu(np.ones((count, count), bool), 1)] = -np.inf
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        self.seen.append(weights / weights.sum(axis=-1, keepdims=True))
        return super()._attention(block, hidden)


def main():
    found = []
    for tiny in json.loads((RESOURCES / "tiny-models.json").read_text()):
        model = Watched(str(RESOURCES / tiny["file"]))
        model.logits(tiny["tokens"])
        seen = np.stack(model.seen)[:, :, ROWS]
        shares = np.stack([seen[..., low:high].sum(axis=-1) for low, high in RANGES], axis=-1)
        found.append({
            "file": tiny["file"], "ranges": RANGES, "rows": ROWS,
            "shares": np.round(shares.transpose(2, 0, 1, 3), 6).tolist(),
        })
    (RESOURCES / "attention.json").write_text(json.dumps(found) + "\n")


main()
