"""What the default model must say about one short note, as the reference computes it.

    python Tests/Recipes/default_model.py SmolLM2-135M-Instruct.Q4_1.gguf
        (needs: numpy, gguf, llama-cpp-python, transformers)

writes Tests/LlamaTests/Resources/default-model.json:

    sha256          of the model file
    note, question  the fictional note and the question about it
    prompt          the text of the prompt, in the model's chat format
    tokens          its ids (special tokens read), agreed on by llama.cpp and transformers
    positions       for each: `after` (how many tokens of the prompt were read), and `top`, the five
                    likeliest next tokens as [id, log probability], reference in double precision
    greedy          24 ids that follow the prompt greedily
    margins         for each of them, its lead over the runner-up in logits
    text            the greedy ids as text
    peerDifference  llama.cpp's largest difference from the log probabilities in `positions`
    peerGreedy      how many of the greedy ids llama.cpp repeats when it continues by itself

The question was chosen, among a few, for a continuation whose every token leads clearly.
"""

import hashlib
import json
import sys
from pathlib import Path

import llama_cpp
import numpy as np

from reference_llama import ReferenceLlama, log_softmax

OUTPUT = Path(__file__).parents[1] / "LlamaTests/Resources/default-model.json"
NOTE = """Discharge summary. Mrs. Adler, 71, came in with three days of cough and fever. Chest \
X-ray showed pneumonia of the right lower lobe. She was given ceftriaxone 1 g daily for five days \
and was afebrile by day three. Metformin was paused for a creatinine of 1.6 mg/dL and restarted at \
500 mg twice daily. She goes home with her daughter; follow-up in two weeks."""
QUESTIONS = [
    "Which antibiotic was given, at what dose and for how long?",
    "What did the chest X-ray show?",
    "Repeat the sentence about metformin word for word.",
    "Repeat the note word for word.",
]
DEFAULT_SYSTEM = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
CLEAR = 0.5


def render(question):
    turns = [("system", DEFAULT_SYSTEM), ("user", f"{NOTE}\n\n{question}")]
    body = "".join(f"<|im_start|>{role}\n{text}<|im_end|>\n" for role, text in turns)
    return body + "<|im_start|>assistant\n"


def rendered_by_transformers(path, question):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
    messages = [{"role": "user", "content": f"{NOTE}\n\n{question}"}]
    text = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    return text, tokenizer(text, add_special_tokens=False)["input_ids"]


def main():
    path = Path(sys.argv[1])
    model = ReferenceLlama(path)
    peer = llama_cpp.Llama(
        str(path), n_ctx=512, n_threads=2, n_threads_batch=2, logits_all=True, verbose=False
    )
    best = None
    for question in QUESTIONS:
        tokens = peer.tokenize(render(question).encode(), add_bos=False, special=True)
        greedy, margins = model.greedy(tokens, 24)
        print(f"{min(margins):6.3f}  {peer.detokenize(greedy, special=True)!r}")
        if best is None or min(margins) > min(best[3]):
            best = (question, tokens, greedy, margins)
        if min(margins) > CLEAR:
            break
    question, tokens, greedy, margins = best
    assert rendered_by_transformers(path, question) == (render(question), tokens)

    after = [1, 2, 20, len(tokens) // 3, len(tokens) // 2, len(tokens) - 20, len(tokens) - 3]
    after.append(len(tokens))
    logs = log_softmax(model.logits(tokens, rows=[count - 1 for count in after]))
    top = np.argsort(-logs, axis=-1)[:, :5]
    peer.eval(tokens)
    peer_logs = log_softmax(peer.scores[[count - 1 for count in after]])
    difference = np.abs(np.take_along_axis(peer_logs - logs, top, axis=-1)).max(axis=-1)
    print("differences of llama.cpp at the positions:", difference.round(3))
    peer.reset()
    endless = peer.generate(tokens, temp=0.0, repeat_penalty=1.0)
    peer_greedy = [token for _, token in zip(greedy, endless)]
    golden = {
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "note": NOTE,
        "question": question,
        "prompt": render(question),
        "tokens": tokens,
        "positions": [
            {"after": count, "top": [[int(id), round(float(row[id]), 5)] for id in ids]}
            for count, ids, row in zip(after, top, logs)
        ],
        "greedy": greedy,
        "margins": [round(margin, 3) for margin in margins],
        "text": peer.detokenize(greedy).decode(),
        "peerDifference": round(float(difference.max()), 4),
        "peerGreedy": next((i for i in range(24) if peer_greedy[i] != greedy[i]), 24),
    }
    OUTPUT.write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n")
    print(OUTPUT.name, OUTPUT.stat().st_size, "bytes;", len(tokens), "tokens in the prompt")


if __name__ == "__main__":
    main()
