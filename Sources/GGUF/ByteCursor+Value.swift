extension ByteCursor {
  /// Reads the code of a value's type.
  mutating func valueType(
    _ item: @autoclosure () -> String
  ) throws(GGUFError.Reason) -> GGUFValueType {
    let start = offset
    let code = try integer(UInt32.self, item())
    guard let type = GGUFValueType(rawValue: code) else {
      throw .malformed(
        offset: start, item: item(), expected: "a value type from 0 to 12", found: "\(code)")
    }
    return type
  }

  /// Moves past a value of `type`, checking it as far as its length needs.
  mutating func skipValue(_ type: GGUFValueType, key: String) throws(GGUFError.Reason) {
    switch type {
    case .string: try skipString(key: key)
    case .array: try skipArray(key: key, depth: 1)
    case .bool: _ = try bool(key: key)
    default: try skip(1, of: type.minimumByteCount, "the value of key \(key)")
    }
  }

  /// Reads a value of `type`; arrays yield a view that `array` makes of element type, count and
  /// the range of their elements.
  mutating func value(
    _ type: GGUFValueType, key: String,
    array: (GGUFValueType, Int, Range<Int>) -> GGUFArray
  ) throws(GGUFError.Reason) -> GGUFValue {
    switch type {
    case .uint8: return .uint8(try number(key))
    case .int8: return .int8(try number(key))
    case .uint16: return .uint16(try number(key))
    case .int16: return .int16(try number(key))
    case .uint32: return .uint32(try number(key))
    case .int32: return .int32(try number(key))
    case .uint64: return .uint64(try number(key))
    case .int64: return .int64(try number(key))
    case .float32: return .float32(Float(bitPattern: try number(key)))
    case .float64: return .float64(Double(bitPattern: try number(key)))
    case .bool: return .bool(try bool(key: key))
    case .string:
      let count = try stringLength(key: key)
      return .string(try repairedText(count, "the text of key \(key)"))
    case .array:
      let (elementType, count) = try arrayHeader(key: key)
      let start = offset
      try skipElements(elementType, count: count, key: key, depth: 1)
      return .array(array(elementType, count, start..<offset))
    }
  }

  /// Reads a truth value, which is the byte 0 or 1.
  mutating func bool(key: String) throws(GGUFError.Reason) -> Bool {
    let start = offset
    let byte = try integer(UInt8.self, "the value of key \(key)")
    guard byte <= 1 else {
      throw .wrongValue(key: key, offset: start, expected: "bool (0 or 1)", found: "\(byte)")
    }
    return byte == 1
  }

  /// Reads the length of a string value.
  mutating func stringLength(key: String) throws(GGUFError.Reason) -> Int {
    try count(atMost: GGUFLimits.stringByteCount, "the length of a string of key \(key)")
  }

  private mutating func number<Value: FixedWidthInteger>(
    _ key: String
  ) throws(GGUFError.Reason) -> Value {
    try integer(Value.self, "the value of key \(key)")
  }

  private mutating func skipString(key: String) throws(GGUFError.Reason) {
    let count = try stringLength(key: key)
    try skip(1, of: count, "a string of key \(key)")
  }

  private mutating func arrayHeader(
    key: String
  ) throws(GGUFError.Reason) -> (GGUFValueType, Int) {
    let elementType = try valueType("the element type of the array \(key)")
    let count = try count(atMost: GGUFLimits.arrayCount, "the length of the array \(key)")
    return (elementType, count)
  }

  private mutating func skipArray(key: String, depth: Int) throws(GGUFError.Reason) {
    guard depth <= GGUFLimits.arrayDepth else {
      throw .aboveLimit(
        offset: offset, item: "the nesting of the array \(key)", limit: GGUFLimits.arrayDepth,
        found: UInt64(depth))
    }
    let (elementType, count) = try arrayHeader(key: key)
    try skipElements(elementType, count: count, key: key, depth: depth)
  }

  private mutating func skipElements(
    _ type: GGUFValueType, count: Int, key: String, depth: Int
  ) throws(GGUFError.Reason) {
    try require(count, of: type.minimumByteCount, "the array \(key)")
    switch type {
    case .string: for _ in 0..<count { try skipString(key: key) }
    case .array: for _ in 0..<count { try skipArray(key: key, depth: depth + 1) }
    default: try skip(count, of: type.minimumByteCount, "the array \(key)")
    }
  }
}
