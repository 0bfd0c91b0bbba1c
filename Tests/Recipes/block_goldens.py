"""Blocks of every element type with their values, as gguf-py dequantises them.

    python Tests/Recipes/block_goldens.py        (needs: numpy, gguf)

writes Tests/KernelsTests/Resources/block-goldens.bin. The bytes of the quants and of the integer
scales are uniformly random, so every bit pattern can occur; the half-precision scales run through
zero, both signs, subnormals and the largest finite values, and are random and finite otherwise.

The file, little-endian, every part a multiple of 4 bytes:

    "ABLK", u32 version (1), u32 number of sections, then for each section
        u32 element type (the code that GGUF uses)
        u32 number of elements
        u32 number of block bytes
        u8  block bytes, then zero bytes up to a multiple of 4
        f32 values, one per element

Every scaled quant has at most 24 significant bits, so the values are exact in single precision up
to the one rounding of a final addition: an implementation must reproduce them bit for bit (a zero
of either sign counts as zero), whether or not it fuses multiplication and addition.
"""

import struct
from pathlib import Path

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType as Type
from gguf.quants import dequantize

OUTPUT = Path(__file__).parents[1] / "KernelsTests/Resources/block-goldens.bin"

# Blocks per type and the byte offsets of the half-precision numbers in a block.
QUANTISED = {
    Type.Q4_0: (10, [0]),
    Type.Q4_1: (10, [0, 2]),
    Type.Q5_0: (10, [0]),
    Type.Q5_1: (10, [0, 2]),
    Type.Q8_0: (10, [0]),
    Type.IQ4_NL: (10, [0]),
    Type.Q2_K: (5, [80, 82]),
    Type.Q3_K: (5, [108]),
    Type.Q4_K: (5, [0, 2]),
    Type.Q5_K: (5, [0, 2]),
    Type.Q6_K: (5, [208]),
    Type.IQ4_XS: (5, [0]),
}
# 1, the smallest subnormal, the largest subnormal negated, -0.37, and the largest finite number.
SPECIAL_HALVES = np.array([0x3C00, 0x0001, 0x83FF, 0xB5EC, 0x7BFF], np.uint16)


def finite(patterns, exponent_mask):
    """The bit patterns without those of infinities and NaNs."""
    return patterns[(patterns & exponent_mask) != exponent_mask]


def float_section(random, element_type):
    if element_type == Type.F32:
        patterns = finite(random.integers(0, 1 << 32, 80, dtype=np.uint32), 0x7F800000)
    else:
        exponents = 0x7C00 if element_type == Type.F16 else 0x7F80
        patterns = finite(random.integers(0, 1 << 16, 80, dtype=np.uint16), exponents)
        edges = [0x0000, 0x8000, 0x0001, 0x8001, 0x03FF, 0x3C00, 0x3F80, 0x7B00]
        patterns[:8] = np.array(edges, np.uint16)
    return patterns[:64].view(np.uint8)


def quantised_section(random, element_type):
    block_count, half_offsets = QUANTISED[element_type]
    block_bytes = GGML_QUANT_SIZES[element_type][1]
    blocks = random.integers(0, 256, (block_count, block_bytes), dtype=np.uint8)
    for position, offset in enumerate(half_offsets):
        halves = finite(random.integers(0, 1 << 16, 4 * block_count, dtype=np.uint16), 0x7C00)
        halves = halves[:block_count].copy()
        special = np.roll(SPECIAL_HALVES, position)[: min(5, block_count - 1)]
        halves[: len(special)] = special
        blocks[:, offset : offset + 2] = halves.view(np.uint8).reshape(-1, 2)
    return blocks.reshape(-1)


def main():
    random = np.random.default_rng(20_240_117)
    sections = []
    for element_type in [Type.F32, Type.F16, Type.BF16, *QUANTISED]:
        make = quantised_section if element_type in QUANTISED else float_section
        data = make(random, element_type)
        values = dequantize(data, element_type).astype("<f4").reshape(-1)
        assert np.isfinite(values).all()
        padding = bytes(-len(data) % 4)
        header = struct.pack("<III", element_type, len(values), len(data))
        sections.append(header + data.tobytes() + padding + values.tobytes())
        print(f"{element_type.name:7} {len(values):5} values")
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_bytes(b"ABLK" + struct.pack("<II", 1, len(sections)) + b"".join(sections))
    print(OUTPUT.name, OUTPUT.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
