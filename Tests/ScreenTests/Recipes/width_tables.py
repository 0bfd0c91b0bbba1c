"""Writes Sources/Screen/TextWidth+Tables.swift: which code points take two columns, and which none.

    python3 -m pip install wcwidth        # 0.9.4 was used, Python 3.11 (Unicode 14)
    python3 width_tables.py > ../../../Sources/Screen/TextWidth+Tables.swift

Assigned code points follow Python's own Unicode database, the version that terminals of the day and
their C libraries know; code points assigned later follow the newer tables of `wcwidth`.
"""

import unicodedata

from wcwidth.table_mc import CATEGORY_MC
from wcwidth.table_wide import WIDE_EASTASIAN
from wcwidth.table_zero import ZERO_WIDTH


def members(table):
    ranges = list(table.values())[-1]
    return {code for low, high in ranges for code in range(low, high + 1)}


newer_wide = members(WIDE_EASTASIAN)
newer_zero = members(ZERO_WIDTH) - members(CATEGORY_MC)


# Signs that are written before a number and are drawn below it.
before_numbers = [0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6DD, 0x70F, 0x890, 0x891, 0x8E2]
before_numbers += [0x110BD, 0x110CD]


def columns(code):
    if code == 0xAD or code in before_numbers:  # the soft hyphen is drawn as well
        return 1
    if 0x4DC0 <= code <= 0x4DFF:  # wide since Unicode 16, and in C libraries long before
        return 2
    character = chr(code)
    category = unicodedata.category(character)
    if category == "Cs":
        return 1
    # Vowels and final consonants of a Korean syllable join the consonant before them.
    if 0x1160 <= code <= 0x11FF or 0xD7B0 <= code <= 0xD7FF:
        return 0
    if category == "Cn":
        return 0 if code in newer_zero else 2 if code in newer_wide else 1
    if category in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def ranges(wanted):
    found, start = [], None
    for code in range(0xA0, 0x110000):
        if columns(code) == wanted:
            if start is None:
                start = code
        elif start is not None:
            found.append((start, code - 1))
            start = None
    if start is not None:
        found.append((start, 0x10FFFF))
    return found


def table(name, about, wanted):
    print(f"  /// {about}")
    print(f"  static let {name}: [UInt32] = [")
    line = "   "
    for low, high in ranges(wanted):
        pair = f" 0x{low:X}, 0x{high:X},"
        if len(line) + len(pair) > 100:
            print(line)
            line = "   "
        line += pair
    print(line)
    print("  ]")


print("// Made by Tests/ScreenTests/Recipes/width_tables.py. Each two numbers are the first and the last")
print("// code point of a range; ranges are in order.")
print()
print("extension TextWidth {")
table("wideRanges", "Code points of two columns.", 2)
print()
table("zeroRanges", "Code points of no column of their own.", 0)
print("}")
