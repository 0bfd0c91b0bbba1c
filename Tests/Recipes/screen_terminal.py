"""The workbench on a pseudo terminal of its own, for `screen_bench.py`."""

import fcntl
import json
import os
import pty
import select
import shutil
import signal
import struct
import tempfile
import termios
import time

FRAME_GAP = 0.008  # bytes further apart than this belong to two frames


class Workbench:
    """A run of the program on a terminal of its own."""

    def __init__(self, program, arguments, columns=80, rows=24, term="xterm-256color"):
        self.home = tempfile.mkdtemp(prefix="screen-bench-")
        environment = {
            "HOME": self.home, "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "TERM": term,
            "LANG": "C.UTF-8", "XDG_STATE_HOME": self.home + "/state",
            "XDG_CONFIG_HOME": self.home + "/config",
            "XDG_DATA_HOME": os.environ.get(
                "XDG_DATA_HOME", os.path.expanduser("~/.local/share")),
        }
        self.bytes = bytearray()
        self.chunks = []  # (time, first byte, end)
        self.started = time.monotonic()
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.chdir(self.home)
            os.execve(program, [program] + arguments, environment)

    def resize(self, columns, rows):
        """Gives the terminal another size, which the kernel tells the program."""
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds):
        """Takes in what comes within `seconds`; False where nothing did."""
        ready, _, _ = select.select([self.terminal], [], [], max(0, seconds))
        if not ready:
            return False
        try:
            data = os.read(self.terminal, 1 << 20)
        except OSError:
            return False
        self.chunks.append((time.monotonic(), len(self.bytes), len(self.bytes) + len(data)))
        self.bytes += data
        return bool(data)

    def wait(self, text, start=0, seconds=120):
        """Waits for `text` behind the byte `start`; returns its time and the byte behind it."""
        wanted = text.encode()
        end = time.monotonic() + seconds
        while True:
            place = self.bytes.find(wanted, start)
            if place >= 0:
                behind = place + len(wanted)
                return next(at for at, _, last in self.chunks if last >= behind), behind
            if time.monotonic() > end:
                raise SystemExit(f"waited in vain for {text!r}; the last bytes: "
                                 f"{bytes(self.bytes[-600:])!r}")
            self.read(0.5)

    def rest(self, seconds=0.4):
        """Waits until nothing has come for `seconds`."""
        while self.read(seconds):
            pass

    def send(self, keys):
        """Types `keys`, taking in meanwhile what the program draws."""
        data = keys.encode()
        while data:
            _, free, _ = select.select([], [self.terminal], [], 0)
            if free:
                data = data[os.write(self.terminal, data[:4096]):]
            self.read(0)

    def time_of(self, keys, text=None):
        """Seconds from sending `keys` to the first byte that follows, or to `text`."""
        start = len(self.bytes)
        before = time.monotonic()
        self.send(keys)
        if text is not None:
            return self.wait(text, start)[0] - before
        while len(self.bytes) == start:
            self.read(30)
        return next(at for at, _, end in self.chunks if end > start) - before

    def memory(self):
        """Resident memory in MB."""
        with open(f"/proc/{self.process}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024

    def frames(self, since, until):
        """Times of frames between two points in time: bursts of bytes with a gap before them."""
        times = [at for at, _, _ in self.chunks if since <= at <= until]
        return [at for index, at in enumerate(times)
                if index == 0 or at - times[index - 1] > FRAME_GAP]

    def answer_token_count(self):
        """Tokens of all answers of the session, which is written to a file for that."""
        path = self.home + "/session.jsonl"
        if os.path.exists(path):
            os.remove(path)
        start = len(self.bytes)
        self.send(f":w {path}\r")
        self.wait("Written to", start)
        with open(path) as file:
            return sum(len(json.loads(line)["provenance"]["tokens"]) for line in file)

    def end(self):
        os.kill(self.process, signal.SIGTERM)
        os.close(self.terminal)
        os.waitpid(self.process, 0)
        shutil.rmtree(self.home, ignore_errors=True)
