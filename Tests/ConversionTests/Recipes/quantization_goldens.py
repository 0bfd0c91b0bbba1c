"""What llama.cpp's quantiser makes of a few rows, and which type it gives to which tensor.

    python Tests/ConversionTests/Recipes/quantization_goldens.py MODEL.gguf
                                                    (needs: numpy, gguf, llama-cpp-python)

writes Tests/ConversionTests/Resources/quantization.json:

    rows        base64 of little-endian float32, 24 rows of 256: 16 of the model's `ffn_down`, each
                number moved by less than half a step of its grid so that no type can be exact, then
                8 drawn at random, some with outliers, one sign, a single number, or all zero
    types       by name of an element type: base64 of the blocks that ggml makes of the rows, row
                after row, and `error`, the root mean square of what they are off
    mixes       models of a few shapes: `blocks`, `heads`, `shared` (key/value heads), `tied`,
                `columns`, and by name of a file type the tensors whose type is not the main one
                (`name: type`); made with llama_model_quantize
"""

import base64
import ctypes
import json
import sys
import tempfile
from pathlib import Path

import llama_cpp
import numpy as np
from gguf import GGMLQuantizationType as Type, GGUFReader, GGUFWriter
from gguf.constants import GGML_QUANT_SIZES
from gguf.quants import dequantize

RESOURCES = Path(__file__).parents[1] / "Resources"
TYPES = "F16 BF16 Q4_0 Q4_1 Q5_0 Q5_1 Q8_0 Q2_K Q3_K Q4_K Q5_K Q6_K IQ4_NL IQ4_XS".split()
FILE_TYPES = (
    "F16 Q4_0 Q4_1 Q5_0 Q5_1 Q8_0 Q2_K Q3_K_S Q3_K_M Q3_K_L Q4_K_S Q4_K_M Q5_K_S Q5_K_M Q6_K "
    "IQ4_NL IQ4_XS"
).split()
SHAPES = [  # blocks, heads, key/value heads, tied output, columns
    (24, 8, 2, True, 256),
    (16, 4, 4, False, 256),
    (80, 8, 1, False, 256),
    (2, 4, 2, True, 96),
    (2, 4, 2, False, 48),
]


def rows(path):
    random = np.random.default_rng(7)
    tensor = next(t for t in GGUFReader(path).tensors if t.name == "blk.3.ffn_down.weight")
    values = dequantize(tensor.data, tensor.tensor_type).reshape(-1, 256)[:16]
    step = np.abs(np.diff(np.sort(values, axis=1), axis=1)).max(axis=1, keepdims=True)
    values = values + random.uniform(-0.5, 0.5, values.shape) * step
    drawn = random.normal(0, 0.05, (8, 256))
    drawn[1] *= np.exp(random.normal(0, 1, 256))
    drawn[2, ::37] *= 12
    drawn[3] = np.abs(drawn[3])
    drawn[4] = 0
    drawn[4, 100] = 0.25
    drawn[5] = 0
    drawn[6] *= 1e-6
    drawn[7] = drawn[7] * 20 + 3
    return np.concatenate([values, drawn]).astype(np.float32)


def quantised(values, name):
    function = llama_cpp.llama_cpp._lib.ggml_quantize_chunk
    function.restype = ctypes.c_size_t
    function.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p] + [ctypes.c_int64] * 3
    function.argtypes += [ctypes.c_void_p]
    element_type = Type[name]
    block_elements, block_bytes = GGML_QUANT_SIZES[element_type]
    output = np.zeros((len(values), 256 // block_elements * block_bytes), np.uint8)
    size = function(
        element_type, values.ctypes.data, output.ctypes.data, 0, len(values), 256, None
    )
    assert size == output.nbytes, (name, size, output.nbytes)
    return output


def golden_type(values, name):
    blocks = quantised(values, name)
    found = dequantize(blocks.reshape(-1), Type[name]).reshape(values.shape).astype(np.float64)
    error = float(np.sqrt(np.mean((found - values) ** 2)))
    return {"blocks": base64.b64encode(blocks.tobytes()).decode(), "error": error}


def write_model(path, shape):
    blocks, heads, shared, tied, columns = shape
    writer = GGUFWriter(path, "llama")
    writer.add_block_count(blocks)
    writer.add_context_length(64)
    writer.add_embedding_length(columns)
    writer.add_feed_forward_length(columns)
    writer.add_head_count(heads)
    writer.add_head_count_kv(shared)
    writer.add_layer_norm_rms_eps(1e-5)
    random = np.random.default_rng(1)

    def matrix(name):
        writer.add_tensor(name, random.normal(0, 1, (2, columns)).astype(np.float32))

    matrix("token_embd.weight")
    for block in range(blocks):
        for part in "attn_q attn_k attn_v attn_output ffn_gate ffn_up ffn_down".split():
            matrix(f"blk.{block}.{part}.weight")
        writer.add_tensor(f"blk.{block}.attn_norm.weight", np.ones(columns, np.float32))
    if not tied:
        matrix("output.weight")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def golden_mix(shape, folder):
    source, output = Path(folder) / "source.gguf", Path(folder) / "output.gguf"
    write_model(source, shape)
    blocks, heads, shared, tied, columns = shape
    types = {}
    for name in FILE_TYPES:
        parameters = llama_cpp.llama_model_quantize_default_params()
        prefix = "LLAMA_FTYPE_MOSTLY_"
        parameters.ftype = getattr(llama_cpp, prefix + name)
        status = llama_cpp.llama_model_quantize(
            str(source).encode(), str(output).encode(), parameters
        )
        assert status == 0, (shape, name)
        found = {t.name: t.tensor_type.name for t in GGUFReader(output).tensors}
        main = name.removesuffix("_S").removesuffix("_M").removesuffix("_L")
        types[name] = {
            key: value for key, value in found.items()
            if value != main and not key.endswith("_norm.weight")
        }
    return {
        "blocks": blocks, "heads": heads, "shared": shared, "tied": tied, "columns": columns,
        "types": types,
    }


def main():
    values = rows(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        mixes = [golden_mix(shape, folder) for shape in SHAPES]
    golden = {
        "rows": base64.b64encode(values.tobytes()).decode(),
        "types": {name: golden_type(values, name) for name in TYPES},
        "mixes": mixes,
    }
    RESOURCES.mkdir(exist_ok=True)
    path = RESOURCES / "quantization.json"
    path.write_text(json.dumps(golden, sort_keys=True) + "\n")
    print(path.name, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
