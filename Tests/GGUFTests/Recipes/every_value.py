"""Writes Resources/every-value.gguf and Resources/version-2.gguf with gguf-py.

Run in this folder: python every_value.py (gguf 0.19.0, numpy). The values are repeated by hand in
ReadingGoldenFilesTests.swift.
"""

import struct
from pathlib import Path

import gguf
import numpy as np

resources = Path(__file__).parent.parent / "Resources"


def write(path, alignment):
    writer = gguf.GGUFWriter(path, "tiny", use_temp_file=False)
    if alignment:
        writer.add_custom_alignment(alignment)
    writer.add_uint8("t.uint8", 200)
    writer.add_int8("t.int8", -100)
    writer.add_uint16("t.uint16", 60000)
    writer.add_int16("t.int16", -30000)
    writer.add_uint32("t.uint32", 4000000000)
    writer.add_int32("t.int32", -2000000000)
    writer.add_float32("t.float32", 0.1)
    writer.add_uint64("t.uint64", 18000000000000000000)
    writer.add_int64("t.int64", -9000000000000000000)
    writer.add_float64("t.float64", 0.1)
    writer.add_bool("t.true", True)
    writer.add_bool("t.false", False)
    writer.add_string("t.string", "Ödem, 5 µg – 血圧 🩺")
    array = gguf.GGUFValueType.ARRAY
    writer.add_key_value("t.strings", ["a", "", "ß", b"\xe2\x82", b"\xff\x00z"], array)
    writer.add_key_value("t.integers", [1, -2, 2147483647], array)
    writer.add_key_value("t.floats", [0.5, -1.25, 3.0], array)
    writer.add_key_value("t.bools", [True, False, True], array)
    writer.add_key_value("t.nested", [[1, 2], [3], [4, 5, 6]], array)
    writer.add_tensor("plain", np.arange(6, dtype=np.float32).reshape(2, 3))
    writer.add_tensor("half", np.array([1.5, -2.0, 65504.0], dtype=np.float16))
    wide = np.linspace(-1, 1, 128, dtype=np.float32).reshape(2, 64)
    quantised = gguf.quants.quantize(wide, gguf.GGMLQuantizationType.Q8_0)
    writer.add_tensor("quantised", quantised, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
    writer.add_tensor("deep", np.arange(24, dtype=np.float32).reshape(2, 3, 2, 2))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


write(resources / "every-value.gguf", 64)

# Version 2 has the layout of version 3; gguf-py reads it, but writes version 3 only.
write(resources / "version-2.gguf", None)
data = bytearray((resources / "version-2.gguf").read_bytes())
data[4:8] = struct.pack("<I", 2)
(resources / "version-2.gguf").write_bytes(data)

for name in ("every-value.gguf", "version-2.gguf"):
    reader = gguf.GGUFReader(resources / name)
    print(name, "version", reader.fields["GGUF.version"].parts[-1][0])
    for tensor in reader.tensors:
        print(tensor.name, tensor.tensor_type.name, list(map(int, tensor.shape)),
              int(tensor.data_offset), int(tensor.n_bytes), bytes(tensor.data.tobytes()[:8]).hex())
