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
              headSize: self.c.headSize, place: place,
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
  /// neighbouring rows of the sequence) are taken together, up to six.
  private func mix(_ layer: Int, _ sequences: [KeyValueSequence]) {
    let spans = sequenceSpans()
    let rowsPerChunk = 4
    var chunks: [(head: Int, rows: Range<Int>)] = []
    for span in spans {
      for start in stride(from: span.lowerBound, to: span.upperBound, by: rowsPerChunk) {
        for head in 0..<c.keyValueHeadCount {
          chunks.append((head, start..<min(start + rowsPerChunk, span.upperBound)))
        }
      }
    }
    pool.run(chunkCount: chunks.count) { index, worker in
      let (head, rows) = chunks[index]
      let sequence = sequences[self.rows[rows.lowerBound].sequence]
      let scratch = self.memory.attention(worker)
      let last = self.rows[rows.upperBound - 1].position
      for page in 0...(last / AttendCall.pagePositionCount) {
        let base = UnsafeRawPointer(sequence.base(page: page, layer: layer, head: head))
        scratch.keys[page] = base
        scratch.values[page] = base + RememberCall.byteCount(headSize: self.c.headSize)
      }
      self.mix(head, rows, scratch)
    }
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

  private func mix(_ head: Int, _ rows: Range<Int>, _ scratch: AttentionScratch) {
    let size = c.headSize
    let total = rows.count * c.groupSize
    // Query `index` is of row `index / groupSize`, head `index % groupSize` of the group.
    func place(_ index: Int) -> Int {
      let (row, member) = index.quotientAndRemainder(dividingBy: c.groupSize)
      return (rows.lowerBound + row) * c.querySize + (head * c.groupSize + member) * size
    }
    var first = 0
    while first < total {
      let width = ActivationLayout.groupWidth(total - first)
      for index in 0..<width {
        (scratch.queries + index * size).update(
          from: memory.queries.floats + place(first + index), count: size)
        let row = rows.lowerBound + (first + index) / c.groupSize
        scratch.visible[index] = self.rows[row].position + 1
      }
      kernels.attend(
        AttendCall(
          queries: scratch.queries, width: width, headSize: size, visible: scratch.visible,
          keys: scratch.keys, values: scratch.values, output: scratch.output,
          scratch: scratch.scores))
      for index in 0..<width {
        (memory.attended.floats + place(first + index)).update(
          from: scratch.output + index * size, count: size)
      }
      first += width
    }
  }
}
