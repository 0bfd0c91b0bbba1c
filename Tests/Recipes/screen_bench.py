"""Measures the workbench from outside, on a pseudo terminal, as a person would have it.

    python Tests/Recipes/screen_bench.py [--asclepius .build/release/asclepius] [--model default]
    python Tests/Recipes/screen_bench.py --only paint

Prints, each beside its goal: the time to the first paint while the model loads; bytes to the
terminal for each streamed token and frames a second, with the real model, with a recording of 17
tokens a second, and the same on a slow link; the time from a key to the screen while the model
decodes; memory over 10,000 tokens; the time of a page in a transcript of 100,000 lines, and of a
letter behind a paste of a megabyte. Needs nothing but Python and the model.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import sys
import tempfile
import time

from screen_terminal import Workbench

MARK = "§"  # a key that no answer has
SIZES = ((80, 24), (200, 60))
PAGE_UP, PAGE_DOWN, UP, HOME, END = "\x1b[5~", "\x1b[6~", "\x1b[A", "\x1b[H", "\x1b[F"
BACK_TAB = "\x1b[Z"


def recording(path, pieces, seconds_per_token):
    """A recording with one answer of these pieces."""
    steps = [{"model": "Recorded", "quantization": "Q8_0", "context": 1 << 20},
             {"at": 0, "prefill": 100, "of": 100}]
    steps += [{"at": round((index + 1) * seconds_per_token, 4), "id": index, "text": piece}
              for index, piece in enumerate(pieces)]
    steps.append({"at": (len(pieces) + 1) * seconds_per_token, "stop": "end"})
    with open(path, "w") as file:
        file.writelines(json.dumps(step) + "\n" for step in steps)


def busiest_second(times):
    """The most frames that any second has."""
    return max((sum(1 for other in times if at <= other < at + 1) for at in times), default=0)


def milliseconds(times):
    ordered = sorted(times)
    last = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return (f"median {statistics.median(ordered) * 1000:.1f} ms, 95 % {last * 1000:.1f} ms, "
            f"most {ordered[-1] * 1000:.1f} ms ({len(ordered)} times)")


def first_paint(options):
    times = []
    for _ in range(9):
        bench = Workbench(options.program, options.model_arguments + [options.note])
        at, _ = bench.wait("Query")
        bench.wait("LOAD")
        times.append(at - bench.started)
        bench.wait("IDLE")
        bench.end()
    print(f"first paint while the model loads: {milliseconds(times)} (goal: under 100 ms)")


def streaming(options, name, arguments, columns, rows):
    """Bytes a token and frames a second of one answer."""
    bench = Workbench(options.program, arguments, columns, rows)
    bench.wait("IDLE")
    bench.rest()
    bench.send("Write a long summary.")
    bench.rest(1)
    start = len(bench.bytes)
    bench.send("\r")
    # Counted from the first frame with an answer in it to the one in which it has ended.
    begun, first = bench.wait("DECODE", start)
    match = None
    while not match:
        bench.read(30)
        match = re.compile(rb"IDLE|LIMIT|LOOP").search(bench.bytes, first)
    ended, last = bench.wait(match.group().decode(), first)
    sent = last - first
    bench.rest()
    bench.send(BACK_TAB)
    bench.rest()
    tokens = bench.answer_token_count()
    times = bench.frames(begun, ended)
    bench.end()
    print(f"{name} at {columns}x{rows}: {sent / tokens:.0f} bytes a token over {tokens} tokens "
          f"(goal: 100 at most); {tokens / (ended - begun):.0f} tokens and "
          f"{len(times) / (ended - begun):.1f} frames a second, {busiest_second(times)} frames in "
          "the busiest one (goal: 20 at most)")


def keys_while_decoding(options, name="key", arguments=()):
    """From a key to the screen, at moments that have nothing to do with those of frames."""
    bench = Workbench(
        options.program,
        options.model_arguments + list(arguments)
        + ["--temperature", "0.9", "--max-tokens", "1500", "--no-loop-guard", options.note])
    bench.wait("IDLE")
    bench.rest()
    bench.send("Retell the whole stay day by day.")
    bench.rest(1)
    start = len(bench.bytes)
    bench.send("\r")
    begun, _ = bench.wait("DECODE", start)
    times = []
    while len(times) < 40:
        begin = len(bench.bytes)
        times.append(bench.time_of(MARK, MARK))
        until = time.monotonic() + 0.09 + 0.013 * (len(times) % 5)
        while time.monotonic() < until:
            bench.read(until - time.monotonic())
        if re.search(rb"IDLE|LIMIT", bench.bytes[begin:]):
            break
    frames = busiest_second(bench.frames(begun, time.monotonic()))
    bench.end()
    goal = "at most a frame, 250 ms" if arguments else "under 20 ms"
    print(f"{name} to screen while the model decodes: {milliseconds(times)} (goal: {goal}); "
          f"{frames} frames in the busiest second")


def memory(options):
    bench = Workbench(
        options.program,
        options.model_arguments + ["--temperature", "1.0", "--max-tokens", "900", options.note])
    bench.wait("IDLE")
    bench.rest()
    figures, tokens, count = [], 0, 0
    while tokens < 10_000 and count < 60:
        count += 1
        start = len(bench.bytes)
        bench.send(f":set seed {count}\r")
        bench.rest(0.3)
        bench.send("Retell the whole stay day by day, with every drug and every result.\r")
        _, place = bench.wait("DECODE", start)
        while not re.search(rb"IDLE|LIMIT|LOOP", bench.bytes[place:]):
            place = max(place, len(bench.bytes) - 16)
            bench.read(30)
        bench.rest(0.3)
        tokens = bench.answer_token_count()
        bench.send("\x1b")
        bench.rest(0.2)
        figures.append((tokens, bench.memory()))
    bench.end()
    steps = [next((f for f in figures if f[0] >= goal), figures[-1])
             for goal in (1, 2_500, 5_000, 7_500, 10_000)]
    print(f"memory after so many tokens in {count} answers: "
          + ", ".join(f"{tokens:,}: {size:.0f} MB" for tokens, size in steps))


def long_transcript(options):
    folder = tempfile.mkdtemp(prefix="screen-bench-")
    path = folder + "/long.jsonl"
    recording(path, ["".join(f"line {100 * token + line} of a long answer about furosemide\n"
                             for line in range(100)) for token in range(1000)], 0.001)
    bench = Workbench(options.program, ["--replay", path, options.note], 120, 40)
    bench.wait("IDLE")
    bench.rest()
    start = len(bench.bytes)
    bench.send("All of it?\r")
    bench.wait("DECODE", start)
    bench.wait("IDLE", len(bench.bytes), 300)
    bench.rest(1)
    size = bench.memory()
    bench.send(BACK_TAB)
    bench.rest()

    def timed(*rounds):
        """Seconds of each key of `rounds`, the screen at rest before it."""
        times = []
        for keys in rounds:
            times.append(bench.time_of(keys))
            bench.rest(0.06)
        return times

    figures = [("one page up", timed(*[PAGE_UP] * 40)), ("one line up", timed(*[UP] * 40)),
               ("to start and end", timed(*[HOME, END] * 6))]
    bench.send(HOME)
    bench.rest(0.2)
    figures.append(("one page down", timed(*[PAGE_DOWN] * 40)))
    searches = []
    for text in ("line 99999 of", "furosemide"):
        bench.send("/")
        bench.rest(0.2)
        bench.send(text)
        bench.rest(0.2)
        searches.append(bench.time_of("\r", "found"))
        bench.rest(0.2)
    figures.append(("n to the next of 100,000 matches", timed(*"n" * 6)))
    bench.send("\x1b")
    bench.rest(0.2)
    bench.send("\t")
    bench.rest(0.2)
    figures.append(("a letter typed", timed(*MARK * 20)))
    start = len(bench.bytes)
    before = time.monotonic()
    bench.resize(100, 30)
    resized = bench.wait("Query", start)[0] - before
    bench.end()
    shutil.rmtree(folder)
    print(f"transcript of 100,000 lines ({size:.0f} MB resident):")
    for name, times in figures:
        print(f"  {name}: {milliseconds(times)}")
    print(f"  found the last line in {searches[0] * 1000:.0f} ms, all 100,000 matches in "
          f"{searches[1] * 1000:.0f} ms; laid out anew for another width in {resized * 1000:.0f} ms")


def paste(options):
    folder = tempfile.mkdtemp(prefix="screen-bench-")
    recording(folder + "/r.jsonl", ["yes"], 0.01)
    bench = Workbench(options.program, ["--replay", folder + "/r.jsonl", options.note])
    bench.wait("IDLE")
    bench.rest()
    text = "Furosemide 40 mg by mouth twice daily, and so on until the end of the line.\n"
    text *= (1 << 20) // len(text) + 1
    before = time.monotonic()
    start = len(bench.bytes)
    bench.send("\x1b[200~" + text + "the-very-end\x1b[201~")
    at, _ = bench.wait("the-very-end", start)
    bench.rest(1)
    typed = []
    for _ in range(20):
        typed.append(bench.time_of(MARK, MARK))
        bench.rest(0.2)
    bench.end()
    shutil.rmtree(folder)
    print(f"paste of a megabyte: on the screen after {(at - before) * 1000:.0f} ms; "
          f"a letter typed behind it: {milliseconds(typed)}")


def main():
    parser = argparse.ArgumentParser()
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    parser.add_argument("--asclepius", default=root + "/.build/release/asclepius")
    parser.add_argument("--model", default="default")
    parser.add_argument(
        "--only", nargs="*", help="some of: paint stream replay slow keys memory long paste")
    options = parser.parse_args()
    options.program = os.path.abspath(options.asclepius)
    options.note = root + "/samples/notes/heart-failure.txt"
    options.model_arguments = ["--model", options.model]
    folder = tempfile.mkdtemp(prefix="screen-bench-")
    words = "He was sent home on furosemide 40 mg by mouth twice daily . ".split(" ")
    recording(folder + "/steady.jsonl", [" " + words[i % 12] for i in range(150)], 1 / 17)
    replay = ["--replay", folder + "/steady.jsonl", options.note]
    real = options.model_arguments + ["--max-tokens", "400", "--repeat-penalty", "1.1", options.note]

    def slow():
        streaming(options, "slow link, 17 tokens a second", ["--slow-link"] + replay, 80, 24)
        streaming(options, "slow link, the model", ["--slow-link"] + real, 80, 24)
        keys_while_decoding(options, "slow link, key", ["--slow-link"])

    parts = {
        "paint": lambda: first_paint(options),
        "stream": lambda: [streaming(options, "the model", real, *size) for size in SIZES],
        "replay": lambda: [streaming(options, "17 tokens a second", replay, *size)
                           for size in SIZES],
        "slow": slow,
        "keys": lambda: keys_while_decoding(options),
        "memory": lambda: memory(options),
        "long": lambda: long_transcript(options),
        "paste": lambda: paste(options),
    }
    for name in options.only or parts:
        parts[name]()
        sys.stdout.flush()
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
