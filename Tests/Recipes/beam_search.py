"""Beam search as Hugging Face transformers does it: described, redone in numpy, and recorded.

    python Tests/Recipes/beam_search.py       (needs: numpy, gguf, torch, transformers, accelerate)

writes Tests/LlamaTests/Resources/beams.json from the model tiny-f32.gguf. Both programs must find
the same sequences with the same scores, or nothing is written.

The semantics (Source: transformers 5, generation/utils.py, `_beam_search`), with B beams, E
end tokens, K = max(2, 1 + E) * B:

  1. One beam runs at first, the prompt, with a score of 0; a score is the sum of log probabilities
     of the generated tokens.
  2. Each step, every running beam is extended by every token. Of all these candidates the K best
     are kept, best first. (Ties do not occur in what is recorded.)
  3. A candidate is finished when its token is an end token or when it has reached the limit of new
     tokens. Only finished candidates among the first B of the K enter the pool of results, with
     score / length ** length_penalty, where length counts generated tokens, the end token included.
     The pool keeps its best B. Once the search has been found hopeless (5), nothing enters.
  4. The first B unfinished candidates run on.
  5. After the step, with `early_stopping` False, the search is hopeless when the pool is full and
     the best running beam's score / (its generated length) ** length_penalty is no better than the
     worst of the pool. It ends then, or when all of the K candidates had finished (the limit).
  6. The results are the pool, best first.

Beam-sample differs in two places: temperature, top-k, top-p and the like act on each beam's log
probabilities before its score is added (filtered tokens get minus infinity, nothing is normalised
again, so scores are sums of altered log probabilities); and in step 2 the K candidates are not the
best but drawn without replacement from softmax(score of all candidates of all beams), then sorted.

beams.json is a list of cases, all with early_stopping False:

    prompt, beams, newTokens, lengthPenalty, endTokens
    sequences       every result, best first: `tokens` (generated; an end token is the last) and
                    `score` (already divided by the length's power)
    gap             the smallest difference that decided anything, in nats of a whole sequence: at
                    the edge of the beams that run on, between results, at the edge of the pool. An
                    engine whose sums of log probabilities are off by more may rightly differ
"""

import json
from pathlib import Path

import numpy as np

from reference_llama import ReferenceLlama, log_softmax

RESOURCES = Path(__file__).parents[1] / "LlamaTests/Resources"
MODEL = RESOURCES / "tiny-f32.gguf"
SETTINGS = [
    {"lengthPenalty": 1.0, "endTokens": [0, 2]},
    {"lengthPenalty": 1.0, "endTokens": None},  # chosen so that beams end before the limit
    {"lengthPenalty": 0.0, "endTokens": None},
    {"lengthPenalty": 2.0, "endTokens": None},
]


def beam_search(model, prompt, beams, newTokens, lengthPenalty, endTokens):
    """Results as (score, tokens), best first; the smallest deciding gap."""
    kept = max(2, 1 + len(endTokens)) * beams
    running, pool, gap = [(0.0, [])], [], np.inf
    for length in range(1, newTokens + 1):
        rows = [model.logits(prompt + tokens, rows=slice(-1, None))[0] for _, tokens in running]
        scores = np.array([score for score, _ in running])[:, None] + log_softmax(rows)
        order = np.argsort(-scores, axis=None)[: kept + 1]
        ranked = [(scores.flat[i], *np.unravel_index(i, scores.shape)) for i in order]
        candidates = [(score, running[beam][1] + [int(token)]) for score, beam, token in ranked]
        ends = [tokens[-1] in endTokens or length == newTokens for _, tokens in candidates]

        # What decides: the order wherever an ended candidate stands at the edge of the first B ...
        for rank in range(len(candidates) - 1):
            if (rank == beams - 1 and ends[rank] != ends[rank + 1]) or length == newTokens:
                gap = min(gap, candidates[rank][0] - candidates[rank + 1][0])
                if rank == beams - 1:
                    break
        finished = [each for each, end in zip(candidates[:beams], ends) if end]
        pool += [(score / length**lengthPenalty, tokens) for score, tokens in finished]
        pool.sort(key=lambda result: -result[0])
        if len(pool) > beams:
            gap = min(gap, difference(*pool[beams - 1 : beams + 1], lengthPenalty))
        pool = pool[:beams]
        if length == newTokens:
            break
        unfinished = [each for each, end in zip(candidates, ends) if not end]
        # ... and the edge between the beams that run on and those that do not.
        gap = min(gap, unfinished[beams - 1][0] - unfinished[beams][0])
        running = unfinished[:beams]
        if len(pool) == beams:
            hope = running[0][0] / length**lengthPenalty - pool[-1][0]
            gap = min(gap, abs(hope) * length**lengthPenalty)
            if hope <= 0:
                break
    gaps = [difference(*pair, lengthPenalty) for pair in zip(pool, pool[1:])]
    return pool, min([gap, *gaps])


