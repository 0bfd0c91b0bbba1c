import Foundation

/// An OpenAI-compatible server on this machine that answers by a rule, at seven and two tokens a
/// time; it can die after some requests.
struct RuleServer {
  private let process: Process
  /// Its address, up to and including the version.
  let address: String

  /// Starts a server.
  ///
  /// - Parameters:
  ///   - rule: A Python function `reply(prompt, body)` that returns the text.
  ///   - limit: Requests that are answered; -1 for any number.
  init(_ rule: String, limit: Int = -1) throws {
    process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", rule + "\n" + Self.server, "\(limit)"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let port = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    address = "http://127.0.0.1:\(port.trimmingCharacters(in: .whitespacesAndNewlines))/v1"
  }

  func stop() { kill(process.processIdentifier, SIGKILL) }

  private static let server = """
    import http.server, json, os, sys
    limit, done = int(sys.argv[1]), 0
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_): pass
        def do_GET(self): self.send_error(404)
        def do_POST(self):
            global done
            if done == limit: os._exit(0)
            done += 1
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            text = reply(body["messages"][0]["content"], body)
            bytes = json.dumps({
                "choices": [{"message": {"content": text}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 7, "completion_tokens": 2}}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(bytes)))
            self.end_headers()
            self.wfile.write(bytes)
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
    """
}
