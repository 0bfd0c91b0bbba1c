internal import Llama
internal import Tensors

/// What the way back through a transformer block needs of the way there, for `rowCount` rows.
final class BlockTrace {
  private let memory: AlignedMemory
  private let places: [Int]
  let rowCount: Int

  init(_ c: LlamaConfiguration, rowCount: Int, rank: Int) {
    var places = [0]
    for width in Self.widths(c, rank: rank) {
      places.append(places[places.count - 1] + width * rowCount)
    }
    self.places = places
    self.rowCount = rowCount
    memory = AlignedMemory(byteCount: 4 * places[places.count - 1])
  }

  /// Bytes of the trace of a block.
  static func byteCount(_ c: LlamaConfiguration, rowCount: Int, rank: Int) -> Int {
    4 * rowCount * widths(c, rank: rank).reduce(0, +)
  }

  private static func widths(_ c: LlamaConfiguration, rank: Int) -> [Int] {
    [
      c.querySize, c.keyValueSize, c.keyValueSize, c.querySize, c.headCount, c.embeddingSize,
      c.feedForwardSize, c.feedForwardSize, rank * BlockMatrix.allCases.count,
    ]
  }

  private func part(_ index: Int) -> Floats { memory.floats + places[index] }

  /// `(rows, querySize)`, turned.
  var queries: Floats { part(0) }
  /// `(rows, keyValueSize)`, turned.
  var keys: Floats { part(1) }
  /// `(rows, keyValueSize)`
  var values: Floats { part(2) }
  /// What attention found, `(rows, querySize)`.
  var context: Floats { part(3) }
  /// `(headCount, rows)`, see `TreeAttention`.
  var logSums: Floats { part(4) }
  /// The state between attention and feed-forward, `(rows, embeddingSize)`.
  var middle: Floats { part(5) }
  /// `(rows, feedForwardSize)`
  var gate: Floats { part(6) }
  /// `(rows, feedForwardSize)`
  var up: Floats { part(7) }

  /// `A x` of the pair of `matrix`, `(rows, rank)`.
  func hidden(_ matrix: BlockMatrix) -> Floats {
    let index = BlockMatrix.allCases.firstIndex(of: matrix) ?? 0
    return part(8) + (places[9] - places[8]) / BlockMatrix.allCases.count * index
  }
}
