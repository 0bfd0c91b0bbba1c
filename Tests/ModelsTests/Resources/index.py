"""A package index on loopback that holds one wheel with one file in it.

index.py PAYLOAD ENTRY [write FOLDER | serve | cut COUNT | whole | stall COUNT]

write: puts the wheel into FOLDER and ends. Else prints "PORT SHA256 SIZE" and serves with ranges;
cut: the first transfer ends after COUNT bytes; whole: no ranges; stall: the transfer stops after COUNT
bytes, but the line stays open.
"""

import hashlib
import http.server
import io
import os
import sys
import threading
import zipfile

payload, entry, mode = sys.argv[1:4]
NAME = "tiny_model-1.0-py3-none-any.whl"


def make_wheel():
    info = "tiny_model-1.0.dist-info/"
    files = {
        entry: open(payload, "rb").read(),
        info + "METADATA": b"Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n",
        info + "WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n"
                        b"Tag: py3-none-any\n",
    }
    files[info + "RECORD"] = "".join(name + ",,\n" for name in files).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


wheel = make_wheel()
digest = hashlib.sha256(wheel).hexdigest()
transfers = 0


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path.startswith("/files/"):
            self.send_wheel()
        else:
            page = f'<a href="/files/{NAME}#sha256={digest}">{NAME}</a>'.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

    def send_wheel(self):
        global transfers
        transfers += 1
        start = 0
        asked = self.headers.get("Range", "")
        if asked.startswith("bytes=") and mode != "whole":
            start = int(asked[len("bytes="):].rstrip("-"))
            if start >= len(wheel):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(wheel)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(wheel) - 1}/{len(wheel)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(wheel) - start))
        self.end_headers()
        if mode == "cut" and transfers == 1:
            self.wfile.write(wheel[start:start + int(sys.argv[4])])
            self.wfile.flush()
            self.close_connection = True
        elif mode == "stall":
            self.wfile.write(wheel[start:start + int(sys.argv[4])])
            self.wfile.flush()
            threading.Event().wait()
        else:
            self.wfile.write(wheel[start:])

    def log_message(self, *arguments):
        pass


if mode == "write":
    with open(os.path.join(sys.argv[4], NAME), "wb") as file:
        file.write(wheel)
else:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    # The test holds the other end of standard input: when the test is gone, so is the server.
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    print(server.server_address[1], digest, len(wheel), flush=True)
    server.serve_forever()
