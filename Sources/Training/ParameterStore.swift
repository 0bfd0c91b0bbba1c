public import Tensors

/// The name and shape of a parameter: a matrix, or a vector as a matrix of one row.
public struct Parameter: Equatable, Sendable {
  /// The tensor's name in files.
  public let name: String
  /// Rows: outputs of a product; 1 for a vector.
  public let rows: Int
  /// Columns: inputs of a product.
  public let columns: Int

  /// A parameter of that name and shape.
  public init(name: String, rows: Int, columns: Int) {
    self.name = name
    self.rows = rows
    self.columns = columns
  }

  /// Numbers in it.
  public var count: Int { rows * columns }
}

/// Parameters in one block of memory, and their gradients in another where they are trained.
///
/// One writer at a time: whoever trains it.
public final class ParameterStore: Sendable {
  /// What is in it, in order.
  public let parameters: [Parameter]
  /// All values.
  public let values: AlignedMemory
  /// All gradients, in the same places; nil where the values are fixed.
  public let gradients: AlignedMemory?
  private let offsets: [Int]
  private let indices: [String: Int]

  /// Room for `parameters`, all zero.
  public init(_ parameters: [Parameter], isTrained: Bool) {
    self.parameters = parameters
    var offsets: [Int] = []
    var end = 0
    for parameter in parameters {
      offsets.append(end)
      end += (parameter.count + 15) / 16 * 16
    }
    self.offsets = offsets
    indices = Dictionary(
      parameters.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    values = AlignedMemory(byteCount: 4 * end)
    gradients = isTrained ? AlignedMemory(byteCount: 4 * end) : nil
  }

  /// Numbers in the block, the gaps between parameters counted.
  public var extent: Int { values.byteCount / 4 }

  /// Numbers in all parameters.
  public var count: Int { parameters.reduce(0) { $0 + $1.count } }

  /// Where a parameter's numbers lie in the block.
  public func range(_ index: Int) -> Range<Int> {
    offsets[index]..<offsets[index] + parameters[index].count
  }

  /// The parameter's place in the list, or nil where there is none of that name.
  public func index(named name: String) -> Int? { indices[name] }

  /// The parameter of that name; valid as long as the store.
  func view(named name: String) -> ParameterView? {
    guard let index = indices[name] else { return nil }
    let parameter = parameters[index]
    return ParameterView(
      values: values.floats + offsets[index],
      gradients: gradients.map { $0.floats + offsets[index] },
      rows: parameter.rows, columns: parameter.columns)
  }

  /// Sets all gradients to zero.
  func clearGradients() {
    guard let gradients else { return }
    gradients.floats.update(repeating: 0, count: extent)
  }
}

/// A parameter lent for computing.
struct ParameterView {
  let values: UnsafeMutablePointer<Float>
  /// Nil where the values are fixed.
  let gradients: UnsafeMutablePointer<Float>?
  let rows: Int
  let columns: Int
}
