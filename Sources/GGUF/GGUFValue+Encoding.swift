extension GGUFValue {
  /// Appends the value as files encode it, without its type.
  func encode(into bytes: inout [UInt8]) {
    switch self {
    case .uint8(let value): bytes.append(value)
    case .int8(let value): bytes.append(littleEndian: value)
    case .uint16(let value): bytes.append(littleEndian: value)
    case .int16(let value): bytes.append(littleEndian: value)
    case .uint32(let value): bytes.append(littleEndian: value)
    case .int32(let value): bytes.append(littleEndian: value)
    case .uint64(let value): bytes.append(littleEndian: value)
    case .int64(let value): bytes.append(littleEndian: value)
    case .float32(let value): bytes.append(littleEndian: value.bitPattern)
    case .float64(let value): bytes.append(littleEndian: value.bitPattern)
    case .bool(let value): bytes.append(value ? 1 : 0)
    case .string(let value): bytes.append(lengthPrefixed: value.utf8)
    case .array(let array): array.encode(into: &bytes)
    }
  }
}

extension GGUFArray {
  /// An array of `values`, all of `type`.
  ///
  /// - Throws: `GGUFError` with `invalidContent` where a value has another type.
  public init(_ values: [GGUFValue], of type: GGUFValueType) throws(GGUFError) {
    var bytes: [UInt8] = []
    for (index, value) in values.enumerated() {
      guard value.type == type else {
        throw GGUFError(
          path: "",
          reason: .invalidContent(
            item: "element \(index) of an array", expected: "\(type)", found: "\(value.type)"))
      }
      value.encode(into: &bytes)
    }
    self.init(elementType: type, count: values.count, storage: .owned(bytes), key: "")
  }

  /// An array of texts.
  public init(_ strings: [String]) {
    var bytes: [UInt8] = []
    for string in strings { bytes.append(lengthPrefixed: string.utf8) }
    self.init(elementType: .string, count: strings.count, storage: .owned(bytes), key: "")
  }

  /// An array of strings that need not be UTF-8.
  public init(byteStrings: [[UInt8]]) {
    var bytes: [UInt8] = []
    for string in byteStrings { bytes.append(lengthPrefixed: string) }
    self.init(elementType: .string, count: byteStrings.count, storage: .owned(bytes), key: "")
  }

  /// An array of numbers of single precision.
  public init(_ numbers: [Float]) {
    self.init(.float32, numbers.map(\.bitPattern))
  }

  /// An array of 32-bit integers.
  public init(_ numbers: [Int32]) {
    self.init(.int32, numbers)
  }

  /// An array of 32-bit integers without sign.
  public init(_ numbers: [UInt32]) {
    self.init(.uint32, numbers)
  }

  private init(_ type: GGUFValueType, _ numbers: [some FixedWidthInteger]) {
    var bytes: [UInt8] = []
    for number in numbers { bytes.append(littleEndian: number) }
    self.init(elementType: type, count: numbers.count, storage: .owned(bytes), key: "")
  }

  /// How many arrays lie within one another, this one counted.
  func depth() throws(GGUFError) -> Int {
    guard elementType == .array else { return 1 }
    var deepest = 0
    for case .array(let array) in try values() { deepest = max(deepest, try array.depth()) }
    return deepest + 1
  }

  fileprivate func encode(into bytes: inout [UInt8]) {
    bytes.append(littleEndian: elementType.rawValue)
    bytes.append(littleEndian: UInt64(count))
    unsafe withBytes { unsafe bytes.append(contentsOf: $0) }
  }
}

extension GGUFMetadata {
  /// Appends all pairs as files encode them; what lies in a file is copied byte for byte, so that
  /// even text that is no UTF-8 survives.
  func encode(into bytes: inout [UInt8]) {
    for key in keys {
      guard let type = type(of: key) else { continue }
      bytes.append(lengthPrefixed: key.utf8)
      bytes.append(littleEndian: type.rawValue)
      encodeValue(of: key, into: &bytes)
    }
  }
}

extension [UInt8] {
  mutating func append(littleEndian value: some FixedWidthInteger) {
    unsafe Swift.withUnsafeBytes(of: value.littleEndian) { unsafe append(contentsOf: $0) }
  }

  mutating func append(lengthPrefixed bytes: some Collection<UInt8>) {
    append(littleEndian: UInt64(bytes.count))
    append(contentsOf: bytes)
  }
}
