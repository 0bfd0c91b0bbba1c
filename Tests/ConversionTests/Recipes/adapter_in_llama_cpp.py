"""Adapters and models that asclepius imported, in llama.cpp: the same logits as transformers and peft?

    python Tests/ConversionTests/Recipes/adapter_in_llama_cpp.py --asclepius PROGRAM
                                                            (needs: numpy, llama-cpp-python)

imports every folder that folders.py wrote, runs it in llama-cpp-python, and prints the root mean square
of the difference as a share of the logits that folders.json has.
"""

import argparse
import base64
import ctypes
import json
import subprocess
import tempfile
from pathlib import Path

import llama_cpp
import numpy as np

RESOURCES = Path(__file__).parents[1] / "Resources"


def plain_model_parameters(original=llama_cpp.llama_model_default_params):
    """Weights as the file has them: repacked for AMX they need a permission some machines refuse."""
    parameters = original()
    parameters.use_extra_bufts = False
    return parameters


def logits(model, tokens, adapter=None):
    llama_cpp.llama_cpp.llama_model_default_params = plain_model_parameters
    peer = llama_cpp.Llama(
        str(model), n_ctx=128, n_threads=1, n_threads_batch=1, logits_all=True, verbose=False,
        type_k=llama_cpp.GGML_TYPE_F32, type_v=llama_cpp.GGML_TYPE_F32,
    )
    if adapter:
        loaded = llama_cpp.llama_adapter_lora_init(peer.model, str(adapter).encode())
        assert loaded, adapter
        adapters = (llama_cpp.llama_adapter_lora_p_ctypes * 1)(loaded)
        scales = (ctypes.c_float * 1)(1.0)
        assert llama_cpp.llama_set_adapters_lora(peer.ctx, adapters, 1, scales) == 0
    peer.eval(tokens)
    return peer.scores[: len(tokens)].copy()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--asclepius", required=True)
    program = parser.parse_args().asclepius
    goldens = json.loads((RESOURCES / "folders.json").read_text())
    with tempfile.TemporaryDirectory() as folder:
        for name, golden in sorted(goldens.items(), key=lambda item: "base" in item[1]):
            path = Path(folder) / f"{name}.gguf"
            command = [program, "model", "import", RESOURCES / name, path, "--type", "F32"]
            if "base" in golden:
                command += ["--base", RESOURCES / golden["base"]]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            model, adapter = path, None
            if "base" in golden:
                model, adapter = Path(folder) / f"{golden['base']}.gguf", path
            found = logits(model, golden["tokens"], adapter)[golden["positions"]]
            expected = np.frombuffer(base64.b64decode(golden["logits"]), "<f4")
            expected = expected.reshape(found.shape)
            error = np.sqrt(np.mean((found - expected) ** 2) / np.mean(expected**2))
            print(f"{name}: {error:.2e}")
            assert error < 2e-3, name


if __name__ == "__main__":
    main()
