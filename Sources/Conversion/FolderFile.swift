internal import Clinical
internal import Tensors

/// A file of a folder that was published for other programs.
enum FolderFile {
  /// The most bytes that a JSON file may have: the largest vocabularies have some 35 MB.
  private static let largestTextByteCount = 1 << 28

  /// Whether there is a regular file at `path`.
  static func exists(_ path: String) -> Bool { (try? MappedFile(path: path)) != nil }

  /// The bytes of the file at `path`.
  ///
  /// - Throws: `ConversionError.missingFile` and `.malformed`.
  static func bytes(_ path: String) throws(ConversionError) -> [UInt8] {
    let file: MappedFile
    do {
      file = try MappedFile(path: path)
    } catch {
      guard error.step == .open else {
        throw .malformed(path: path, fault: "it cannot be read as a file")
      }
      throw .missingFile(path: path)
    }
    guard file.byteCount <= largestTextByteCount else {
      throw .malformed(
        path: path, fault: "it has \(file.byteCount) bytes, above \(largestTextByteCount)")
    }
    return file.withUnsafeBytes { Array($0) }
  }

  /// The JSON object in the file at `path`.
  ///
  /// - Throws: `ConversionError.missingFile` and `.malformed`.
  static func object(_ path: String) throws(ConversionError) -> JSONFields {
    let bytes = try bytes(path)
    let value: JSONValue
    do {
      value = try JSONValue(parsing: bytes)
    } catch {
      throw .malformed(path: path, fault: "\(error)")
    }
    guard let object = value.object else {
      throw .malformed(path: path, fault: "it holds \(value.kind) instead of an object")
    }
    return JSONFields(path: path, object: object)
  }

  /// As `object`, or nil where there is no such file.
  static func optionalObject(_ path: String) throws(ConversionError) -> JSONFields? {
    exists(path) ? try object(path) : nil
  }
}

/// The members of an object of a JSON file, read with their types; null counts as absent.
struct JSONFields {
  /// The file, for errors.
  let path: String
  let object: JSONObject

  subscript(name: String) -> JSONValue? {
    if let value = object[name], value != .null { value } else { nil }
  }

  func optionalInteger(_ name: String) throws(ConversionError) -> Int? {
    try converted(name, "an integer") { $0.integer }
  }

  func integer(_ name: String, atMost limit: Int) throws(ConversionError) -> Int {
    let value = try required(name, try optionalInteger(name))
    guard (1...limit).contains(value) else {
      throw .malformed(path: path, fault: "\(name) is \(value), but must be 1 to \(limit)")
    }
    return value
  }

  func optionalNumber(_ name: String) throws(ConversionError) -> Double? {
    try converted(name, "a number") { value in
      if case .number(let spelling) = value { Double(spelling) } else { nil }
    }
  }

  func optionalString(_ name: String) throws(ConversionError) -> String? {
    try converted(name, "a string") { $0.string }
  }

  func optionalBool(_ name: String) throws(ConversionError) -> Bool? {
    try converted(name, "a truth value") { $0.bool }
  }

  func optionalFields(_ name: String) throws(ConversionError) -> JSONFields? {
    try converted(name, "an object") { value in
      value.object.map { JSONFields(path: path, object: $0) }
    }
  }

  func optionalArray(_ name: String) throws(ConversionError) -> [JSONValue]? {
    try converted(name, "an array") { $0.array }
  }

  func required<Value>(_ name: String, _ value: Value?) throws(ConversionError) -> Value {
    guard let value else { throw .malformed(path: path, fault: "\(name) is missing") }
    return value
  }

  private func converted<Value>(
    _ name: String, _ expected: String, _ convert: (JSONValue) -> Value?
  ) throws(ConversionError) -> Value? {
    guard let value = self[name] else { return nil }
    guard let result = convert(value) else {
      throw .malformed(path: path, fault: "\(name) is \(value.kind) instead of \(expected)")
    }
    return result
  }
}
