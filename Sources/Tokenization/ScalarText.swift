/// UTF-8 text taken apart into scalars, their classes, and where each starts.
struct ScalarText {
  /// Scalar values.
  private(set) var scalars: [UInt32] = []
  private(set) var classes: [ScalarClass] = []
  /// Offset of each scalar's first byte, and the end of the last.
  private(set) var byteOffsets: [Int] = []

  var count: Int { scalars.count }

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    scalars.reserveCapacity(bytes.count)
    classes.reserveCapacity(bytes.count)
    byteOffsets.reserveCapacity(bytes.count + 1)
    var decoder = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var offset = 0
    while true {
      switch decoder.parseScalar(from: &iterator) {
      case .valid(let encoded):
        append(Unicode.UTF8.decode(encoded), at: offset)
        offset += encoded.count
      case .error(let length):
        append("\u{FFFD}", at: offset)
        offset += length
      case .emptyInput:
        byteOffsets.append(offset)
        return
      }
    }
  }

  private mutating func append(_ scalar: Unicode.Scalar, at offset: Int) {
    scalars.append(scalar.value)
    classes.append(ScalarClass(scalar))
    byteOffsets.append(offset)
  }

  /// Bytes that a range of scalars covers.
  func byteRange(of range: Range<Int>) -> Range<Int> {
    byteOffsets[range.lowerBound]..<byteOffsets[range.upperBound]
  }
}

/// A stretch of scalars that knows nothing of its neighbours: what a scanner looks at.
struct ScalarWindow {
  let text: ScalarText
  let range: Range<Int>

  /// The scalar's value; nil outside the window.
  func scalar(_ index: Int) -> UInt32? {
    range.contains(index) ? text.scalars[index] : nil
  }

  func scalarClass(_ index: Int) -> ScalarClass {
    range.contains(index) ? text.classes[index] : .outside
  }

  func contains(_ character: Unicode.Scalar, at index: Int) -> Bool {
    scalar(index) == character.value
  }

  /// End of the run of scalars from `start` on that satisfy `condition`.
  func end(from start: Int, while condition: (Int) -> Bool) -> Int {
    var index = start
    while index < range.upperBound, condition(index) { index += 1 }
    return index
  }
}
