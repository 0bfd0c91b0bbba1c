import Clinical
import Endpoints
import Foundation

/// A server process that misbehaves by script; see `Resources/faulty_server.py`.
final class FaultyServer {
  private let process = Process()
  private let output = Pipe()
  let port: Int

  init(_ script: String) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Resources/faulty_server.py")
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", file.path, script]
    process.standardOutput = output
    try process.run()
    var line = Data()
    while let byte = try output.fileHandleForReading.read(upToCount: 1), byte != Data("\n".utf8) {
      if byte.isEmpty { break }
      line += byte
    }
    port = Int(String(decoding: line, as: UTF8.self)) ?? 0
  }

  var settings: EndpointSettings {
    var settings = EndpointSettings(address: "http://127.0.0.1:\(port)/v1", model: "m")
    settings.firstPause = 0.01
    settings.timeout = 2
    return settings
  }

  /// Stops the server and gives what it was asked.
  func stop() throws -> [JSONObject] {
    // SIGKILL, since a child of a Dispatch thread can have SIGTERM blocked.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    let rest = try output.fileHandleForReading.readToEnd() ?? Data()
    return try rest.split(separator: UInt8(ascii: "\n")).compactMap {
      try JSONValue(parsing: Array($0)).object
    }
  }
}
