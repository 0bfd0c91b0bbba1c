internal import Clinical
internal import Kernels
internal import Tensors

/// A file of the safetensors format, mapped into memory.
///
/// Opening reads the header only and believes nothing of it before it is checked against the file's
/// size: tensors lie within the file and apart from each other, and are as long as their shapes say.
///
/// - Source: the safetensors format; its limit for headers is 100 MB.
struct SafetensorsFile {
  /// A tensor: extents as the file has them, the last runs fastest.
  struct Tensor: Equatable {
    let name: String
    /// The type's name in the file, such as `BF16`.
    let type: String
    let shape: [Int]
    /// Bytes from the start of the file.
    let range: Range<Int>

    /// How its numbers are stored, where they can be read.
    var elementType: ElementType? { SafetensorsFile.elementTypes[type] }
  }

  let file: MappedFile
  /// Tensors by name.
  let tensors: [String: Tensor]

  static let largestHeaderByteCount = 100_000_000
  private static let largestTensorCount = 131_072
  private static let elementTypes: [String: ElementType] = [
    "F32": .f32, "F16": .f16, "BF16": .bf16,
  ]
  private static let byteCounts = [
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1, "F8_E8M0": 1, "I16": 2, "U16": 2,
    "F16": 2, "BF16": 2, "I32": 4, "U32": 4, "F32": 4, "F64": 8, "I64": 8, "U64": 8, "C64": 8,
  ]

  /// Opens the file at `path`.
  ///
  /// - Throws: `ConversionError.missingFile` and `.malformed`.
  init(path: String) throws(ConversionError) {
    do {
      file = try MappedFile(path: path)
    } catch {
      throw .missingFile(path: path)
    }
    let (header, start) = try Self.header(of: file)
    guard header.members.count <= Self.largestTensorCount else {
      throw .malformed(path: path, fault: "it names \(header.members.count) tensors")
    }
    var tensors: [String: Tensor] = [:]
    for member in header.members where member.name != "__metadata__" {
      let tensor = try Self.tensor(member, start: start, file: file)
      guard tensors.updateValue(tensor, forKey: member.name) == nil else {
        throw .malformed(path: path, fault: "it names the tensor \(member.name) twice")
      }
    }
    let places = tensors.values.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    for (place, next) in zip(places, places.dropFirst())
    where place.range.upperBound > next.range.lowerBound {
      throw .malformed(path: path, fault: "the tensors \(place.name) and \(next.name) overlap")
    }
    self.tensors = tensors
  }

  private static func header(
    of file: MappedFile
  ) throws(ConversionError) -> (JSONObject, dataStart: Int) {
    func malformed(_ fault: String) -> ConversionError { .malformed(path: file.path, fault: fault) }
    let claimed = file.withUnsafeBytes { bytes in
      bytes.count < 8
        ? nil : UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
    }
    guard let claimed else { throw malformed("it has \(file.byteCount) bytes, too few") }
    let limit = min(Self.largestHeaderByteCount, file.byteCount - 8)
    guard claimed <= UInt64(limit) else {
      throw malformed("its header claims \(claimed) bytes, of which at most \(limit) can be")
    }
    let end = 8 + Int(claimed)
    let value: JSONValue
    do {
      value = try file.withUnsafeBytes { bytes throws(JSONError) in
        try JSONValue(parsing: bytes[8..<end])
      }
    } catch {
      throw malformed("its header is \(error)")
    }
    guard let object = value.object else { throw malformed("its header is \(value.kind)") }
    return (object, end)
  }

  private static func tensor(
    _ member: JSONObject.Member, start: Int, file: MappedFile
  ) throws(ConversionError) -> Tensor {
    func malformed(_ fault: String) -> ConversionError {
      .malformed(path: file.path, fault: "the tensor \(member.name.prefix(200)) \(fault)")
    }
    guard let fields = member.value.object, let type = fields["dtype"]?.string,
      let extents = fields["shape"]?.array, let offsets = fields["data_offsets"]?.array
    else { throw malformed("lacks dtype, shape or data_offsets") }
    guard let elementByteCount = byteCounts[type] else { throw malformed("has the type \(type)") }
    let shape = extents.compactMap { $0.integer.flatMap { $0 >= 0 ? $0 : nil } }
    guard shape.count == extents.count, shape.count <= 8 else {
      throw malformed("has a shape that is none")
    }
    var byteCount: Int? = elementByteCount
    for extent in shape {
      byteCount = byteCount.flatMap {
        let (product, overflow) = $0.multipliedReportingOverflow(by: extent)
        return overflow ? nil : product
      }
    }
    let places = offsets.compactMap(\.integer)
    guard offsets.count == 2, places.count == 2, places[0] >= 0, places[0] <= places[1],
      places[1] <= file.byteCount - start, places[1] - places[0] == byteCount
    else { throw malformed("has offsets that do not fit its shape and the file") }
    return Tensor(
      name: member.name, type: type, shape: shape,
      range: start + places[0]..<start + places[1])
  }
}