def difference(first, second, lengthPenalty):
    """How far the second result is behind, in nats, the shorter length counted."""
    shorter = min(len(first[1]), len(second[1]))
    return (first[0] - second[0]) * shorter**lengthPenalty


def with_transformers(model, prompt, beams, newTokens, lengthPenalty, endTokens):
    import torch

    answer = model.generate(
        torch.tensor([prompt]), attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
        num_beams=beams, num_return_sequences=beams, max_new_tokens=newTokens, do_sample=False,
        length_penalty=lengthPenalty, early_stopping=False, eos_token_id=endTokens,
        pad_token_id=endTokens[0], return_dict_in_generate=True, output_scores=True,
    )
    results = []
    for score, row in zip(answer.sequences_scores.tolist(), answer.sequences.tolist()):
        tokens = row[len(prompt) :]
        end = next((i for i, token in enumerate(tokens) if token in endTokens), len(tokens) - 1)
        results.append((score, tokens[: end + 1]))
    return results


def search_case(model, setting, random, attempts):
    """Of some random prompts the one whose search is decided by the widest gaps. Where end tokens
    are to be met, some results (two, if length is not rewarded) are shorter than the limit."""
    best = None
    for _ in range(attempts):
        case = {
            "prompt": random.integers(3, model.vocabulary_size, 10).tolist(),
            "beams": 5,
            "newTokens": 24,
            **setting,
        }
        if case["endTokens"] is None:
            tokens = model.greedy(case["prompt"], 24)[0]
            case["endTokens"] = [tokens[5], tokens[9]]
        results, gap = beam_search(model, **case)
        short = sum(len(tokens) < 24 for _, tokens in results)
        wanted = 2 if setting["lengthPenalty"] <= 1 else 1
        fits = short == 0 if setting["endTokens"] else short >= wanted
        if fits and (best is None or gap > best[2]):
            best = (case, results, gap)
    return best


def main():
    import torch
    from transformers import AutoModelForCausalLM

    torch.set_num_threads(1)
    peer = AutoModelForCausalLM.from_pretrained(
        MODEL.parent, gguf_file=MODEL.name, dtype=torch.float32
    ).eval()
    model = ReferenceLlama(MODEL)
    probe = list(range(40, 72))
    with torch.inference_mode():
        difference = np.abs(peer(torch.tensor([probe])).logits[0].numpy() - model.logits(probe))
    print(f"transformers and numpy: largest difference of logits {difference.max():.1e}")
    random = np.random.default_rng(7)
    cases = []
    for setting in SETTINGS:
        case, results, gap = search_case(model, setting, random, attempts=80)
        theirs = with_transformers(peer, **case)
        assert [tokens for _, tokens in theirs] == [tokens for _, tokens in results], theirs
        assert np.allclose([s for s, _ in theirs], [s for s, _ in results], atol=1e-4)
        lengths = [len(tokens) for _, tokens in results]
        print(f"penalty {case['lengthPenalty']}, lengths {lengths}, gap {gap:.4f}")
        case["sequences"] = [
            {"tokens": tokens, "score": round(float(score), 6)} for score, tokens in results
        ]
        cases.append({**case, "gap": round(float(gap), 5)})
    text = ",\n".join(json.dumps(case) for case in cases)
    (RESOURCES / "beams.json").write_text(f"[\n{text}\n]\n")


if __name__ == "__main__":
    main()
