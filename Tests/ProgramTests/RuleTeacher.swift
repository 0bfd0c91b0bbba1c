import Foundation

/// A teacher behind a `RuleServer`: it makes a note of the report's own sentences, questions from the
/// prompt's digest, and answers. It can be slow, die after some requests, and hold replies back.
struct RuleTeacher {
  /// Replies that are held back until a file is there.
  struct Gate {
    /// Replies that come before.
    let freeReplyCount: Int
    /// The file that is waited for.
    let opening: URL
    /// The file that the teacher makes when it holds its first reply back.
    let notice: URL

    /// Lets the replies come.
    func open() throws { try Data().write(to: opening) }

    /// Whether a reply is being held back, or was.
    var isReached: Bool { FileManager.default.fileExists(atPath: notice.path) }
  }

  private let server: RuleServer

  init(limit: Int = -1, secondsPerReply: Double = 0, gate: Gate? = nil) throws {
    var hold = ""
    if let gate {
      hold = """

            if count > \(gate.freeReplyCount):
                open("\(gate.notice.path)", "w").close()
                while not os.path.exists("\(gate.opening.path)"): time.sleep(0.01)
        """
    }
    let rule = """
      import hashlib, os, time
      count = 0
      def reply(prompt, body):
          global count
          count += 1
          time.sleep(\(secondsPerReply))\(hold)
          name = hashlib.sha256((prompt + str(body["seed"])).encode()).hexdigest()
          if "[Case Report Begin]" in prompt:
              return prompt.split("[Case Report Begin]\\n")[1].split("\\n[Case Report End]")[0]
          if "[Instruction Begin]" in prompt: return "Answer " + name[:6]
          return " ".join(name[i:i + 6] for i in range(0, 60, 6)) + "?"
      """
    server = try RuleServer(rule, limit: limit)
  }

  func end() { server.stop() }

  /// What names it on the command line.
  var options: [String] { ["--teacher", "endpoint:\(server.address)", "--endpoint-model", "rule"] }

  /// Six case reports and one that is empty.
  static func writeReports(_ program: Program) throws {
    let rows = (1...6).map {
      "p\($0),\"A man of \($0 + 30) had a cough for \($0 + 2) days.\",10.1/\($0)"
    }
    try (["patient_uid,patient,doi"] + rows + ["p7,\"\",x"]).joined(separator: "\n")
      .write(to: program.file("reports.csv"), atomically: true, encoding: .utf8)
  }
}
