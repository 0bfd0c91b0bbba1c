internal import Kernels

/// What a header says of one tensor, its own numbers checked but not yet its place in the file.
struct TensorDescription {
  /// Where the description begins in the file.
  let position: Int
  let name: String
  let dimensions: [Int]
  let typeCode: UInt32
  /// Bytes from the start of the tensor data.
  private let offset: UInt64
  // Nil where the type is unknown, and with it the size.
  private let byteCount: Int?

  init(
    _ cursor: inout ByteCursor, index: Int, alignment: Int
  ) throws(GGUFError.Reason) {
    position = cursor.offset
    name = try cursor.name(limit: GGUFLimits.tensorNameByteCount, "the name of tensor \(index)")
    dimensions = try Self.dimensions(&cursor, name: name)
    let typePosition = cursor.offset
    typeCode = try cursor.integer(UInt32.self, "the type of tensor \(name)")
    byteCount = try Self.byteCount(
      of: dimensions, typeCode: typeCode, name: name, position: typePosition)
    let offsetPosition = cursor.offset
    offset = try cursor.integer(UInt64.self, "the offset of tensor \(name)")
    guard offset % UInt64(alignment) == 0 else {
      throw .malformed(
        offset: offsetPosition, item: "the offset of tensor \(name)",
        expected: "a multiple of \(alignment)", found: "\(offset)")
    }
  }

  /// Where the tensor lies in a file of `byteCount` bytes; one byte long where its type is unknown.
  func range(dataOffset: Int, byteCount fileByteCount: Int) throws(GGUFError.Reason) -> Range<Int> {
    let (start, overflow) = offset.addingReportingOverflow(UInt64(dataOffset))
    let (end, endOverflow) = start.addingReportingOverflow(UInt64(byteCount ?? 1))
    guard !overflow, !endOverflow, end <= UInt64(fileByteCount) else {
      throw .malformed(
        offset: position, item: "the bytes of tensor \(name)",
        expected: "\(byteCount.map(String.init) ?? "some") bytes at \(dataOffset) + \(offset) "
          + "inside the file", found: "a file of \(fileByteCount) bytes")
    }
    return Int(start)..<Int(end)
  }

  private static func dimensions(
    _ cursor: inout ByteCursor, name: String
  ) throws(GGUFError.Reason) -> [Int] {
    let start = cursor.offset
    let count = try cursor.integer(UInt32.self, "the number of dimensions of tensor \(name)")
    guard count >= 1, count <= UInt32(GGUFLimits.dimensionCount) else {
      throw .malformed(
        offset: start, item: "the number of dimensions of tensor \(name)",
        expected: "1 to \(GGUFLimits.dimensionCount)", found: "\(count)")
    }
    var dimensions: [Int] = []
    var product = 1
    for _ in 0..<count {
      let position = cursor.offset
      let extent = try cursor.integer(UInt64.self, "a dimension of tensor \(name)")
      let (next, overflow) = product.multipliedReportingOverflow(by: Int(clamping: extent))
      guard extent >= 1, extent <= UInt64(Int.max), !overflow else {
        throw .malformed(
          offset: position, item: "a dimension of tensor \(name)",
          expected: "at least 1, and a product of all below 2^63", found: "\(extent)")
      }
      product = next
      dimensions.append(Int(extent))
    }
    return dimensions
  }

  private static func byteCount(
    of dimensions: [Int], typeCode: UInt32, name: String, position: Int
  ) throws(GGUFError.Reason) -> Int? {
    guard let type = ElementType(rawValue: typeCode) else { return nil }
    let rows = dimensions.dropFirst().reduce(1, *)
    if let rowByteCount = type.byteCount(elementCount: dimensions[0]) {
      let (total, overflow) = rowByteCount.multipliedReportingOverflow(by: rows)
      if !overflow { return total }
    }
    throw .malformed(
      offset: position, item: "the shape of tensor \(name)",
      expected: "rows of a multiple of \(type.blockElementCount) numbers, since it is \(type.name),"
        + " and fewer than 2^63 bytes", found: "\(dimensions)")
  }
}
