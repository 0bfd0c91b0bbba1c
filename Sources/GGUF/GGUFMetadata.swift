internal import Tensors

/// The keys and values of a file, in file order; values are decoded when they are asked for.
public struct GGUFMetadata: Sendable {
  enum Entry: Sendable {
    /// In the file: the range of the encoded value.
    case mapped(GGUFValueType, Range<Int>)
    case value(GGUFValue)
  }

  private let file: MappedFile?
  private var order: [String] = []
  private var entries: [String: Entry] = [:]

  /// Makes metadata without keys, to be filled and written.
  public init() { file = nil }

  init(_ file: MappedFile) { self.file = file }

  /// All keys, in file order.
  public var keys: [String] { order }

  /// The value of `key`, or nil where there is none. Setting nil removes the key; a new key goes
  /// to the end.
  public subscript(key: String) -> GGUFValue? {
    get {
      switch entries[key] {
      case .value(let value): value
      case .mapped(let type, let range): decode(type, range, key: key)
      case nil: nil
      }
    }
    set {
      if let newValue {
        add(.value(newValue), for: key)
      } else if entries.removeValue(forKey: key) != nil {
        order.removeAll { $0 == key }
      }
    }
  }

  /// The type of the value of `key`, without decoding it.
  public func type(of key: String) -> GGUFValueType? {
    switch entries[key] {
    case .value(let value): value.type
    case .mapped(let type, _): type
    case nil: nil
    }
  }

  /// Adds an entry and says whether its key was new.
  @discardableResult
  mutating func add(_ entry: Entry, for key: String) -> Bool {
    let isNew = entries.updateValue(entry, forKey: key) == nil
    if isNew { order.append(key) }
    return isNew
  }

  var path: String { file?.path ?? "" }

  /// Where the value of `key` lies in the file.
  func offset(of key: String) -> Int? {
    if case .mapped(_, let range) = entries[key] { range.lowerBound } else { nil }
  }

  /// Appends the value of `key` as files encode it.
  func encodeValue(of key: String, into bytes: inout [UInt8]) {
    switch entries[key] {
    case .value(let value):
      value.encode(into: &bytes)
    case .mapped(_, let range):
      unsafe file?.withUnsafeBytes { unsafe bytes.append(contentsOf: $0[range]) }
    case nil:
      break
    }
  }

  // The walk at opening has checked every value that is kept here, so decoding cannot fail.
  private func decode(_ type: GGUFValueType, _ range: Range<Int>, key: String) -> GGUFValue? {
    guard let file else { return nil }
    return unsafe file.withUnsafeBytes { bytes in
      var cursor = unsafe ByteCursor(bytes, at: range.lowerBound)
      return try? cursor.value(type, key: key) { elementType, count, elements in
        GGUFArray(
          elementType: elementType, count: count, storage: .mapped(file, elements), key: key)
      }
    }
  }
}
