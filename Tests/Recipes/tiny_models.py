"""Five tiny llama models with random weights, and what the reference computes with them.

    python Tests/Recipes/tiny_models.py     (needs: numpy, gguf, llama-cpp-python)

writes Tests/LlamaTests/Resources/tiny-*.gguf and tiny-models.json. Between them the models have
everything that files of architecture `llama` vary in:

    tiny-f32       F32; tied output, grouped queries, byte-level BPE (smollm), ChatML template
    tiny-linear    F32; separate output, heads of 24 at width 64, no grouping, linear rotary scaling
    tiny-llama3    F16; rotary frequency factors, base 500,000, one key head, BPE (llama-bpe)
    tiny-spm       F16; SentencePiece vocabulary with byte tokens, begin-of-text added
    tiny-mixed     every quantised type and F16, BF16 among its matrices; tied output in Q6_K

llama-cpp-python serves twice: its ggml library quantises `tiny-mixed`, and its tokens and logits
are compared with the reference, so that a golden is never one program's opinion.

tiny-models.json is a list of objects, one a model:

    file            name of the GGUF file
    text, textTokens            a text and its ids (special tokens added, none read from the text)
    tokens          40 ids
    positions       rows of `logits`: the scores after tokens[0...position]
    logits          base64 of little-endian float32, (positions, vocabulary), row by row, computed
                    in double precision
    greedyPrompt, greedy        ids, and the 32 likeliest after them, one after the other; none of
                    them ends a text
    greedyMargin    the smallest lead of a chosen token in logits
    peerDifference  largest |logit of llama.cpp - logit of the reference| at the positions, with
                    llama.cpp's cache in float32 (it rounds activations to 8 bits for quantised
                    matrices and to float16 for F16 ones)
"""

import base64
import ctypes
import json
from pathlib import Path

import llama_cpp
import numpy as np
from gguf import GGMLQuantizationType as Type, GGUFWriter, TokenType
from gguf.constants import GGML_QUANT_SIZES

from reference_llama import ReferenceLlama

RESOURCES = Path(__file__).parents[1] / "LlamaTests/Resources"
TEXT = "The patient, 64 y/o, is stable on 2.5 mg of it; \u03b2-blocker held.\n"
POSITIONS = [0, 1, 5, 12, 20, 31, 38, 39]
MERGES = "Ġ t|h e|Ġ a|i n|e r|Ġt he|a t|e n|Ġ p|o n|i s|at i|ati en".split("|")
CHATML = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + "
    "message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)

# --- Vocabularies ------------------------------------------------------------------------------


