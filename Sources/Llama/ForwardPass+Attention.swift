internal import Kernels
internal import Tensors

// The attention half of a block: what was read before flows into each row.
extension ForwardPass {
  func attend(_ index: Int, _ layer: LayerWeights, _ sequences: [KeyValueSequence]) {
    let (query, key, value) = (memory.queries.floats, memory.keys.floats, memory.values.floats)
    let adapter = adapterPass?.adapter.layers[index]
    prepare(
      normalizedBy: layer.attentionNorm, for: layer.query, layer.key, layer.value,
      adapter?.attention?.reduce)
    multiply(
      [
        (layer.query, query, c.querySize), (layer.key, key, c.keyValueSize),
        (layer.value, value, c.keyValueSize),
      ], adapter?.attention)
    rotateAndRemember(index, layer, sequences)
    watch(index, sequences)
    mix(index, sequences)
    prepare(
      memory.attended.floats, size: c.querySize, for: layer.attentionOutput,
      adapter?.attentionOutput?.reduce)
    multiply(
      [(layer.attentionOutput, memory.update.floats, c.embeddingSize)], adapter?.attentionOutput)
    addUpdate()
  }

  /// Turns queries and keys by their positions and writes keys and values into the pages.
  private func rotateAndRemember(
    _ layer: Int, _ weights: LayerWeights, _ sequences: [KeyValueSequence]
  ) {
    let scale = 1 / Float(c.headSize).squareRoot()
    forEachGroup { first, width, _ in
      for index in first..<first + width {
        let row = self.rows[index]
        let query = self.memory.queries.floats + index * self.c.querySize
        let key = self.memory.keys.floats + index * self.c.keyValueSize
        let value = self.memory.values.floats + index * self.c.keyValueSize
        Self.add(weights.queryBias, to: query)
        Self.add(weights.keyBias, to: key)
        Self.add(weights.valueBias, to: value)
        self.rotate(query, headCount: self.c.headCount, index)
        self.rotate(key, headCount: self.c.keyValueHeadCount, index)
        for number in 0..<self.c.querySize { query[number] *= scale }
        let sequence = sequences[row.sequence]
        let (page, place) = row.position.quotientAndRemainder(
          dividingBy: AttendCall.pagePositionCount)
        for head in 0..<self.c.keyValueHeadCount {
          self.kernels.remember(
            RememberCall(
              key: key + head * self.c.headSize, value: value + head * self.c.headSize,
              layout: sequence.layout.head, place: place,
              page: sequence.base(page: page, layer: layer, head: head)))
        }
      }
    }
  }

  private static func add(_ bias: [Float], to vector: UnsafeMutablePointer<Float>) {
    for index in bias.indices { vector[index] += bias[index] }
  }

  private func rotate(_ vectors: UnsafeMutablePointer<Float>, headCount: Int, _ row: Int) {
    kernels.rotate(
      RotateCall(
        vectors: vectors, headCount: headCount, headSize: c.headSize,
        rotatedSize: c.rotatedSize, angles: memory.angles.floats + row * rotary.size))
  }

  /// Attention of every row over its sequence. Queries that share a key/value head (its group, and
  /// neighbouring rows of the sequence) are taken together. Where they make too few chunks for the
  /// workers, as in writing one text, a chunk's segments are shared out too.
  private func mix(_ layer: Int, _ sequences: [KeyValueSequence]) {
    let chunks = attentionChunks()
    let longest = chunks.reduce(0) { max($0, $1.segmentCount) }
    guard chunks.count < 4 * pool.workerCount, longest > 1 else {
      let size =
        longest
        * AttendCall.Part.floatCount(
          width: AttendCall.widest, headSize: c.headSize)
      memory.reserveParts(floatCount: pool.workerCount * size)
      pool.run(chunkCount: chunks.count) { index, worker in
        let chunk = chunks[index]
        let parts = self.memory.parts.floats + worker * size
        self.mix(chunk, 0..<chunk.segmentCount, layer, sequences, worker, into: parts)
        self.merge(chunk, parts)
      }
      return
    }
    var steps: [(chunk: Int, segment: Int, parts: Int)] = []
    var starts: [Int] = []
    var size = 0
    for (index, chunk) in chunks.enumerated() {
      starts.append(size)
      for segment in 0..<chunk.segmentCount {
        steps.append((index, segment, size))
        size += AttendCall.Part.floatCount(width: chunk.queries.count, headSize: c.headSize)
      }
    }
    memory.reserveParts(floatCount: size)
    pool.run(chunkCount: steps.count) { index, worker in
      let step = steps[index]
      self.mix(
        chunks[step.chunk], step.segment..<step.segment + 1, layer, sequences, worker,
        into: self.memory.parts.floats + step.parts)
    }
    pool.run(chunkCount: chunks.count) { index, _ in
      self.merge(chunks[index], self.memory.parts.floats + starts[index])
    }
  }

