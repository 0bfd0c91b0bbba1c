/// A place in lent bytes that moves forward; every read is checked against the end.
///
/// Lives only inside the closure that lends the bytes.
@safe struct ByteCursor {
  private let bytes: UnsafeRawBufferPointer
  /// Bytes from the start.
  private(set) var offset: Int

  /// Starts at `offset` of `bytes`.
  init(_ bytes: UnsafeRawBufferPointer, at offset: Int = 0) {
    precondition(offset >= 0 && offset <= bytes.count)
    unsafe self.bytes = unsafe bytes
    self.offset = offset
  }

  /// Bytes between here and the end.
  var remaining: Int { unsafe bytes.count - offset }

  /// Reads a little-endian integer.
  mutating func integer<Value: FixedWidthInteger>(
    _ type: Value.Type = Value.self, _ item: @autoclosure () -> String
  ) throws(GGUFError.Reason) -> Value {
    let size = MemoryLayout<Value>.size
    try check(UInt64(size), item())
    let value = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: Value.self)
    offset += size
    return Value(littleEndian: value)
  }

  /// Reads a number of elements or bytes that fits an `Int` and is at most `limit`.
  mutating func count(
    atMost limit: Int, _ item: @autoclosure () -> String
  ) throws(GGUFError.Reason) -> Int {
    let start = offset
    let value = try integer(UInt64.self, item())
    guard value <= UInt64(limit) else {
      throw .aboveLimit(offset: start, item: item(), limit: limit, found: value)
    }
    return Int(value)
  }

  /// Moves past `count` items of at least `size` bytes each.
  mutating func skip(
    _ count: Int, of size: Int, _ item: @autoclosure () -> String
  ) throws(GGUFError.Reason) {
    try require(count, of: size, item())
    offset += count * size
  }

  /// Checks that `count` items of `size` bytes each are left.
  func require(
    _ count: Int, of size: Int, _ item: @autoclosure () -> String
  ) throws(GGUFError.Reason) {
    let (total, overflow) = UInt64(count).multipliedReportingOverflow(by: UInt64(size))
    try check(overflow ? .max : total, item())
  }

  /// Reads `count` bytes as text; nil where they are no UTF-8.
  mutating func validText(
    _ count: Int, _ item: @autoclosure () -> String
  ) throws(GGUFError.Reason) -> String? {
    try check(UInt64(count), item())
    let start = offset
    offset += count
    return unsafe String(validating: bytes[start..<offset], as: UTF8.self)
  }

  /// Reads `count` bytes as text; what is no UTF-8 becomes U+FFFD.
  mutating func repairedText(
    _ count: Int, _ item: @autoclosure () -> String
  ) throws(GGUFError.Reason) -> String {
    try check(UInt64(count), item())
    let start = offset
    offset += count
    return unsafe String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  /// Reads `count` bytes.
  mutating func byteString(
    _ count: Int, _ item: @autoclosure () -> String
  ) throws(GGUFError.Reason) -> [UInt8] {
    try check(UInt64(count), item())
    let start = offset
    offset += count
    return unsafe Array(bytes[start..<offset])
  }

  private func check(
    _ needed: UInt64, _ item: @autoclosure () -> String
  ) throws(GGUFError.Reason) {
    guard needed <= UInt64(remaining) else {
      throw .truncated(offset: offset, item: item(), expected: needed, found: remaining)
    }
  }
}
