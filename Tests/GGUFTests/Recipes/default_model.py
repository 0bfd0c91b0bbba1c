"""Writes Resources/default-model.tsv: what gguf-py sees in the default model.

Run in this folder: python default_model.py MODEL.gguf (gguf 0.19.0). A line is a tensor (name, type,
extents, offset, bytes) or a key (name, types, value or element count).
"""

import sys
from pathlib import Path

import gguf

reader = gguf.GGUFReader(sys.argv[1])
lines = []
for field in reader.fields.values():
    if field.name.startswith("GGUF."):
        continue
    kinds = "/".join(kind.name for kind in field.types)
    if field.types[0] == gguf.GGUFValueType.ARRAY:
        text = str(len(field.data))
    elif field.types[0] == gguf.GGUFValueType.STRING:
        text = str(len(bytes(field.parts[-1])))
    else:
        text = repr(field.contents())
    lines.append(f"key\t{field.name}\t{kinds}\t{text}")
for tensor in reader.tensors:
    shape = "x".join(str(int(extent)) for extent in tensor.shape)
    lines.append(f"tensor\t{tensor.name}\t{tensor.tensor_type.name}\t{shape}"
                 f"\t{int(tensor.data_offset)}\t{int(tensor.n_bytes)}")
(Path(__file__).parent.parent / "Resources" / "default-model.tsv").write_text("\n".join(lines) + "\n")