  /// Queries of one key/value head that are taken together: query `index` of a span of rows is of
  /// its row `index / groupSize`, head `index % groupSize` of the group.
  private struct AttentionChunk {
    let head: Int
    let firstRow: Int
    let queries: Range<Int>
    let segmentCount: Int
  }

  private func attentionChunks() -> [AttentionChunk] {
    // Whole rows, unless a group alone is wider than a call.
    let rowCount = AttendCall.widest / c.groupSize
    let width = rowCount > 0 ? rowCount * c.groupSize : AttendCall.widest
    var chunks: [AttentionChunk] = []
    for span in sequenceSpans() {
      let total = span.count * c.groupSize
      for start in stride(from: 0, to: total, by: width) {
        let queries = start..<min(start + width, total)
        let last = rows[span.lowerBound + (queries.upperBound - 1) / c.groupSize].position
        for head in 0..<c.keyValueHeadCount {
          chunks.append(
            AttentionChunk(
              head: head, firstRow: span.lowerBound, queries: queries,
              segmentCount: last / AttendCall.segmentPositionCount + 1))
        }
      }
    }
    return chunks
  }

  /// Rows of the batch that belong to one sequence, in order.
  private func sequenceSpans() -> [Range<Int>] {
    var spans: [Range<Int>] = []
    for index in rows.indices {
      if let last = spans.last, rows[last.lowerBound].sequence == rows[index].sequence {
        spans[spans.count - 1] = last.lowerBound..<index + 1
      } else {
        spans.append(index..<index + 1)
      }
    }
    return spans
  }

  /// The row of a chunk's query, and where its vector begins among those of all rows.
  private func place(_ chunk: AttentionChunk, _ index: Int) -> (row: Int, offset: Int) {
    let (row, member) = (chunk.queries.lowerBound + index).quotientAndRemainder(
      dividingBy: c.groupSize)
    let offset =
      (chunk.firstRow + row) * c.querySize + (chunk.head * c.groupSize + member) * c.headSize
    return (chunk.firstRow + row, offset)
  }

  /// Attention of a chunk over some of its segments, a part for each.
  private func mix(
    _ chunk: AttentionChunk, _ segments: Range<Int>, _ layer: Int,
    _ sequences: [KeyValueSequence], _ worker: Int, into parts: UnsafeMutablePointer<Float>
  ) {
    let scratch = memory.attention(worker)
    let size = c.headSize
    var last = 0
    for index in 0..<chunk.queries.count {
      let (row, offset) = place(chunk, index)
      (scratch.queries + index * size).update(from: memory.queries.floats + offset, count: size)
      scratch.visible[index] = rows[row].position + 1
      last = rows[row].position
    }
    let sequence = sequences[rows[chunk.firstRow].sequence]
    let pages = AttendCall.segmentPositionCount / AttendCall.pagePositionCount
    let end = min(segments.upperBound * pages, last / AttendCall.pagePositionCount + 1)
    let keyByteCount = sequence.layout.head.keyByteCount
    for page in segments.lowerBound * pages..<end {
      let base = UnsafeRawPointer(sequence.base(page: page, layer: layer, head: chunk.head))
      scratch.keys[page] = base
      scratch.values[page] = base + keyByteCount
    }
    kernels.attend(
      AttendCall(
        queries: scratch.queries, width: chunk.queries.count,
        layout: sequence.layout.head, visible: scratch.visible, keys: scratch.keys,
        values: scratch.values,
        segments: segments, parts: parts, scratch: scratch.rest))
  }

  private func merge(_ chunk: AttentionChunk, _ parts: UnsafeMutablePointer<Float>) {
    for index in 0..<chunk.queries.count {
      AttendCall.merge(
        parts, segmentCount: chunk.segmentCount, width: chunk.queries.count,
        headSize: c.headSize, query: index,
        into: memory.attended.floats + place(chunk, index).offset)
    }
  }
}
