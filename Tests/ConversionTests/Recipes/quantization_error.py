"""How far each type is off on a whole model: asclepius beside llama.cpp's own quantiser.

    python Tests/ConversionTests/Recipes/quantization_error.py MODEL.gguf --asclepius PROGRAM
                                                    (needs: numpy, gguf, llama-cpp-python)

prints a Markdown row for each type: the root mean square of what all quantised numbers are off, as a
share of theirs, and the seconds each took. The numbers are the model's own, each moved by less than
half a step of its grid, so that no type can be exact.
"""

import argparse
import subprocess
import tempfile
import time
from pathlib import Path

import llama_cpp
import numpy as np
from gguf import GGMLQuantizationType as Type, GGUFReader, GGUFValueType, GGUFWriter
from gguf.quants import dequantize

FILE_TYPES = (
    "F16 BF16 Q8_0 Q5_1 Q5_0 Q4_1 Q4_0 Q2_K Q3_K_S Q3_K_M Q3_K_L Q4_K_S Q4_K_M Q5_K_S Q5_K_M Q6_K "
    "IQ4_NL IQ4_XS"
).split()


def write_source(model, path):
    """The model in F32; the numbers of a block of 32 move by up to half its smallest step."""
    reader = GGUFReader(model)
    writer = GGUFWriter(path, "llama")
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name == "general.architecture":
            continue
        kind = field.types[0]
        parts = field.types[-1] if kind == GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), kind, parts)
    random = np.random.default_rng(11)
    for tensor in reader.tensors:
        values = dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        if tensor.tensor_type != Type.F32:
            blocks = values.reshape(-1, 32)
            steps = np.diff(np.sort(blocks, axis=1), axis=1)
            steps = np.where(steps > 0, steps, np.inf).min(axis=1, keepdims=True)
            steps = np.where(np.isfinite(steps), steps, 0)
            blocks += (random.uniform(-0.5, 0.5, blocks.shape) * steps).astype(np.float32)
        writer.add_tensor(tensor.name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def relative_error(path, source):
    squares = total = 0.0
    types = {}
    for tensor in GGUFReader(path).tensors:
        types[tensor.name] = tensor.tensor_type.name
        if tensor.tensor_type == Type.F32:
            continue
        original = source[tensor.name]
        found = dequantize(tensor.data, tensor.tensor_type).reshape(original.shape)
        squares += float(np.sum((found - original).astype(np.float64) ** 2))
        total += float(np.sum(original.astype(np.float64) ** 2))
    return np.sqrt(squares / total), types


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("--asclepius", required=True)
    parser.add_argument("--types", default=" ".join(FILE_TYPES))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source, ours, theirs = (Path(folder) / f"{name}.gguf" for name in ("f32", "a", "b"))
        write_source(arguments.model, source)
        numbers = {t.name: t.data.copy() for t in GGUFReader(source).tensors}
        for name in arguments.types.split():
            start = time.monotonic()
            command = [arguments.asclepius, "model", "quantize", source, ours, "--type", name]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            middle = time.monotonic()
            parameters = llama_cpp.llama_model_quantize_default_params()
            parameters.ftype = getattr(llama_cpp, f"LLAMA_FTYPE_MOSTLY_{name}")
            parameters.nthread = 2
            status = llama_cpp.llama_model_quantize(
                str(source).encode(), str(theirs).encode(), parameters
            )
            end = time.monotonic()
            assert status == 0, name
            (a, types), (b, peer_types) = (relative_error(p, numbers) for p in (ours, theirs))
            assert types == peer_types, name
            print(
                f"| {name} | {a:.5f} | {b:.5f} | {a / b:.4f} | {middle - start:.1f} | "
                f"{end - middle:.1f} |", flush=True,
            )


if __name__ == "__main__":
    main()
