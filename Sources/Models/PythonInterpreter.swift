internal import Foundation

/// A Python that has pip.
struct PythonInterpreter {
  /// The scripts that are part of this program.
  enum Script {
    case fetch, extract

    var text: String {
      switch self {
      case .fetch: String(decoding: PackageResources.fetch_py, as: UTF8.self)
      case .extract: String(decoding: PackageResources.extract_py, as: UTF8.self)
      }
    }
  }

  /// The status by which `fetch.py` says that this pip has no session that it knows.
  static let unsupportedStatus: Int32 = 3

  private let environment: [String: String]
  private let folder: String

  /// Looks for Python where `environment` says; runs it in `folder`.
  init(environment: [String: String], folder: String) {
    var environment = environment
    environment["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    environment["PIP_NO_INPUT"] = "1"
    // What a pip that is stopped leaves behind is found and removed here.
    environment["TMPDIR"] = folder + "/" + DownloadFolder.temporaryName
    self.environment = environment
    self.folder = folder
  }

  /// Runs a script of this program.
  func run(
    _ script: Script, _ arguments: [String], _ cancellation: Cancellation,
    receive: (Data) throws -> Void
  ) throws -> ChildProcess.Ending {
    try run(["-c", script.text] + arguments, cancellation, receive: receive)
  }

  /// Runs Python with `arguments`.
  ///
  /// - Throws: `ModelError` with `missingPython` or `missingPip`, and as `ChildProcess.run`.
  func run(
    _ arguments: [String], _ cancellation: Cancellation, receive: (Data) throws -> Void
  ) throws -> ChildProcess.Ending {
    try process(try find(cancellation), arguments).run(cancellation, receive: receive)
  }

  // The pip command may belong to a Python that is not the first on the path; its first line names
  // it.
  private func find(_ cancellation: Cancellation) throws -> String {
    let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
    func programs(_ name: String) -> [String] {
      folders.map { $0 + "/" + name }.filter(FileManager.default.isExecutableFile)
    }
    let named = ["python3", "python"].flatMap(programs)
    let pipOwners = ["pip3", "pip"].flatMap(programs).compactMap(interpreter(ofScript:))
    var tried: [String] = []
    for candidate in named + pipOwners where !tried.contains(candidate) {
      tried.append(candidate)
      let probe = process(candidate, ["-c", "import zipfile, pip; print('pip')"])
      var answer = Data()
      let ending = try probe.run(cancellation) { answer.append($0) }
      if ending.status == 0, answer.starts(with: Data("pip".utf8)) { return candidate }
    }
    guard let first = tried.first else { throw ModelError.missingPython }
    throw ModelError.missingPip(python: first)
  }

  private func interpreter(ofScript path: String) -> String? {
    guard let handle = FileHandle(forReadingAtPath: path),
      let start = try? handle.read(upToCount: 256), start.starts(with: Data("#!".utf8))
    else { return nil }
    let line = start.dropFirst(2).prefix { $0 != UInt8(ascii: "\n") }
    let words = String(decoding: line, as: UTF8.self).split(separator: " ")
    guard let program = words.first.map(String.init), program.contains("python"),
      FileManager.default.isExecutableFile(atPath: program)
    else { return nil }
    return program
  }

  private func process(_ executable: String, _ arguments: [String]) -> ChildProcess {
    ChildProcess(
      executable: executable, arguments: arguments, environment: environment, folder: folder)
  }
}