/// The tensors of a model or adapter, in one file or in several that an index names.
struct CheckpointFolder {
  private let files: [SafetensorsFile]
  private let places: [String: Int]

  /// Opens `NAME.safetensors`, or those that `NAME.safetensors.index.json` names, in `folder`.
  ///
  /// - Throws: `ConversionError.missingFile` and `.malformed`.
  init(folder: String, name: String) throws(ConversionError) {
    let path = "\(folder)/\(name).safetensors"
    guard !FolderFile.exists(path), FolderFile.exists(path + ".index.json") else {
      let file = try SafetensorsFile(path: path)
      files = [file]
      places = file.tensors.mapValues { _ in 0 }
      return
    }
    let index = try FolderFile.object(path + ".index.json")
    let map = try index.required("weight_map", try index.optionalFields("weight_map"))
    var files: [SafetensorsFile] = []
    var indices: [String: Int] = [:]
    var places: [String: Int] = [:]
    for member in map.object.members {
      let fileName = member.value.string ?? ""
      // An index may name files of its own folder only.
      guard fileName.hasSuffix(".safetensors"), !fileName.contains("/"), files.count < 4096 else {
        throw .malformed(
          path: index.path, fault: "it names another file for \(member.name.prefix(200))")
      }
      if indices[fileName] == nil {
        indices[fileName] = files.count
        files.append(try SafetensorsFile(path: "\(folder)/\(fileName)"))
      }
      guard let place = indices[fileName], files[place].tensors[member.name] != nil else {
        throw .malformed(
          path: index.path, fault: "\(fileName) does not hold \(member.name.prefix(200))")
      }
      places[member.name] = place
    }
    self.files = files
    self.places = places
  }

  /// The names of all tensors, sorted.
  var names: [String] { places.keys.sorted() }

  func tensor(named name: String) -> SafetensorsFile.Tensor? {
    places[name].flatMap { files[$0].tensors[name] }
  }

  /// The tensor called `name` as rows, or nil where there is none.
  ///
  /// - Parameters:
  ///   - newName: The name that it gets.
  ///   - order: The row that is to stand in a place.
  /// - Throws: `ConversionError.unsupported` where its numbers are of a type that is not read, or it
  ///   has more than two dimensions or none.
  func rows(
    named name: String, as newName: String, order: @escaping (Int) -> Int = { $0 }
  ) throws(ConversionError) -> RowSource? {
    guard let place = places[name], let tensor = files[place].tensors[name] else { return nil }
    guard let type = tensor.elementType else {
      throw .unsupported(
        item: "the type of \(name)", expected: "F32, F16 or BF16", found: tensor.type)
    }
    guard (1...2).contains(tensor.shape.count), tensor.shape.allSatisfy({ $0 > 0 }) else {
      throw .unsupported(
        item: "the shape of \(name)", expected: "a vector or a matrix", found: "\(tensor.shape)")
    }
    let file = files[place].file
    // A vector that is put in order is read number by number.
    let columns = tensor.shape[tensor.shape.count - 1]
    let rowLength = tensor.shape.count == 1 ? 1 : columns
    let isVector = tensor.shape.count == 1
    return RowSource(name: newName, dimensions: tensor.shape.reversed()) { rows, target in
      file.withUnsafeBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        let data = base + tensor.range.lowerBound
        let places = isVector ? 0..<columns : rows
        for (index, place) in places.enumerated() {
          Dequantization.row(
            type, data + order(place) * rowLength * type.blockByteCount, count: rowLength,
            into: target + index * rowLength)
        }
      }
    }
  }
}
