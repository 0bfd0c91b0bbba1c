internal import Kernels
internal import Tensors

#if canImport(Glibc)
  internal import Glibc
#endif

// What watched heads looked at. Their scores are formed a second time, by the products of matrices:
// a page's keys of a head lie as the rows of a matrix of halves do. A few heads out of hundreds cost
// next to nothing, and the attention itself goes on as it would unwatched.
extension ForwardPass {
  /// A head of one row whose shares are wanted.
  struct WatchedHead {
    let row: Int
    let head: Int
    /// Which of the batch's watches it belongs to.
    let watch: Int
    /// Where its shares go.
    let target: Int
  }

  /// The shares of row `row` of the last pass's logits, `(heads, ranges)` of its part's watch; empty
  /// where the part has none.
  public func attentionShares(logitRow row: Int) -> [Float] {
    guard shareRows.indices.contains(row) else { return [] }
    let place = shareRows[row]
    return Array(
      UnsafeBufferPointer(start: memory.shares.floats + place.lowerBound, count: place.count))
  }

  /// Notes which rows are watched, in which layers.
  func prepareWatching(_ parts: [BatchPart]) {
    watches = parts.compactMap(\.watch)
    shareRows.removeAll(keepingCapacity: true)
    watched.removeAll(keepingCapacity: true)
    guard !watches.isEmpty else { return }
    var (end, watch, size) = (0, 0, 0)
    for part in parts {
      end += part.tokens.count
      for row in end - part.logitRowCount..<end {
        shareRows.append(size..<size + (part.watch?.shareCount ?? 0))
        for (index, head) in (part.watch?.heads ?? []).enumerated() {
          precondition(
            head.layer < c.layerCount && head.head < c.headCount, "a head that the model has")
          watched[head.layer, default: []].append(
            WatchedHead(
              row: row, head: head.head, watch: watch,
              target: size + index * watches[watch].ranges.count))
        }
        size += part.watch?.shareCount ?? 0
      }
      if part.watch != nil { watch += 1 }
    }
    let last = rows.reduce(0) { max($0, $1.position) }
    memory.reserveShares(
      floatCount: size,
      positionCount: (last / AttendCall.pagePositionCount + 1)
        * AttendCall
        .pagePositionCount)
  }

  /// Tells the shares of a layer's watched heads; queries are turned and keys remembered.
  func watch(_ layer: Int, _ sequences: [KeyValueSequence]) {
    guard let heads = watched[layer] else { return }
    pool.run(chunkCount: heads.count) { index, worker in
      self.watch(heads[index], layer, sequences, worker)
    }
  }

  private func watch(
    _ watched: WatchedHead, _ layer: Int, _ sequences: [KeyValueSequence], _ worker: Int
  ) {
    let scores = memory.scores(worker)
    let row = rows[watched.row]
    let sequence = sequences[row.sequence]
    let query =
      memory.queries.floats + watched.row * c.querySize + watched.head * c.headSize
    let size = AttendCall.pagePositionCount
    for page in 0...row.position / size {
      let keys = sequence.base(page: page, layer: layer, head: watched.head / c.groupSize)
      switch sequence.layout.head.type {
      case .f16:
        kernels.multiply(
          MultiplyCall(
            matrix: TileMatrix(
              base: keys, elementType: .f16, rowCount: size, columnCount: c.headSize),
            tiles: 0..<size / TileFormat.rowCount,
            layout: ActivationLayout(columnCount: c.headSize, tokenCount: 1, form: .floats),
            activations: UnsafeMutableRawPointer(query), output: scores + page * size,
            stride: size, scratch: memory.productScratch(worker)))
      case .q8_0:
        Self.scoreCodes(query, keys, sequence.layout.head, scores + page * size)
      }
    }
    let seen = row.position + 1
    let all = kernels.weigh(scores, seen)
    let target = memory.shares.floats + watched.target
    for (index, range) in watches[watched.watch].ranges.enumerated() {
      let range = range.clamped(to: 0..<seen)
      guard !range.isEmpty else {
        target[index] = 0
        continue
      }
      let part = kernels.weigh(scores + range.lowerBound, range.count)
      target[index] = part.sum * expf(part.largest - all.largest) / all.sum
    }
  }

  /// A query's scores against a page of keys that are codes, which lie as no matrix does.
  private static func scoreCodes(
    _ query: UnsafePointer<Float>, _ keys: UnsafeRawPointer, _ layout: KeyValueLayout,
    _ scores: UnsafeMutablePointer<Float>
  ) {
    let (lanes, size) = (KeyValueLayout.tilePositionCount, KeyValueLayout.blockNumberCount)
    for position in 0..<AttendCall.pagePositionCount {
      let (tile, lane) = position.quotientAndRemainder(dividingBy: lanes)
      let codes = keys + tile * layout.keyTileByteCount
      let scales = codes + layout.keyCodeByteCount
      var score: Float = 0
      for block in 0..<layout.blockCount {
        var sum: Float = 0
        for number in size * block..<min(size * block + size, layout.headSize) {
          let offset = number / 4 * 4 * lanes + lane * 4 + number % 4
          let code = Int32(codes.load(fromByteOffset: offset, as: UInt8.self)) - 128
          sum += query[number] * Float(code)
        }
        let scale = scales.load(fromByteOffset: 2 * (lanes * block + lane), as: UInt16.self)
        score += sum * HalfPrecision.float(scale)
      }
      scores[position] = score
    }
  }
}
