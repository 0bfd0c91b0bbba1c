internal import Kernels
internal import Llama
internal import Tensors

extension TrainingPass {
  /// The way back, from the gradients of the last states: adds those of all weights that are
  /// trained.
  func backward(_ layout: PassLayout, _ room: PassRoom, dropoutSeed: UInt64) {
    for layer in blocks.indices.reversed() {
      let (trace, isKept) = room.trace(layer, of: blocks.count)
      if !isKept { forward(layer, layout, room, trace, dropoutSeed: dropoutSeed) }
      let linear = room.linear(dropoutSeed: dropoutSeed)
      feedForwardBackward(layer, layout, room, trace, linear, isKept: isKept)
      attentionBackward(layer, layout, room, trace, linear)
    }
    embeddingBackward(layout, room)
  }

  private func feedForwardBackward(
    _ layer: Int, _ layout: PassLayout, _ room: PassRoom, _ trace: BlockTrace,
    _ linear: LinearLayer.Room, isKept: Bool
  ) {
    let (block, count) = (blocks[layer], layout.tokens.count)
    let f = model.configuration.feedForwardSize
    let (gate, up) = room.wideGradients
    activate(trace, count, room)
    let downHidden = trace.hidden(.down)
    if !isKept { block.down.reduce(room.active, count, hidden: downHidden, linear, products) }
    block.down.backward(
      room.gradient, input: room.active, count, hidden: downHidden, addTo: (gate, 0), linear,
      products)
    forEachRow(count) { row in
      loops.gateBackward(
        .init(
          gate: trace.gate + row * f, up: trace.up + row * f, target: gate + row * f, count: f),
        upGradient: up + row * f)
    }
    normalize(trace.middle, block.feedForwardNorm, count, into: room.normalized)
    block.gate.backward(
      gate, input: room.normalized, count, hidden: trace.hidden(.gate),
      addTo: (room.normalizedGradient, 0), linear, products)
    block.up.backward(
      up, input: room.normalized, count, hidden: trace.hidden(.up),
      addTo: (room.normalizedGradient, 1), linear, products)
    normalizeBackward(trace.middle, block.feedForwardNorm, count, room)
  }

  private func attentionBackward(
    _ layer: Int, _ layout: PassLayout, _ room: PassRoom, _ trace: BlockTrace,
    _ linear: LinearLayer.Room
  ) {
    let (block, count, input) = (blocks[layer], layout.tokens.count, room.states[layer])
    let (keys, values) = room.keyValueGradients
    block.attentionOutput.backward(
      room.gradient, input: trace.context, count, hidden: trace.hidden(.attentionOutput),
      addTo: (room.attention.context, 0), linear, products)
    treeAttention(room).backward(state(trace, count), room.attention, layout.segments)
    sumHeads(room.attention.keys, count, into: keys)
    sumHeads(room.attention.values, count, into: values)
    rotate(room.attention.queries, keys, count, room, direction: -1)

    normalize(input, block.attentionNorm, count, into: room.normalized)
    // Below the first block only the embedding is left, which a low-rank adapter does not train.
    let isNeeded = layer > 0 || embedding.gradients != nil
    for (matrix, layer, gradient, beta) in [
      (BlockMatrix.query, block.query, room.attention.queries, Float(0)),
      (.key, block.key, keys, 1), (.value, block.value, values, 1),
    ] {
      layer.backward(
        gradient, input: room.normalized, count, hidden: trace.hidden(matrix),
        addTo: isNeeded ? (room.normalizedGradient, beta) : nil, linear, products)
    }
    if isNeeded { normalizeBackward(input, block.attentionNorm, count, room) }
  }

  /// Adds up what the query heads of each group found for their key/value head.
  private func sumHeads(_ source: Floats, _ count: Int, into result: Floats) {
    let c = model.configuration
    forEachRow(count) { row in
      for head in 0..<c.keyValueHeadCount {
        let target = result + row * c.keyValueSize + head * c.headSize
        let first = source + row * c.querySize + head * c.groupSize * c.headSize
        target.update(from: first, count: c.headSize)
        for member in 1..<max(c.groupSize, 1) {
          VectorLoops.add(first + member * c.headSize, to: target, c.headSize)
        }
      }
    }
  }

  /// Adds to the state's gradient what comes through its normalised form, and to the weight's.
  private func normalizeBackward(
    _ input: Floats, _ weight: ParameterView, _ count: Int, _ room: PassRoom
  ) {
    let (d, epsilon) = (weight.columns, model.configuration.epsilon)
    forEachRow(count) { row in
      room.inverses[row] = VectorLoops.normalizeBackward(
        input + row * d, weight.values, room.normalizedGradient + row * d,
        addTo: room.gradient + row * d, (d, epsilon))
    }
    guard let gradients = weight.gradients else { return }
    // Cut by columns, so that each sum has one writer and one order.
    forEachColumnRange(d) { columns in
      for row in 0..<count {
        let (x, g) = (input + row * d, room.normalizedGradient + row * d)
        for column in columns { gradients[column] += g[column] * x[column] * room.inverses[row] }
      }
    }
  }

  private func embeddingBackward(_ layout: PassLayout, _ room: PassRoom) {
    guard let gradients = embedding.gradients else { return }
    let d = model.configuration.embeddingSize
    forEachColumnRange(d) { columns in
      for (row, token) in layout.tokens.enumerated() {
        let (source, target) = (room.gradient + row * d, gradients + Int(token) * d)
        for column in columns { target[column] += source[column] }
      }
    }
  }

  private func forEachColumnRange(_ count: Int, _ body: (Range<Int>) -> Void) {
    products.pool.run(chunkCount: (count + 63) / 64) { chunk, _ in
      body(chunk * 64..<min(count, chunk * 64 + 64))
    }
  }
}
