internal import GGUF
public import Kernels
internal import Llama
internal import Tensors

extension LowRankParameters {
  /// Writes the adapter in llama.cpp's layout.
  ///
  /// - Parameters:
  ///   - elementType: `.f32` or `.f16`.
  ///   - notes: Further keys, such as where the data came from.
  /// - Throws: `GGUFError` where the file cannot be written.
  public func write(
    to path: String, elementType: ElementType, notes: [(key: String, value: String)] = []
  ) throws {
    var metadata = GGUFMetadata()
    metadata["general.type"] = .string("adapter")
    metadata["general.architecture"] = .string("llama")
    metadata["adapter.type"] = .string("lora")
    metadata["adapter.lora.alpha"] = .float32(settings.alpha)
    for note in notes { metadata[note.key] = .string(note.value) }
    try store.write(to: path, metadata) { _ in elementType }
  }
}

extension ModelParameters {
  /// Writes all weights as a model file with the metadata of the one that they came from; vectors
  /// stay floats.
  ///
  /// - Parameter elementType: Of the matrices: `.f32`, `.f16` or `.q8_0`.
  /// - Throws: `GGUFError` where the file cannot be written.
  public func write(to path: String, elementType: ElementType) throws {
    var metadata = file.metadata
    // llama.cpp's number for files of mostly that type.
    let codes: [ElementType: UInt32] = [.f32: 0, .f16: 1, .q8_0: 7]
    metadata["general.file_type"] = codes[elementType].map { .uint32($0) }
    var factors: [(GGUFTensorShape, [Float])] = []
    if let tensor = file.tensor(named: "rope_freqs.weight") {
      let shape = GGUFTensorShape(
        name: tensor.name, elementType: .f32, dimensions: tensor.dimensions)
      factors.append((shape, file.floats(of: tensor)))
    }
    try store.write(to: path, metadata, further: factors) { parameter in
      let isWhole = parameter.columns.isMultiple(of: elementType.blockElementCount)
      return parameter.rows > 1 && isWhole ? elementType : .f32
    }
  }
}

extension ParameterStore {
  /// Writes every parameter, and some more numbers, in the types asked for.
  func write(
    to path: String, _ metadata: GGUFMetadata,
    further: [(shape: GGUFTensorShape, numbers: [Float])] = [],
    type: (Parameter) -> ElementType
  ) throws {
    let shapes = parameters.map { parameter in
      GGUFTensorShape(
        name: parameter.name, elementType: type(parameter),
        dimensions: parameter.rows == 1 && !parameter.name.contains(".lora_")
          ? [parameter.columns] : [parameter.columns, parameter.rows])
    }
    let writer = try GGUFWriter(metadata: metadata, tensors: shapes + further.map(\.shape))
    try writer.write(to: path) { shape, output in
      if let index = index(named: shape.name) {
        try write(index, shape.elementType, into: &output)
      } else if let numbers = further.first(where: { $0.shape.name == shape.name })?.numbers {
        try output.write(numbers)
      }
    }
  }

  private func write(
    _ index: Int, _ type: ElementType, into output: inout GGUFTensorOutput
  ) throws {
    let start = values.floats + range(index).lowerBound
    let columns = parameters[index].columns
    for row in 0..<parameters[index].rows {
      let numbers = UnsafeBufferPointer(start: start + row * columns, count: columns)
      switch type {
      case .f16:
        try output.write(numbers.map { HalfPrecision.bits($0) })
      case .q8_0:
        var bytes = [UInt8](repeating: 0, count: columns / 32 * 34)
        bytes.withUnsafeMutableBytes { target in
          guard let target = target.baseAddress else { return }
          Q8Rounding.row(start + row * columns, count: columns, into: target)
        }
        try output.write(bytes)
      default:
        try output.write(UnsafeRawBufferPointer(numbers))
      }
    }
  }
}
