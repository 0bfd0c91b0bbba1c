internal import Kernels
internal import Llama

extension TrainingPass {
  /// Fills in the states and the traces that are kept.
  ///
  /// - Parameter dropoutSeed: Nil where nothing is left out.
  func forward(_ layout: PassLayout, _ room: PassRoom, dropoutSeed: UInt64?) {
    let c = model.configuration
    forEachRow(layout.tokens.count) { row in
      let source = embedding.values + Int(layout.tokens[row]) * c.embeddingSize
      (room.states[0] + row * c.embeddingSize).update(from: source, count: c.embeddingSize)
      model.rotary.write(
        position: layout.positions[row], into: room.angles + row * 2 * c.rotatedSize)
    }
    for layer in blocks.indices {
      let trace = room.trace(layer, of: blocks.count).trace
      forward(layer, layout, room, trace, dropoutSeed: dropoutSeed)
      finish(layer, layout, room, trace, dropoutSeed: dropoutSeed)
    }
  }

  /// The block from its input up to the feed-forward part's inner states: all that a trace holds.
  func forward(
    _ layer: Int, _ layout: PassLayout, _ room: PassRoom, _ trace: BlockTrace,
    dropoutSeed: UInt64?
  ) {
    let (c, block) = (model.configuration, blocks[layer])
    let (count, d, input) = (layout.tokens.count, c.embeddingSize, room.states[layer])
    func product(
      _ matrix: BlockMatrix, _ layer: LinearLayer, _ x: Floats, into y: Floats, beta: Float = 0
    ) {
      let linear = layer.dropping(dropoutSeed != nil)
      linear.forward(
        x, count, into: y, beta: beta, hidden: trace.hidden(matrix),
        room.linear(dropoutSeed: dropoutSeed ?? 0), products)
    }

    normalize(input, block.attentionNorm, count, into: room.normalized)
    product(.query, block.query, room.normalized, into: trace.queries)
    product(.key, block.key, room.normalized, into: trace.keys)
    product(.value, block.value, room.normalized, into: trace.values)
    rotate(trace.queries, trace.keys, count, room, direction: 1)
    treeAttention(room).forward(state(trace, count), layout.segments)
    forEachRow(count) { row in
      (trace.middle + row * d).update(from: input + row * d, count: d)
    }
    product(.attentionOutput, block.attentionOutput, trace.context, into: trace.middle, beta: 1)

    normalize(trace.middle, block.feedForwardNorm, count, into: room.normalized)
    product(.gate, block.gate, room.normalized, into: trace.gate)
    product(.up, block.up, room.normalized, into: trace.up)
  }

  /// The rest of the block: its output, the next one's input.
  private func finish(
    _ layer: Int, _ layout: PassLayout, _ room: PassRoom, _ trace: BlockTrace,
    dropoutSeed: UInt64?
  ) {
    let (d, count, result) = (
      model.configuration.embeddingSize, layout.tokens.count, room.states[layer + 1]
    )
    activate(trace, count, room)
    forEachRow(count) { row in
      (result + row * d).update(from: trace.middle + row * d, count: d)
    }
    blocks[layer].down.dropping(dropoutSeed != nil).forward(
      room.active, count, into: result, beta: 1, hidden: trace.hidden(.down),
      room.linear(dropoutSeed: dropoutSeed ?? 0), products)
  }

  func activate(_ trace: BlockTrace, _ count: Int, _ room: PassRoom) {
    let f = model.configuration.feedForwardSize
    forEachRow(count) { row in
      loops.gate(
        .init(
          gate: trace.gate + row * f, up: trace.up + row * f, target: room.active + row * f,
          count: f))
    }
  }

  func normalize(_ input: Floats, _ weight: ParameterView, _ count: Int, into result: Floats) {
    let (d, epsilon) = (weight.columns, model.configuration.epsilon)
    forEachRow(count) { row in
      VectorLoops.normalize(input + row * d, weight.values, into: result + row * d, d, epsilon)
    }
  }

  /// Turns queries and keys by the angles of their rows, or their gradients back.
  func rotate(
    _ queries: Floats, _ keys: Floats, _ count: Int, _ room: PassRoom, direction: Float
  ) {
    let c = model.configuration
    forEachRow(count) { row in
      let angles = (base: ConstFloats(room.angles + row * 2 * c.rotatedSize), direction: direction)
      VectorLoops.rotate(
        queries + row * c.querySize, headCount: c.headCount, headSize: c.headSize,
        rotatedSize: c.rotatedSize, angles)
      VectorLoops.rotate(
        keys + row * c.keyValueSize, headCount: c.keyValueHeadCount, headSize: c.headSize,
        rotatedSize: c.rotatedSize, angles)
    }
  }

  func treeAttention(_ room: PassRoom) -> TreeAttention {
    TreeAttention(
      configuration: model.configuration, products: products, loops: loops, scratch: room.scratch,
      packed: room.packed)
  }

  func state(_ trace: BlockTrace, _ count: Int) -> TreeAttention.State {
    TreeAttention.State(
      queries: trace.queries, keys: trace.keys, values: trace.values, context: trace.context,
      logSums: trace.logSums, rowCount: count)
  }
}

extension LinearLayer {
  /// The layer as it is, or without leaving anything out.
  func dropping(_ isDropping: Bool) -> LinearLayer {
    guard let pair, !isDropping else { return self }
    return LinearLayer(
      weight: weight,
      pair: LowRankPair(a: pair.a, b: pair.b, scale: pair.scale, dropout: 0, index: pair.index))
  }
}
