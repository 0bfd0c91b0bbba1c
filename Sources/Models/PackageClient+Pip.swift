internal import Foundation

extension PackageClient {
  /// Asks the pip that `environment` leads to; runs it in `folder`, which must be the user's alone.
  static func pip(environment: [String: String], folder: String) -> PackageClient {
    let python = PythonInterpreter(environment: environment, folder: folder)
    return PackageClient(
      locate: { requirement, cancellation in
        var answer = Data()
        let ending = try python.run(.fetch, ["locate", requirement], cancellation) {
          answer.append($0)
        }
        if ending.status == PythonInterpreter.unsupportedStatus { return nil }
        try ending.check("find \(requirement)")
        let found = try JSONDecoder().decode(FoundWheel.self, from: answer)
        return WheelLocation(url: found.url, digest: found.sha256)
      },
      transfer: { wheel, offset, sink, cancellation in
        try python.stream(
          .fetch, ["transfer", wheel.url, "\(offset)"], "fetch the wheel", sink, cancellation)
      },
      download: { requirement, folder, cancellation in
        try python.download(requirement, into: folder, cancellation)
      },
      extract: { archive, entry, sink, cancellation in
        try python.stream(
          .extract, [archive, entry], "unpack the wheel", sink, cancellation)
      })
  }
}

/// What `fetch.py locate` prints.
private struct FoundWheel: Decodable {
  let url: String
  let sha256: String?
}

extension PythonInterpreter {
  /// Runs a script that prints a line `START TOTAL` and then bytes.
  fileprivate func stream(
    _ script: Script, _ arguments: [String], _ step: String, _ sink: TransferSink,
    _ cancellation: Cancellation
  ) throws {
    var head: Data? = Data()
    let ending = try run(script, arguments, cancellation) { piece in
      guard var line = head else { return try sink.receive(piece) }
      line.append(piece)
      guard let end = line.firstIndex(of: UInt8(ascii: "\n")) else {
        head = line
        return
      }
      head = nil
      let words = String(decoding: line[..<end], as: UTF8.self).split(separator: " ")
      guard words.count == 2, let offset = Int(words[0]) else {
        throw ModelError.toolFailed(step: step, status: 0, message: "an answer out of order")
      }
      try sink.begin(TransferStart(offset: offset, totalByteCount: Int(words[1])))
      let rest = Data(line[(end + 1)...])
      if !rest.isEmpty { try sink.receive(rest) }
    }
    try ending.check(step)
  }

  /// Lets pip fetch a wheel by itself.
  fileprivate func download(
    _ requirement: String, into folder: String, _ cancellation: Cancellation
  ) throws -> String {
    let arguments = [
      "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--progress-bar", "off",
      "--quiet", "--dest", folder, requirement,
    ]
    let ending = try run(arguments, cancellation) { _ in }
    try ending.check("fetch \(requirement)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    guard let name = names.first(where: { $0.hasSuffix(".whl") }) else {
      throw ModelError.toolFailed(
        step: "fetch \(requirement)", status: 0, message: "no wheel has come")
    }
    return folder + "/" + name
  }
}

extension ChildProcess.Ending {
  /// - Throws: `ModelError.toolFailed` unless the program ended well.
  fileprivate func check(_ step: String) throws(ModelError) {
    if status != 0 { throw .toolFailed(step: step, status: status, message: message) }
  }
}
