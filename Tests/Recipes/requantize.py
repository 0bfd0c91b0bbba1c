"""The default model in other element types, by llama.cpp's own quantiser.

    python Tests/Recipes/requantize.py MODEL.gguf FOLDER [TYPE ...]     (needs: llama-cpp-python)

writes FOLDER/smollm2-TYPE.gguf. Its rows are 576 numbers long, no multiple of 256, so in the K and
IQ4_XS variants llama.cpp falls back to Q5_0, Q8_0 or IQ4_NL in all matrices but `ffn_down` (1,536).
"""

import os
import sys

import llama_cpp

TYPES = {
    "F16": llama_cpp.LLAMA_FTYPE_MOSTLY_F16,
    "BF16": llama_cpp.LLAMA_FTYPE_MOSTLY_BF16,
    "Q8_0": llama_cpp.LLAMA_FTYPE_MOSTLY_Q8_0,
    "Q4_0": llama_cpp.LLAMA_FTYPE_MOSTLY_Q4_0,
    "Q5_0": llama_cpp.LLAMA_FTYPE_MOSTLY_Q5_0,
    "Q5_1": llama_cpp.LLAMA_FTYPE_MOSTLY_Q5_1,
    "Q2_K": llama_cpp.LLAMA_FTYPE_MOSTLY_Q2_K,
    "Q3_K_M": llama_cpp.LLAMA_FTYPE_MOSTLY_Q3_K_M,
    "Q4_K_M": llama_cpp.LLAMA_FTYPE_MOSTLY_Q4_K_M,
    "Q5_K_M": llama_cpp.LLAMA_FTYPE_MOSTLY_Q5_K_M,
    "Q6_K": llama_cpp.LLAMA_FTYPE_MOSTLY_Q6_K,
    "IQ4_NL": llama_cpp.LLAMA_FTYPE_MOSTLY_IQ4_NL,
    "IQ4_XS": llama_cpp.LLAMA_FTYPE_MOSTLY_IQ4_XS,
}


def main():
    source, folder, *names = sys.argv[1:]
    for name in names or TYPES:
        output = os.path.join(folder, f"smollm2-{name}.gguf")
        parameters = llama_cpp.llama_model_quantize_default_params()
        parameters.ftype = TYPES[name]
        parameters.allow_requantize = True
        parameters.nthread = 2
        status = llama_cpp.llama_model_quantize(source.encode(), output.encode(), parameters)
        if status != 0:
            sys.exit(f"{name}: the quantiser returned {status}")
        print(f"{name:7} {os.path.getsize(output) / 1e6:8.1f} MB  {output}")


if __name__ == "__main__":
    main()
