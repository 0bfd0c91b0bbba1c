"""Random schemas, and values with the verdict of the Python package jsonschema on each.

    python -m venv venv && venv/bin/pip install jsonschema==4.26.0
    venv/bin/python schema_goldens.py > ../Resources/schemas.json

The values are spelled as this program spells them (json.dumps, members in the schema's order), so that
a grammar has to accept just those that the validator finds valid.
"""

import json
import random

import jsonschema

PATTERNS = [
    r"^[A-Z][a-z]{1,5}$", r"^\d{1,3}(\.\d)? ?(mg|mL|%)$", r"(left|right)$", r"^(?:BID|TDS|q\d+h)", r"a.c",
    r"^[^,\"]+$", r"^µ?g?$", r"^[α-ω]{2,3}$", r"^x{2,}y?$", r"",
]
WORDS = ["", "a", "BID", "TDS x", "q6h", "left", "the right", "40 mg", "2.5 mL", "12%", "Ab", "Abcde", "abc", "a\nc",
         "é", "µg", "αβ", "αβγδ", "xx", "xxxy", "x\"y", "\\", "日本語", "😀", "a,b", "tab\there"]


def schema(draw, depth, definitions):
    kinds = ["string", "string", "integer", "number", "boolean", "null", "enum", "const", "types"]
    if depth > 0:
        kinds += ["object"] * 4 + ["array"] * 3 + ["anyOf"] * 2 + ["any"]
    if definitions:
        kinds += ["$ref"]
    kind = draw.choice(kinds)
    if kind == "string":
        result = {"type": "string"}
        if draw.random() < 0.5:
            result["pattern"] = draw.choice(PATTERNS)
        if draw.random() < 0.4:
            result["maxLength"] = draw.randint(1, 8)
        if draw.random() < 0.3:
            result["minLength"] = draw.randint(0, result.get("maxLength", 3))
        return result
    if kind in ("integer", "number", "boolean", "null"):
        return {"type": kind}
    if kind == "enum":
        return {"enum": draw.sample(["a", "b\"c", 1, 2.5, None, True, "long word", ["x", 1], {"k": "v"}], draw.randint(1, 4))}
    if kind == "const":
        return {"const": draw.choice(["fixed", 7, None, {"a": [1, 2]}])}
    if kind == "types":
        return {"type": draw.sample(["string", "integer", "null", "boolean"], 2)}
    if kind == "any":
        return {"type": ["string", "number", "boolean", "null"]}
    if kind == "$ref":
        return {"$ref": "#/$defs/" + draw.choice(definitions)}
    if kind == "anyOf":
        return {"anyOf": [schema(draw, depth - 1, definitions) for _ in range(draw.randint(1, 3))]}
    if kind == "array":
        result = {"type": "array", "items": schema(draw, depth - 1, definitions)}
        if draw.random() < 0.4:
            result["minItems"] = draw.randint(0, 2)
        if draw.random() < 0.5:
            result["maxItems"] = draw.randint(result.get("minItems", 0), 4)
        if draw.random() < 0.2:
            result["prefixItems"] = [schema(draw, depth - 1, definitions) for _ in range(draw.randint(1, 3))]
            if draw.random() < 0.5 and result.get("minItems", 0) <= len(result["prefixItems"]):
                result["items"] = False
        return result
    names = draw.sample(["name", "dose", "d", "route", "é", "na\"me"], draw.randint(0, 4))
    result = {"type": "object", "properties": {name: schema(draw, depth - 1, definitions) for name in names}}
    if names:
        result["required"] = draw.sample(names, draw.randint(0, len(names)))
    kind = draw.random()
    if kind < 0.6:
        result["additionalProperties"] = False
    else:
        result["additionalProperties"] = schema(draw, 0, definitions)
    return result


def value(draw, node, root, depth=0):
    """A value that often fulfils the schema."""
    if draw.random() < 0.06:
        return draw.choice([None, True, 3, 4.25, "other", [], {}, [1], {"name": "x"}])
    if "$ref" in node:
        node = root["$defs"][node["$ref"].split("/")[-1]]
    if "anyOf" in node:
        return value(draw, draw.choice(node["anyOf"]), root, depth)
    if "enum" in node:
        return draw.choice(node["enum"])
    if "const" in node:
        return node["const"]
    kind = node["type"]
    if isinstance(kind, list):
        kind = draw.choice(kind)
    if kind == "string":
        return draw.choice(WORDS)
    if kind == "integer":
        return draw.choice([0, 7, -3, 120, 40, 2024])
    if kind == "number":
        return draw.choice([0, 7, -3.5, 0.25, 120.125, 10])
    if kind == "boolean":
        return draw.choice([True, False])
    if kind == "null":
        return None
    if kind == "array":
        first = node.get("prefixItems", [])
        items = (first + [node["items"] or {"type": "null"}] * 4)[:draw.randint(0, 4 if depth < 4 else 0)]
        return [value(draw, item, root, depth + 1) for item in items]
    result = {}
    for name, member in node["properties"].items():
        if name in node.get("required", []) and draw.random() < 0.95 or draw.random() < 0.5 and depth < 4:
            result[name] = value(draw, member, root, depth + 1)
    if "additionalProperties" in node and draw.random() < 0.4:
        extra = node["additionalProperties"] or {"type": "null"}
        name = draw.choice(["nam", "names", "extra", "d ", "x"])
        if name not in result:
            result[name] = value(draw, extra, root, depth + 1)
    return result


def main():
    draw = random.Random(20261127)
    goldens = []
    while len(goldens) < 120:
        root = {"$defs": {
            "part": schema(draw, 1, []),
            "tree": {"type": "object", "properties": {"v": {"type": "integer"}, "sub": {
                "type": "array", "items": {"$ref": "#/$defs/tree"}, "maxItems": 3}}, "required": ["v"]},
        }}
        root.update(schema(draw, 3, ["part", "tree"]))
        jsonschema.Draft202012Validator.check_schema(root)
        validator = jsonschema.Draft202012Validator(root)
        texts = {}
        for _ in range(60):
            instance = value(draw, root, root)
            text = json.dumps(instance, ensure_ascii=False)
            texts[text] = validator.is_valid(instance)
        valid = [text for text, verdict in texts.items() if verdict][:8]
        invalid = [text for text, verdict in texts.items() if not verdict][:8]
        if valid:
            goldens.append({"schema": root, "valid": valid, "invalid": invalid})
    print(json.dumps(goldens, ensure_ascii=False, indent=0))


main()
