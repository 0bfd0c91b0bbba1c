internal import Kernels
internal import Tensors

/// What an adapter adds to the products of a few matrices that share their input:
/// `scale * (B (A x))` for each of them.
///
/// Reading it is what an adapter costs, so it is stored no finer than the matrices deserve: beside
/// quantised ones, whose products round activations to eight bits, in eight bits as well; beside
/// floats in half precision. Each A and B is divided by a power of two, so that none of its numbers
/// is lost to a format's narrow range. The A's stand in one matrix, since a product takes whole
/// tiles of sixteen rows.
struct LowRankUpdate: Sendable {
  /// All A's, one under the other: `(ranks together, columns)`.
  let reduce: PackedMatrix
  /// What is added to each matrix; nil where nothing is.
  let parts: [Part?]

  /// What is added to one matrix.
  struct Part: Sendable {
    /// B: `(rows, rank)`, or packed two tiles in one.
    let expand: PackedMatrix
    /// How B is packed.
    let packing: Packing
    /// Numbers between A and B.
    let rank: Int
    /// Where its A begins in `reduce`.
    let firstRow: Int
    /// Multiplies what A made.
    let scale: Float
  }

  /// How a B is packed.
  enum Packing: Int, Sendable {
    /// A tile of B is a tile.
    case plain = 1
    /// Two tiles of a B of rank 16 at most stand side by side in one, since eight-bit codes come in
    /// units of 32 columns: columns 0-15 hold rows 32j + i, columns 16-31 rows 32j + 16 + i. A token
    /// then counts as two, each with zeros for the other's columns.
    case twoTiles = 2
  }

  /// What the products want of their activations.
  var form: ActivationLayout.Form { reduce.tiles.activationForm }
}

extension LowRankUpdate.Part {
  /// How the activations of a batch of `rowCount` rows lie.
  func layout(rowCount: Int) -> ActivationLayout {
    ActivationLayout(
      columnCount: expand.columnCount, tokenCount: rowCount * packing.rawValue,
      form: expand.tiles.activationForm)
  }
}

/// Puts an update together.
struct LowRankPacking {
  private let columnCount: Int
  private let form: ActivationLayout.Form
  private let pool: WorkerPool
  private var reduce: [Float] = []
  private var parts: [LowRankUpdate.Part?] = []

  /// - Parameter form: What the products of the matrices want of their activations.
  init(columnCount: Int, form: ActivationLayout.Form, pool: WorkerPool) {
    self.columnCount = columnCount
    self.form = form
    self.pool = pool
  }

  /// Leaves the next matrix as it is.
  mutating func appendNothing() { parts.append(nil) }

  /// Adds the pair of the next matrix: `a` is `(rank, columns)`, `b` is `(rows, rank)`.
  mutating func append(a: [Float], b: [Float], rank: Int, scale: Float) {
    let (a, b) = (UnitScaled(a), UnitScaled(b))
    let firstRow = reduce.count / columnCount
    reduce += a.values
    let packing = form == .codes && rank <= 16 ? LowRankUpdate.Packing.twoTiles : .plain
    parts.append(
      matrix(expanding(b.values, rank: rank, packing)).map {
        LowRankUpdate.Part(
          expand: $0, packing: packing, rank: rank, firstRow: firstRow,
          scale: scale * a.unit * b.unit)
      })
  }

  /// The update; nil where it changes nothing.
  func update() -> LowRankUpdate? {
    matrix((reduce, columnCount)).map { LowRankUpdate(reduce: $0, parts: parts) }
  }

  /// The rows of B as they are packed, and their length.
  private func expanding(
    _ b: [Float], rank: Int, _ packing: LowRankUpdate.Packing
  ) -> (values: [Float], columnCount: Int) {
    guard form == .codes else { return (b, rank) }
    let rowCount = b.count / rank
    let columns = (rank + 31) / 32 * 32
    let rows = packing == .plain ? rowCount : (rowCount + 31) / 32 * 16
    var values = [Float](repeating: 0, count: rows * columns)
    for row in 0..<rowCount {
      let (tile, lane) = row.quotientAndRemainder(dividingBy: 16)
      let start =
        packing == .plain
        ? row * columns : (tile / 2 * 16 + lane) * columns + tile % 2 * 16
      for column in 0..<rank { values[start + column] = b[row * rank + column] }
    }
    return (values, columns)
  }

  private func matrix(_ rows: (values: [Float], columnCount: Int)) -> PackedMatrix? {
    let (values, columnCount) = rows
    guard !values.isEmpty else { return nil }
    var bytes: [UInt8]
    let type: ElementType
    switch form {
    case .floats:
      type = .f16
      bytes = values.map(HalfPrecision.bits).withUnsafeBytes { Array($0) }
    case .codes:
      type = .q8_0
      bytes = [UInt8](repeating: 0, count: values.count / 32 * 34)
      bytes.withUnsafeMutableBytes { target in
        guard let base = target.baseAddress else { return }
        values.withUnsafeBufferPointer { source in
          guard let source = source.baseAddress else { return }
          Q8Rounding.row(source, count: values.count, into: base)
        }
      }
    }
    return bytes.withUnsafeBytes {
      PackedMatrix(
        $0, elementType: type, rowCount: values.count / columnCount, columnCount: columnCount,
        pool: pool)
    }
  }
}

/// Numbers divided by a power of two, so that the largest is between 1/2 and 1.
private struct UnitScaled {
  let values: [Float]
  /// What 1 is worth.
  let unit: Float

  init(_ values: [Float]) {
    let largest = values.reduce(Float(0)) { max($0, abs($1)) }
    // Neither a matrix of zeros nor one with a number beyond the format can be scaled.
    guard largest.isNormal, largest < .greatestFiniteMagnitude / 2 else {
      self.values = values
      unit = 1
      return
    }
    let unit = largest.binade * 2
    self.unit = unit
    self.values = values.map { $0 / unit }
  }
}
