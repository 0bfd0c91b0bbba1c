"""Writes Tests/ScreenTests/WidthGoldens.swift: widths as two other programs measure them.

    python3 -m pip install wcwidth        # 0.9.4 was used
    python3 width_goldens.py > ../WidthGoldens.swift

Strings are measured by the `wcwidth` package, which knows clusters; code points one by one by the C
library (Debian 12's glibc 2.36 was used), by which ncurses counts. Left out is what the two see
differently from each other or from Unicode's annex 11: see `skipped`.
"""

import ctypes
import unicodedata

from wcwidth import wcswidth

STRINGS = [
    "", "plain text", "caf\u00e9", "cafe\u0301", "37.5 \u00b0C \u00b1 0.2", "\u03b1-synuclein",
    "\u65e5\u672c\u8a9e", "\u65e5a\u672c", "\ud55c\uad6d\uc5b4", "\u1112\u1161\u11ab",
    "\uff11\uff12\uff13", "\uff76\uff9e", "\u4e2d\u6587\uff0c\u75c5\u5386", "\u0e01\u0e47",
    "\u05e9\u05b8\u05dc\u05d5\u05b9\u05dd", "\u0645\u064e\u0631\u062d\u0628\u0627",
    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d", "\u2603", "\u2764", "\u2764\ufe0f",
    "\U0001f600", "\U0001f44d\U0001f3fd", "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\U0001f9d1\U0001f3fe\u200d\u2695\ufe0f", "\U0001f1e9\U0001f1ea", "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7",
    "\U0001f3f3\ufe0f\u200d\U0001f308", "a\u200bb", "a\u2060b", "\u2500\u2502\u253c", "\u25cf\u25cb",
    "\u2192 \u2190", "\u2264 5 mg", "\u2026", "\u2014", "\U00020000\U0002a6d6", "\u3000", "\ufeffx",
    "x\u0332y", "\u01c4", "\ufb03", "\U0001d49c", "\u20ac", "\u2103",
]

# Ambiguous in Unicode, so narrow here, but wide for the C library.
skipped = range(0x3248, 0x3250)


def runs():
    library = ctypes.CDLL(None)
    library.setlocale.restype = ctypes.c_char_p
    library.wcwidth.argtypes = [ctypes.c_uint]
    assert library.setlocale(0, b"C.UTF-8")
    found, previous = [], None
    for code in range(0xA0, 0x110000):
        known = unicodedata.category(chr(code)) not in ("Cn", "Cs", "Zl", "Zp")
        columns = library.wcwidth(code) if known and code not in skipped else None
        if columns != previous:
            found.append((code, 3 if columns is None else columns))
            previous = columns
    return found


def swift(text):
    return "".join(c if c.isascii() else f"\\u{{{ord(c):X}}}" for c in text)


print("// Made by Tests/ScreenTests/Recipes/width_goldens.py.")
print()
print("/// Texts and the columns that Python's `wcwidth` measures.")
print("let measuredStrings: [(text: String, columns: Int)] = [")
for text in STRINGS:
    line = f'  ("{swift(text)}", {wcswidth(text)}),'
    print(line if len(line) <= 100 else line.replace('", ', '",\n   ').replace("  (", "  (\n    ", 1))
print("]")
print()
print("/// Runs of code points: the first, times four, plus the columns that the C library measures for")
print("/// each of them; 3 for those not to be compared.")
print("let measuredRuns: [UInt32] = [")
line = " "
for code, columns in runs():
    item = f" {code * 4 + columns},"
    if len(line) + len(item) > 100:
        print(line)
        line = " "
    line += item
print(line)
print("]")
