import Foundation

/// A server that makes a note of the report's own sentences, questions from the prompt's digest, and
/// answers; it can be slow, and die after some requests.
final class RuleTeacher {
  private static let script = """
    import hashlib, http.server, json, os, sys, time
    limit, delay, done = int(sys.argv[1]), float(sys.argv[2]), 0
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_): pass
        def do_GET(self): self.send_error(404)
        def do_POST(self):
            global done
            if done == limit: os._exit(0)
            done += 1
            time.sleep(delay)
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            prompt = body["messages"][0]["content"]
            name = hashlib.sha256((prompt + str(body["seed"])).encode()).hexdigest()
            if "[Case Report Begin]" in prompt:
                text = prompt.split("[Case Report Begin]\\n")[1].split("\\n[Case Report End]")[0]
            elif "[Instruction Begin]" in prompt: text = "Answer " + name[:6]
            else: text = " ".join(name[i:i + 6] for i in range(0, 60, 6)) + "?"
            reply = json.dumps({
                "choices": [{"message": {"content": text}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 7, "completion_tokens": 2}}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
    """

  private let process = Process()
  private let port: String

  init(limit: Int = -1, secondsPerReply: Double = 0) throws {
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", Self.script, "\(limit)", "\(secondsPerReply)"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    port = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  func end() { kill(process.processIdentifier, SIGKILL) }

  /// What names it on the command line.
  var options: [String] {
    ["--teacher", "endpoint:http://127.0.0.1:\(port)/v1", "--endpoint-model", "rule"]
  }

  /// Six case reports and one that is empty.
  static func writeReports(_ program: Program) throws {
    let rows = (1...6).map {
      "p\($0),\"A man of \($0 + 30) had a cough for \($0 + 2) days.\",10.1/\($0)"
    }
    try (["patient_uid,patient,doi"] + rows + ["p7,\"\",x"]).joined(separator: "\n")
      .write(to: program.file("reports.csv"), atomically: true, encoding: .utf8)
  }
}
