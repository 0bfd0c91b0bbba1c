internal import Kernels

extension GGUFWriter {
  /// Checks keys and values against the limits that readers hold.
  static func check(_ metadata: GGUFMetadata) throws(GGUFError) {
    try require(
      metadata.keys.count <= GGUFLimits.keyCount, "the number of keys",
      "at most \(GGUFLimits.keyCount)", "\(metadata.keys.count)")
    for key in metadata.keys {
      let byteCount = key.utf8.count
      try require(
        (1...GGUFLimits.keyByteCount).contains(byteCount), "key \(key.prefix(64))",
        "1 to \(GGUFLimits.keyByteCount) bytes", "\(byteCount)")
      guard metadata.type(of: key) == .array, case .array(let array) = metadata[key] else {
        continue
      }
      let depth = try array.depth()
      try require(
        depth <= GGUFLimits.arrayDepth, "the array \(key)",
        "at most \(GGUFLimits.arrayDepth) arrays within one another", "\(depth)")
    }
  }

  /// Checks names against the limits that readers hold.
  static func check(_ tensors: [GGUFTensorShape]) throws(GGUFError) {
    try require(
      tensors.count <= GGUFLimits.tensorCount, "the number of tensors",
      "at most \(GGUFLimits.tensorCount)", "\(tensors.count)")
    var names = Set<String>()
    for tensor in tensors {
      let byteCount = tensor.name.utf8.count
      try require(
        (1...GGUFLimits.tensorNameByteCount).contains(byteCount),
        "the name of tensor \(tensor.name.prefix(64))",
        "1 to \(GGUFLimits.tensorNameByteCount) bytes", "\(byteCount)")
      try require(
        names.insert(tensor.name).inserted, "tensor \(tensor.name)", "a new name", "it twice")
    }
  }

  /// Bytes of a tensor of that shape.
  static func byteCount(of shape: GGUFTensorShape) throws(GGUFError) -> Int {
    let type = shape.elementType
    let counts = 1...GGUFLimits.dimensionCount
    if counts.contains(shape.dimensions.count), shape.dimensions.allSatisfy({ $0 >= 1 }),
      var total = type.byteCount(elementCount: shape.dimensions[0])
    {
      var overflows = false
      for extent in shape.dimensions.dropFirst() {
        let (product, overflow) = total.multipliedReportingOverflow(by: extent)
        total = product
        overflows = overflows || overflow
      }
      // Room is left for the padding and for adding up many tensors.
      if !overflows, total < 1 << 48 { return total }
    }
    throw GGUFError(
      path: "",
      reason: .invalidContent(
        item: "the shape of tensor \(shape.name)",
        expected: "1 to \(GGUFLimits.dimensionCount) extents of at least 1, the first a multiple "
          + "of \(type.blockElementCount)", found: "\(shape.dimensions)"))
  }

  private static func require(
    _ condition: Bool, _ item: @autoclosure () -> String, _ expected: @autoclosure () -> String,
    _ found: @autoclosure () -> String
  ) throws(GGUFError) {
    if condition { return }
    throw GGUFError(
      path: "", reason: .invalidContent(item: item(), expected: expected(), found: found()))
  }
}

extension Int {
  /// The next multiple of `alignment`.
  func padded(to alignment: Int) -> Int {
    self + (alignment - self % alignment) % alignment
  }
}
