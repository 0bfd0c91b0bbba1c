import Foundation
import Testing

/// The built program, and a folder of its own for each test to run it in.
struct Program {
  let executable: URL
  let folder: URL

  /// - Throws: Where the folder cannot be made.
  init() throws {
    executable = try #require(Self.executable, "asclepius is not beside the test bundle")
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("asclepius-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Self.note.write(to: file("0142.txt"), atomically: true, encoding: .utf8)
    try Self.recording(secondsPerToken: 0.002, tokenCount: 60)
      .write(to: file("quick.jsonl"), atomically: true, encoding: .utf8)
    try Self.recording(secondsPerToken: 0.2, tokenCount: 3000)
      .write(to: file("slow.jsonl"), atomically: true, encoding: .utf8)
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }

  func file(_ name: String) -> URL { folder.appendingPathComponent(name) }

  /// What the program is run with: nothing of the person's own files is touched.
  var environment: [String: String] {
    [
      "HOME": folder.path, "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
      "XDG_STATE_HOME": file("state").path, "XDG_DATA_HOME": file("data").path,
      "XDG_CONFIG_HOME": file("config").path, "LANG": "C.UTF-8", "TZ": "UTC",
    ]
  }

  /// Runs the program to its end with `input` on a pipe.
  func run(_ arguments: [String], input: String = "") throws -> Finished {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.environment = environment
    process.currentDirectoryURL = folder
    let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
    process.standardInput = stdin
    process.standardOutput = stdout
    process.standardError = stderr
    try process.run()
    try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try stdin.fileHandleForWriting.close()
    let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
    let problems = try stderr.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return Finished(
      status: process.terminationStatus, output: String(decoding: output, as: UTF8.self),
      problems: String(decoding: problems, as: UTF8.self))
  }

  /// Starts the program without waiting for it; what it prints is thrown away.
  func start(_ arguments: [String]) throws -> Process {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.environment = environment
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// A file of the tiny random models.
  static func resource(_ name: String) -> URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("LlamaTests/Resources/\(name)")
  }

  /// The tiny model with a longer context than its file says, since templates alone fill that one.
  ///
  /// - Parameter contextLength: A multiple of 256 below 16,777,216.
  func tinyModel(contextLength: Int = 2048) throws -> URL {
    let file = file("tiny.gguf")
    var bytes = try Data(contentsOf: Self.resource("tiny-f32.gguf"))
    let key = try #require(bytes.firstRange(of: Data("llama.context_length".utf8)))
    // Behind the key: a type code of four bytes, then the number, 256, lowest byte first.
    bytes[key.upperBound + 5] = UInt8(contextLength >> 8 & 0xFF)
    bytes[key.upperBound + 6] = UInt8(contextLength >> 16)
    try bytes.write(to: file)
    return file
  }

  /// What came of a run.
  struct Finished {
    var status: Int32
    var output: String
    var problems: String
  }

  /// The program beside the test bundle; nil where only the tests were built.
  static let executable: URL? = {
    let bundles = [CommandLine.arguments.first, Bundle.main.executablePath].compactMap { $0 }
    #if DEBUG
      let configuration = "debug"
    #else
      let configuration = "release"
    #endif
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let folders =
      bundles.map { URL(fileURLWithPath: $0).deletingLastPathComponent() }
      + [root.appendingPathComponent(".build").appendingPathComponent(configuration)]
    return folders.map { $0.appendingPathComponent("asclepius") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }()

  static let note = """
    ADMISSION
    67-year-old man admitted with progressive dyspnoea and orthopnoea.

    DISCHARGE MEDICATIONS
    Furosemide 40 mg by mouth twice daily.
    Größe 178 cm. 退院後は心不全外来。
    """

  /// A recording whose answer is `word-1 word-2 ...`.
  private static func recording(secondsPerToken: Double, tokenCount: Int) -> String {
    var lines = [#"{"model": "Recorded", "quantization": "Q8_0", "context": 8192}"#]
    lines.append(#"{"at": 0, "prefill": 100, "of": 100, "reused": 0}"#)
    for index in 1...tokenCount {
      let at = Double(index) * secondsPerToken
      lines.append(#"{"at": \#(at), "id": \#(index), "text": " word-\#(index)"}"#)
    }
    lines.append(#"{"at": \#(Double(tokenCount) * secondsPerToken), "stop": "end"}"#)
    return lines.joined(separator: "\n") + "\n"
  }
}
