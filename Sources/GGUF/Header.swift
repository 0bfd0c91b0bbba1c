internal import Kernels
internal import Tensors

/// Everything before the tensor data, walked and checked once.
struct Header {
  static let magic: [UInt8] = Array("GGUF".utf8)
  static let defaultAlignment = 32

  let version: Int
  let metadata: GGUFMetadata
  let alignment: Int
  let dataOffset: Int
  private(set) var tensors: [GGUFTensor] = []
  private(set) var unsupportedTensors: [GGUFUnsupportedTensor] = []

  init(_ bytes: UnsafeRawBufferPointer, file: MappedFile) throws(GGUFError.Reason) {
    var cursor = unsafe ByteCursor(bytes)
    version = try Self.version(&cursor)
    let tensorCount = try cursor.count(atMost: GGUFLimits.tensorCount, "the number of tensors")
    let keyCount = try cursor.count(atMost: GGUFLimits.keyCount, "the number of keys")
    // A pair takes 13 bytes at least, a tensor 32: length, dimension count, one dimension, type and
    // offset.
    try cursor.require(keyCount, of: 13, "a header of \(keyCount) keys")
    try cursor.require(tensorCount, of: 32, "a header of \(tensorCount) tensors")
    metadata = try Self.metadata(&cursor, count: keyCount, file: file)
    alignment = try Self.alignment(metadata)

    var descriptions: [TensorDescription] = []
    descriptions.reserveCapacity(tensorCount)
    for index in 0..<tensorCount {
      descriptions.append(try TensorDescription(&cursor, index: index, alignment: alignment))
    }
    let headerByteCount = cursor.offset
    let padding = (alignment - headerByteCount % alignment) % alignment
    // Files that hold a vocabulary alone may end where their header ends.
    dataOffset =
      tensorCount == 0
      ? min(headerByteCount + padding, bytes.count) : headerByteCount + padding
    try place(descriptions, byteCount: bytes.count)
  }

  private static func version(_ cursor: inout ByteCursor) throws(GGUFError.Reason) -> Int {
    let found = try cursor.byteString(min(4, cursor.remaining), "the magic")
    guard found == magic else { throw .notGGUF(found: found) }
    let version = try cursor.integer(UInt32.self, "the version")
    switch version {
    case 2, 3: return Int(version)
    case _ where (1...3).contains(version.byteSwapped): throw .bigEndian
    default: throw .unsupportedVersion(found: version)
    }
  }

  private static func metadata(
    _ cursor: inout ByteCursor, count: Int, file: MappedFile
  ) throws(GGUFError.Reason) -> GGUFMetadata {
    var metadata = GGUFMetadata(file)
    for index in 0..<count {
      let start = cursor.offset
      let key = try cursor.name(limit: GGUFLimits.keyByteCount, "key \(index)")
      let type = try cursor.valueType("the value type of key \(key)")
      let valueStart = cursor.offset
      try cursor.skipValue(type, key: key)
      guard metadata.add(.mapped(type, valueStart..<cursor.offset), for: key) else {
        throw .malformed(
          offset: start, item: "key \(index)", expected: "a new key", found: "\(key) again")
      }
    }
    return metadata
  }

  static func alignment(_ metadata: GGUFMetadata) throws(GGUFError.Reason) -> Int {
    let key = "general.alignment"
    guard let value = metadata[key] else { return defaultAlignment }
    guard let alignment = value.integer, alignment > 0, alignment % 8 == 0,
      alignment <= GGUFLimits.alignment
    else {
      let found = value.integer.map(String.init) ?? "\(value.type)"
      throw .wrongValue(
        key: key, offset: metadata.offset(of: key),
        expected: "a multiple of 8 up to \(GGUFLimits.alignment)", found: found)
    }
    return alignment
  }
}

extension Header {
  // Turns offsets from the start of the data into places in the file, and checks that they lie in
  // the file, apart from each other, under different names.
  private mutating func place(
    _ descriptions: [TensorDescription], byteCount: Int
  ) throws(GGUFError.Reason) {
    var names = Set<String>(minimumCapacity: descriptions.count)
    var places: [(range: Range<Int>, index: Int)] = []
    places.reserveCapacity(descriptions.count)
    for (index, description) in descriptions.enumerated() {
      guard names.insert(description.name).inserted else {
        throw .malformed(
          offset: description.position, item: "tensor \(index)", expected: "a new name",
          found: "\(description.name) again")
      }
      let range = try description.range(dataOffset: dataOffset, byteCount: byteCount)
      places.append((range, index))
      if let type = ElementType(rawValue: description.typeCode) {
        tensors.append(
          GGUFTensor(
            name: description.name, elementType: type, dimensions: description.dimensions,
            byteRange: range))
      } else {
        unsupportedTensors.append(
          GGUFUnsupportedTensor(
            name: description.name, typeCode: description.typeCode,
            dimensions: description.dimensions, offset: range.lowerBound))
      }
    }
    places.sort { ($0.range.lowerBound, $0.index) < ($1.range.lowerBound, $1.index) }
    for (place, next) in zip(places, places.dropFirst())
    where place.range.upperBound > next.range.lowerBound {
      let description = descriptions[next.index]
      throw .malformed(
        offset: description.position, item: "the offset of tensor \(description.name)",
        expected: "\(place.range.upperBound) at least, behind \(descriptions[place.index].name)",
        found: "\(next.range.lowerBound)")
    }
  }
}

extension ByteCursor {
  /// Reads a name: a length of 1 to `limit` and so many bytes of UTF-8.
  mutating func name(
    limit: Int, _ item: @autoclosure () -> String
  ) throws(GGUFError.Reason) -> String {
    let start = offset
    let count = try count(atMost: limit, "the length of \(item())")
    guard let name = try validText(count, item()), !name.isEmpty else {
      throw .malformed(
        offset: start, item: item(), expected: "a name in UTF-8",
        found: count == 0 ? "nothing" : "\(count) other bytes")
    }
    return name
  }
}
