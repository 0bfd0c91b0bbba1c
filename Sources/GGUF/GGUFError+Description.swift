#if canImport(Glibc)
  internal import Glibc
#endif
internal import Tensors

extension GGUFError: CustomStringConvertible {
  /// The fault in words: what, where, and what to do.
  public var description: String {
    path.isEmpty ? reason.description : "\(path): \(reason.description)"
  }
}

extension GGUFError.Reason: CustomStringConvertible {
  /// The fault in words, without the file's name.
  public var description: String {
    switch self {
    case .unreadable(let error):
      "could not \(error.step.rawValue) the file: \(text(of: error.code))"
    case .notGGUF(let found): notGGUFDescription(found)
    case .unsupportedVersion(let found):
      "byte 4: GGUF version \(found); versions 2 and 3 can be read. Convert the model again with "
        + "a current converter."
    case .bigEndian:
      "byte 4: the file is big-endian; only little-endian files can be read. Convert it with "
        + "gguf-convert-endian."
    case .truncated(let offset, let item, let expected, let found):
      "byte \(offset): \(item) needs \(expected) bytes, but \(found) are left. The file is cut "
        + "short or damaged: fetch it again."
    case .aboveLimit(let offset, let item, let limit, let found):
      "byte \(offset): \(item) is \(found); at most \(limit) is accepted. The file is damaged."
    case .malformed(let offset, let item, let expected, let found):
      "byte \(offset): \(item): expected \(expected), found \(found). The file is damaged."
    case .missingKey(let key, let expected): "the key \(key) (\(expected)) is missing"
    case .wrongValue(let key, let offset, let expected, let found):
      (offset.map { "byte \($0): " } ?? "") + "key \(key): expected \(expected), found \(found)"
    case .missingTensor(let name): "the tensor \(name) is missing"
    case .unsupportedElementType(let tensor, let offset, let code):
      "byte \(offset): tensor \(tensor) has the type code \(code), which cannot be read; use the "
        + "model in another quantisation, such as Q4_K_M or Q8_0."
    case .unwritable(let step, let code): "could not \(step) the file: \(text(of: code))"
    case .invalidContent(let item, let expected, let found):
      "\(item): expected \(expected), found \(found)"
    }
  }

  private func notGGUFDescription(_ found: [UInt8]) -> String {
    let bytes = found.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }
    return "byte 0: expected the four bytes GGUF, found "
      + (bytes.isEmpty ? "an empty file" : bytes.joined(separator: " ")) + ". This is no GGUF file."
  }

  private func text(of code: Int32) -> String {
    unsafe String(cString: strerror(code))
  }
}
