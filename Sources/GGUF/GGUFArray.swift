internal import Tensors

/// An array of a file's metadata, decoded when it is asked for.
///
/// Holds the elements as the file encodes them, in the mapping or in memory of its own; its length
/// was checked when the file was opened.
public struct GGUFArray: Sendable {
  /// The type of all elements.
  public let elementType: GGUFValueType
  /// Number of elements.
  public let count: Int

  enum Storage: Sendable {
    case mapped(MappedFile, Range<Int>)
    case owned([UInt8])
  }

  let storage: Storage
  // Names the array in errors.
  let key: String

  init(elementType: GGUFValueType, count: Int, storage: Storage, key: String) {
    self.elementType = elementType
    self.count = count
    self.storage = storage
    self.key = key
  }

  /// The elements as integers.
  ///
  /// - Throws: `GGUFError` with `wrongValue` where the elements are no integers or do not fit.
  public func integers() throws(GGUFError) -> [Int] {
    switch elementType {
    case .uint8: try numbers(UInt8.self) { Int($0) }
    case .int8: try numbers(Int8.self) { Int($0) }
    case .uint16: try numbers(UInt16.self) { Int($0) }
    case .int16: try numbers(Int16.self) { Int($0) }
    case .uint32: try numbers(UInt32.self) { Int($0) }
    case .int32: try numbers(Int32.self) { Int($0) }
    case .int64: try numbers(Int64.self) { Int($0) }
    case .uint64: try numbers(UInt64.self) { Int(exactly: $0) }
    default: throw wrongType("integers")
    }
  }

  /// The elements as numbers of single precision.
  ///
  /// - Throws: `GGUFError` with `wrongValue` where the elements are no floating-point numbers.
  public func floats() throws(GGUFError) -> [Float] {
    switch elementType {
    case .float32: try numbers(UInt32.self) { Float(bitPattern: $0) }
    case .float64: try numbers(UInt64.self) { Float(Double(bitPattern: $0)) }
    default: throw wrongType("floating-point numbers")
    }
  }

  /// The elements as truth values.
  ///
  /// - Throws: `GGUFError` with `wrongValue` where the elements are none.
  public func bools() throws(GGUFError) -> [Bool] {
    guard elementType == .bool else { throw wrongType("truth values") }
    return try numbers(UInt8.self) { $0 <= 1 ? $0 == 1 : nil }
  }

  /// The elements as text; bytes that are no UTF-8 become U+FFFD.
  ///
  /// - Throws: `GGUFError` with `wrongValue` where the elements are no strings.
  public func strings() throws(GGUFError) -> [String] {
    guard elementType == .string else { throw wrongType("strings") }
    return try elements { (cursor: inout ByteCursor) throws(GGUFError.Reason) in
      let count = try cursor.stringLength(key: key)
      return try cursor.repairedText(count, "a string of key \(key)")
    }
  }

  /// The bytes of the elements, which are strings; nothing is repaired.
  ///
  /// - Throws: `GGUFError` with `wrongValue` where the elements are no strings.
  public func byteStrings() throws(GGUFError) -> [[UInt8]] {
    guard elementType == .string else { throw wrongType("strings") }
    return try elements { (cursor: inout ByteCursor) throws(GGUFError.Reason) in
      let count = try cursor.stringLength(key: key)
      return try cursor.byteString(count, "a string of key \(key)")
    }
  }

  /// The elements as values of any type.
  ///
  /// - Throws: `GGUFError` with `wrongValue` where a truth value is neither 0 nor 1.
  public func values() throws(GGUFError) -> [GGUFValue] {
    try elements { (cursor: inout ByteCursor) throws(GGUFError.Reason) in
      try cursor.value(elementType, key: key) { type, count, range in
        GGUFArray(elementType: type, count: count, storage: slice(range), key: key)
      }
    }
  }
}

extension GGUFArray {
  /// Where errors say that the array lies: its bytes in the file, or nil for one made in memory.
  var offset: Int? {
    switch storage {
    case .mapped(_, let range): range.lowerBound
    case .owned: nil
    }
  }

  /// Bytes of the encoded elements.
  var byteCount: Int {
    switch storage {
    case .mapped(_, let range): range.count
    case .owned(let bytes): bytes.count
    }
  }

  func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    switch storage {
    case .mapped(let file, let range):
      return try unsafe file.withUnsafeBytes { bytes throws(Failure) in
        try unsafe body(UnsafeRawBufferPointer(rebasing: bytes[range]))
      }
    case .owned(let bytes):
      return try unsafe bytes.withUnsafeBufferPointer { buffer throws(Failure) in
        try unsafe body(UnsafeRawBufferPointer(buffer))
      }
    }
  }

  private var path: String {
    switch storage {
    case .mapped(let file, _): file.path
    case .owned: ""
    }
  }

  // Nested arrays are views of the same bytes; `range` counts from this array's first byte.
  private func slice(_ range: Range<Int>) -> Storage {
    switch storage {
    case .mapped(let file, let whole):
      let lower = whole.lowerBound + range.lowerBound
      return .mapped(file, lower..<(lower + range.count))
    case .owned(let bytes):
      return .owned(Array(bytes[range]))
    }
  }

  private func elements<Element>(
    _ next: (inout ByteCursor) throws(GGUFError.Reason) -> Element
  ) throws(GGUFError) -> [Element] {
    try unsafe withBytes { bytes throws(GGUFError) in
      do throws(GGUFError.Reason) {
        var cursor = unsafe ByteCursor(bytes)
        var result: [Element] = []
        result.reserveCapacity(count)
        for _ in 0..<count { result.append(try next(&cursor)) }
        return result
      } catch {
        throw GGUFError(path: path, reason: error)
      }
    }
  }

  private func numbers<Raw: FixedWidthInteger, Number>(
    _ type: Raw.Type, _ convert: (Raw) -> Number?
  ) throws(GGUFError) -> [Number] {
    try elements { (cursor: inout ByteCursor) throws(GGUFError.Reason) in
      let raw = try cursor.integer(Raw.self, "the array \(key)")
      if let number = convert(raw) { return number }
      throw .wrongValue(
        key: key, offset: offset, expected: "\(elementType) in range", found: "\(raw)")
    }
  }

  private func wrongType(_ expected: String) -> GGUFError {
    GGUFError(
      path: path,
      reason: .wrongValue(
        key: key, offset: offset, expected: "an array of \(expected)",
        found: "an array of \(elementType)"))
  }
}

extension GGUFArray: Equatable {
  /// Whether both hold the same elements, as they are encoded.
  public static func == (left: GGUFArray, right: GGUFArray) -> Bool {
    guard left.elementType == right.elementType, left.count == right.count,
      left.byteCount == right.byteCount
    else { return false }
    return unsafe left.withBytes { leftBytes in
      unsafe right.withBytes { rightBytes in unsafe leftBytes.elementsEqual(rightBytes) }
    }
  }
}