def byte_characters():
    """GPT-2's printable character for every byte."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    table = {byte: chr(byte) for byte in printable}
    table.update({byte: chr(256 + index) for index, byte in enumerate(others)})
    return [table[byte] for byte in range(256)]


def add_byte_level_vocabulary(writer, pre_tokenizer, special, begin, ends):
    merged = [merge.replace(" ", "") for merge in MERGES]
    tokens = special + byte_characters() + merged
    kinds = [TokenType.CONTROL] * len(special) + [TokenType.NORMAL] * (256 + len(merged))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre_tokenizer)
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(MERGES)
    writer.add_bos_token_id(special.index(begin))
    writer.add_eos_token_id(special.index(ends))
    writer.add_add_bos_token(begin == "<|begin_of_text|>")
    return len(tokens)


def add_sentencepiece_vocabulary(writer):
    control = ["<unk>", "<s>", "</s>"]
    byte_tokens = [f"<0x{byte:02X}>" for byte in range(256)]
    merged = "▁t he ▁a in er ▁the at en ▁p on ▁is ati ient atient ▁patient".split()
    single = [chr(code) for code in range(33, 127)] + ["▁"]
    kinds = [TokenType.UNKNOWN, TokenType.CONTROL, TokenType.CONTROL]
    kinds += [TokenType.BYTE] * 256 + [TokenType.NORMAL] * (len(merged) + len(single))
    scores = [0.0] * 259 + [-float(rank) for rank in range(len(merged) + len(single))]
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(control + byte_tokens + merged + single)
    writer.add_token_scores(scores)
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(True)
    return len(kinds)


# --- Weights -----------------------------------------------------------------------------------


def quantise(values, element_type):
    """Rows of blocks as ggml makes them from float32 rows."""
    if element_type == Type.F32:
        return values
    if element_type == Type.F16:
        return values.astype(np.float16)
    library = llama_cpp.llama_cpp._lib
    function = library.ggml_quantize_chunk
    function.restype = ctypes.c_size_t
    function.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p] + [ctypes.c_int64] * 3
    function.argtypes += [ctypes.c_void_p]
    rows, columns = values.shape
    block_elements, block_bytes = GGML_QUANT_SIZES[element_type]
    output = np.zeros((rows, columns // block_elements * block_bytes), np.uint8)
    values = np.ascontiguousarray(values, np.float32)
    size = function(element_type, values.ctypes.data, output.ctypes.data, 0, rows, columns, None)
    assert size == output.nbytes, (element_type, size, output.nbytes)
    return output


class Builder:
    """Writes one model: its metadata, vocabulary and random matrices."""

    def __init__(self, name, seed, types):
        self.path = RESOURCES / f"{name}.gguf"
        self.writer = GGUFWriter(self.path, "llama")
        self.writer.add_name(name)
        self.random = np.random.default_rng(seed)
        self.types = types  # element type by tensor name, `None` the one of all others

    def configure(self, width, heads, key_heads, feed_forward, context=256):
        self.width, self.heads, self.key_heads = width, heads, key_heads
        self.feed_forward, self.head_width = feed_forward, width // heads
        self.writer.add_context_length(context)
        self.writer.add_embedding_length(width)
        self.writer.add_feed_forward_length(feed_forward)
        self.writer.add_block_count(2)
        self.writer.add_head_count(heads)
        self.writer.add_head_count_kv(key_heads)

    def matrix(self, name, rows, columns, gain):
        deviation = gain / np.sqrt(columns)
        values = self.random.normal(0, deviation, (rows, columns)).astype(np.float32)
        element_type = self.types.get(name, self.types[None])
        self.writer.add_tensor(
            f"{name}.weight", quantise(values, element_type), raw_dtype=element_type
        )

    def vector(self, name, values):
        self.writer.add_tensor(f"{name}.weight", np.asarray(values, np.float32))

    def norm(self, name):
        self.vector(name, self.random.uniform(0.5, 1.5, self.width))

    def write(self, vocabulary_size, separate_output=False):
        # The embedding's deviation, 3.2 / sqrt(width), gives tied logits a deviation of about 3.
        self.matrix("token_embd", vocabulary_size, self.width, 3.2)
        for block in range(2):
            query_width, key_width = (n * self.head_width for n in (self.heads, self.key_heads))
            self.norm(f"blk.{block}.attn_norm")
            self.matrix(f"blk.{block}.attn_q", query_width, self.width, 1.5)
            self.matrix(f"blk.{block}.attn_k", key_width, self.width, 1.5)
            self.matrix(f"blk.{block}.attn_v", key_width, self.width, 1.0)
            self.matrix(f"blk.{block}.attn_output", self.width, query_width, 1.2)
            self.norm(f"blk.{block}.ffn_norm")
            self.matrix(f"blk.{block}.ffn_gate", self.feed_forward, self.width, 1.5)
            self.matrix(f"blk.{block}.ffn_up", self.feed_forward, self.width, 1.2)
            self.matrix(f"blk.{block}.ffn_down", self.width, self.feed_forward, 1.5)
        self.norm("output_norm")
        if separate_output:
            self.matrix("output", vocabulary_size, self.width, 3.2)
        self.writer.write_header_to_file()
        self.writer.write_kv_data_to_file()
        self.writer.write_tensors_to_file()
        self.writer.close()
        return self.path


CHATML_SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
LLAMA3_SPECIAL = ["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"]


def tiny_f32():
    builder = Builder("tiny-f32", 1, {None: Type.F32})
    builder.configure(width=64, heads=4, key_heads=2, feed_forward=96)
    builder.writer.add_layer_norm_rms_eps(1e-5)
    builder.writer.add_rope_dimension_count(16)
    builder.writer.add_rope_freq_base(10_000.0)
    builder.writer.add_chat_template(CHATML)
    return builder.write(
        add_byte_level_vocabulary(
            builder.writer, "smollm", CHATML_SPECIAL, "<|im_start|>", "<|im_end|>"
        )
    )


def tiny_linear():
    builder = Builder("tiny-linear", 2, {None: Type.F32})
    builder.configure(width=64, heads=4, key_heads=4, feed_forward=64)
    builder.head_width = 24
    builder.writer.add_key_length(24)
    builder.writer.add_value_length(24)
    builder.writer.add_layer_norm_rms_eps(1e-6)
    builder.writer.add_rope_dimension_count(24)
    builder.writer.add_rope_freq_base(10_000.0)
    builder.writer.add_string("llama.rope.scaling.type", "linear")
    builder.writer.add_rope_scaling_factor(4.0)
    size = add_byte_level_vocabulary(
        builder.writer, "gpt-2", CHATML_SPECIAL, "<|endoftext|>", "<|endoftext|>"
    )
    return builder.write(size, separate_output=True)


def tiny_llama3():
    builder = Builder("tiny-llama3", 3, {None: Type.F16})
    builder.configure(width=64, heads=4, key_heads=1, feed_forward=96)
    builder.writer.add_layer_norm_rms_eps(1e-5)
    builder.writer.add_rope_dimension_count(16)
    builder.writer.add_rope_freq_base(500_000.0)
    builder.vector("rope_freqs", [1, 1, 1, 1.5, 2.75, 8, 8, 8])
    size = add_byte_level_vocabulary(
        builder.writer, "llama-bpe", LLAMA3_SPECIAL, "<|begin_of_text|>", "<|end_of_text|>"
    )
    return builder.write(size, separate_output=True)


def tiny_spm():
    builder = Builder("tiny-spm", 4, {None: Type.F16})
    builder.configure(width=64, heads=4, key_heads=4, feed_forward=96)
    builder.writer.add_layer_norm_rms_eps(1e-6)
    builder.writer.add_rope_dimension_count(16)
    return builder.write(add_sentencepiece_vocabulary(builder.writer))


def tiny_mixed():
    names = "attn_q attn_k attn_v attn_output ffn_gate ffn_up ffn_down".split()
    rows = [
        (Type.Q4_0, Type.F16, Type.Q8_0, Type.Q5_0, Type.Q2_K, Type.Q3_K, Type.Q4_K),
        (Type.Q4_1, Type.BF16, Type.IQ4_NL, Type.Q5_1, Type.Q5_K, Type.IQ4_XS, Type.Q6_K),
    ]
    types = {None: Type.F32, "token_embd": Type.Q6_K}
    for block, row in enumerate(rows):
        types.update({f"blk.{block}.{name}": kind for name, kind in zip(names, row)})
    builder = Builder("tiny-mixed", 5, types)
    builder.configure(width=256, heads=4, key_heads=1, feed_forward=256)
    builder.head_width = 32
    builder.writer.add_key_length(32)
    builder.writer.add_value_length(32)
    builder.writer.add_layer_norm_rms_eps(1e-5)
    builder.writer.add_rope_dimension_count(32)
    builder.writer.add_rope_freq_base(10_000.0)
    return builder.write(
        add_byte_level_vocabulary(
            builder.writer, "smollm", CHATML_SPECIAL, "<|endoftext|>", "<|im_end|>"
        )
    )


# --- Goldens -----------------------------------------------------------------------------------


def greedy_prompt(model, random):
    """A prompt whose continuation is varied, clear of ties and free of special tokens."""
    while True:
        prompt = random.integers(3, model.vocabulary_size, 12).tolist()
        tokens, margins = model.greedy(prompt, 32)
        if min(margins) > 0.05 and len(set(tokens)) > 12 and min(tokens) > 2:
            return prompt, tokens, min(margins)


def golden(path, seed):
    random = np.random.default_rng(seed)
    model = ReferenceLlama(path)
    # A cache of float32, since the rounding of the usual float16 would hide small mistakes.
    peer = llama_cpp.Llama(
        str(path), n_ctx=256, n_threads=1, n_threads_batch=1, logits_all=True, verbose=False,
        type_k=llama_cpp.GGML_TYPE_F32, type_v=llama_cpp.GGML_TYPE_F32,
    )
    text_tokens = peer.tokenize(TEXT.encode(), add_bos=True, special=False)
    tokens = random.integers(0, model.vocabulary_size, 40).tolist()
    logits = model.logits(tokens)[POSITIONS]
    peer.eval(tokens)
    difference = np.abs(peer.scores[POSITIONS] - logits).max()
    prompt, greedy, margin = greedy_prompt(model, random)
    peer.reset()
    peer_greedy = list(zip(range(32), peer.generate(prompt, temp=0.0, repeat_penalty=1.0)))
    agreement = sum(mine == theirs for mine, (_, theirs) in zip(greedy, peer_greedy))
    print(
        f"{path.name:18} {path.stat().st_size:7} bytes  llama.cpp: largest difference "
        f"{difference:.2e} of logits with deviation {logits.std():.2f}; greedy {agreement}/32 "
        f"(smallest lead {margin:.3f})"
    )
    return {
        "file": path.name,
        "text": TEXT,
        "textTokens": text_tokens,
        "tokens": tokens,
        "positions": POSITIONS,
        "logits": base64.b64encode(logits.astype("<f4").tobytes()).decode(),
        "greedyPrompt": prompt,
        "greedy": greedy,
        "greedyMargin": round(margin, 4),
        "peerDifference": float(f"{difference:.3g}"),
    }


def main():
    RESOURCES.mkdir(parents=True, exist_ok=True)
    makers = [tiny_f32, tiny_linear, tiny_llama3, tiny_spm, tiny_mixed]
    goldens = [golden(make(), 100 + index) for index, make in enumerate(makers)]
    rows = ",\n".join(json.dumps(row) for row in goldens)
    (RESOURCES / "tiny-models.json").write_text(f"[\n{rows}\n]\n")


if __name__ == "__main__":
    main()
