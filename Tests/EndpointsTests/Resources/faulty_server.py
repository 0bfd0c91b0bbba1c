"""An OpenAI-compatible server on loopback that misbehaves as it is told: the tests' peer.

    python3 faulty_server.py SCRIPT

SCRIPT is a comma-separated list of what happens to the chat requests, one after another; the last one goes on:
ok, limit, 429, 429-after (with Retry-After: 0.2), 500, hang, half (half a body), cut (no body), json (no JSON), shape
(JSON of another shape), 400 (a refusal), long (a refusal about the context).
Prints its port in the first line, then a line of JSON for each request: path, body, authorization, seconds since start.
"""

import http.server
import json
import sys
import threading
import time

SCRIPT = sys.argv[1].split(",")
STARTED = time.monotonic()
LOCK = threading.Lock()
COUNT = 0


def completion(text, reason):
    return json.dumps({
        "choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": reason}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 3},
    }).encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def say(self, body):
        with LOCK:
            print(json.dumps({"path": self.path, "body": body, "authorization": self.headers.get("Authorization"),
                              "seconds": time.monotonic() - STARTED}), flush=True)

    def reply(self, status, body, declared=None, headers=()):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body) if declared is None else declared))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def do_GET(self):
        self.say(None)
        self.reply(200, json.dumps({"data": [{"id": "other", "max_model_len": 99}, {"id": "m", "max_model_len": 2048}]}).encode())

    def do_POST(self):
        global COUNT
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.say(body)
        with LOCK:
            step = SCRIPT[min(COUNT, len(SCRIPT) - 1)]
            COUNT += 1
        whole = completion("Fine.", "stop")
        if step == "ok": self.reply(200, whole)
        elif step == "limit": self.reply(200, completion("Fi", "length"))
        elif step == "429": self.reply(429, b'{"error": {"message": "slow down"}}')
        elif step == "429-after": self.reply(429, b'{"error": "slow down"}', headers=[("Retry-After", "0.2")])
        elif step == "500": self.reply(500, b"oops")
        elif step == "hang": time.sleep(30)
        elif step == "half":
            self.reply(200, whole[: len(whole) // 2], declared=len(whole))
            self.close_connection = True
        elif step == "cut":
            self.close_connection = True
        elif step == "json": self.reply(200, b'{"choices": [{"mess')
        elif step == "shape": self.reply(200, b'{"choices": []}')
        elif step == "400": self.reply(400, b'{"error": {"message": "no such model\\nsecond line"}}')
        elif step == "long": self.reply(400, b'{"error": {"message": "maximum context length is 2048"}}')


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_address[1], flush=True)
server.serve_forever()
