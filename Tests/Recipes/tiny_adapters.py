"""Three random low-rank adapters for the tiny models, and what the reference computes with them.

    python Tests/Recipes/tiny_adapters.py     (needs: numpy, gguf, llama-cpp-python)

reads the models that tiny_models.py wrote, and writes Tests/LlamaTests/Resources/adapter-*.gguf and
adapters.json. The files are in the layout of llama.cpp's convert_lora_to_gguf.py, and llama.cpp
loads each of them here, so that a golden is never one program's opinion:

    adapter-f32     F32, rank 4, alpha 8, for all matrices of tiny-f32
    adapter-mixed   F16, rank 16, without an alpha, for some matrices of tiny-mixed
    adapter-linear  F32, ranks 3 and 17, alpha 5, for token embedding, output, gate and up of
                    tiny-linear; also a norm, which llama.cpp leaves out

adapters.json is a list of objects:

    model, adapter  names of the GGUF files
    tokens          40 ids
    positions       rows of `logits`
    logits          base64 of little-endian float32, (positions, vocabulary): the reference in double
                    precision with alpha / rank * B A added to each matrix
    change          root mean square of what the adapter changes in the logits, as a share of theirs
    peerDifference  largest |logit of llama.cpp - logit of the reference|
"""

import base64
import ctypes
import json

import llama_cpp
import numpy as np
from gguf import GGUFWriter

from reference_llama import ReferenceLlama
from tiny_models import POSITIONS, RESOURCES

ALL = "attn_q attn_k attn_v attn_output ffn_gate ffn_up ffn_down".split()


def blocks(names):
    return [f"blk.{block}.{name}.weight" for block in range(2) for name in names]


ADAPTERS = [
    ("tiny-f32", "adapter-f32", np.float32, 8.0, {name: 4 for name in blocks(ALL)}),
    (
        "tiny-mixed", "adapter-mixed", np.float16, None,
        {name: 16 for name in blocks(["attn_q", "attn_v", "ffn_down"])},
    ),
    (
        "tiny-linear", "adapter-linear", np.float32, 5.0,
        {
            "token_embd.weight": 3, "output.weight": 3,
            **{name: 17 for name in blocks(["ffn_gate", "ffn_up"])},
        },
    ),
]


def write(path, reference, kind, alpha, ranks, random):
    """Writes the adapter, and adds it to the reference's weights."""
    writer = GGUFWriter(path, "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    if alpha is not None:
        writer.add_float32("adapter.lora.alpha", alpha)
    for name, rank in ranks.items():
        rows, columns = reference.weights[name].shape
        a = random.normal(0, 1 / np.sqrt(columns), (rank, columns)).astype(kind)
        scale = 1.0 if alpha is None else alpha / rank
        b = random.normal(0, 0.4 / scale / np.sqrt(rank), (rows, rank)).astype(kind)
        if name == "token_embd.weight":
            # Its A is looked up by token: (tokens, rank), and its B (width, rank).
            a = random.normal(0, 1, (rows, rank)).astype(kind)
            b = random.normal(0, 0.2 / scale, (columns, rank)).astype(kind)
            added = a.astype(np.float64) @ b.astype(np.float64).T
        else:
            added = b.astype(np.float64) @ a.astype(np.float64)
        writer.add_tensor(f"{name}.lora_a", a)
        writer.add_tensor(f"{name}.lora_b", b)
        reference.weights[name] = reference.weights[name] + scale * added
    if "output.weight" in ranks:
        writer.add_tensor("output_norm.weight", np.full(64, 3, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def plain_model_parameters(original=llama_cpp.llama_model_default_params):
    """Weights as the file has them: repacked for AMX they need a permission some machines refuse."""
    parameters = original()
    parameters.use_extra_bufts = False
    return parameters


def peer_logits(model, adapter, tokens):
    llama_cpp.llama_cpp.llama_model_default_params = plain_model_parameters
    peer = llama_cpp.Llama(
        str(model), n_ctx=256, n_threads=1, n_threads_batch=1, logits_all=True, verbose=False,
        type_k=llama_cpp.GGML_TYPE_F32, type_v=llama_cpp.GGML_TYPE_F32,
    )
    loaded = llama_cpp.llama_adapter_lora_init(peer.model, str(adapter).encode())
    assert loaded, adapter
    adapters = (llama_cpp.llama_adapter_lora_p_ctypes * 1)(loaded)
    scales = (ctypes.c_float * 1)(1.0)
    assert llama_cpp.llama_set_adapters_lora(peer.ctx, adapters, 1, scales) == 0
    peer.eval(tokens)
    return peer.scores[POSITIONS].copy()


def golden(seed, model, adapter, kind, alpha, ranks):
    random = np.random.default_rng(seed)
    model, adapter = (RESOURCES / f"{name}.gguf" for name in (model, adapter))
    reference = ReferenceLlama(model)
    tokens = random.integers(0, reference.vocabulary_size, 40).tolist()
    before = reference.logits(tokens)[POSITIONS]
    write(adapter, reference, kind, alpha, ranks, random)
    logits = reference.logits(tokens)[POSITIONS]
    difference = np.abs(peer_logits(model, adapter, tokens) - logits).max()
    change = np.sqrt(np.mean((logits - before) ** 2) / np.mean(logits**2))
    print(f"{adapter.name}: change {change:.2f}, llama.cpp: largest difference {difference:.2e}")
    return {
        "model": model.name,
        "adapter": adapter.name,
        "tokens": tokens,
        "positions": POSITIONS,
        "logits": base64.b64encode(logits.astype("<f4").tobytes()).decode(),
        "change": round(float(change), 3),
        "peerDifference": float(f"{difference:.3g}"),
    }


def main():
    rows = [golden(200 + index, *adapter) for index, adapter in enumerate(ADAPTERS)]
    text = ",\n".join(json.dumps(row) for row in rows)
    (RESOURCES / "adapters.json").write_text(f"[\n{text}\n]\n")


if __name__ == "__main__":
    main()
