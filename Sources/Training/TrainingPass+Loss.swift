internal import Llama
internal import Tensors

#if canImport(Glibc)
  internal import Glibc
#endif

extension TrainingPass {
  /// The sum of the losses of all targets; with a scale also their gradients, times it, to those of
  /// the states and of the output's weights.
  ///
  /// Logits exist for a few targets at a time.
  func losses(_ layout: PassLayout, _ room: PassRoom, gradientScale: Float?) -> Double {
    var sum = 0.0
    let all = layout.targets
    for first in stride(from: 0, to: all.count, by: PassRoom.logitRowCount) {
      let targets = all[first..<min(first + PassRoom.logitRowCount, all.count)]
      formLogits(targets, room)
      sum += softmax(targets, room, gradientScale: gradientScale)
      if gradientScale != nil { backward(targets, room) }
    }
    return sum
  }

  private func formLogits(_ targets: ArraySlice<PassLayout.Target>, _ room: PassRoom) {
    let c = model.configuration
    let (d, state) = (c.embeddingSize, room.states[c.layerCount])
    forEachRow(targets.count) { index in
      let row = targets[targets.startIndex + index].row
      VectorLoops.normalize(
        state + row * d, outputNorm.values, into: room.logitStates + index * d, d, c.epsilon)
    }
    products.multiply(
      ProductCall(
        shape: (targets.count, c.vocabularySize, d), Factor(room.logitStates, stride: d),
        Factor(
          output.values, stride: d, isTransposed: true, isFixed: output.gradients == nil),
        into: room.logits,
        stride: c.vocabularySize))
  }

  /// Turns logits into gradients of logits; returns the sum of the losses.
  private func softmax(
    _ targets: ArraySlice<PassLayout.Target>, _ room: PassRoom, gradientScale: Float?
  ) -> Double {
    let size = model.configuration.vocabularySize
    let losses = room.inverses
    products.pool.run(chunkCount: targets.count) { index, _ in
      let line = room.logits + index * size
      let token = Int(targets[targets.startIndex + index].token)
      let own = line[token]
      let shift = VectorLoops.largest(line, size)
      let total = loops.exponentials(line, size, scale: 1, shift: shift)
      losses[index] = log(total) + shift - own
      guard let gradientScale else { return }
      let factor = gradientScale / total
      for place in 0..<size { line[place] *= factor }
      line[token] -= gradientScale
    }
    return (0..<targets.count).reduce(0) { $0 + Double(losses[$1]) }
  }

  private func backward(_ targets: ArraySlice<PassLayout.Target>, _ room: PassRoom) {
    let c = model.configuration
    let (d, count, size) = (c.embeddingSize, targets.count, c.vocabularySize)
    products.multiply(
      ProductCall(
        shape: (count, d, size), Factor(room.logits, stride: size),
        Factor(output.values, stride: d, isFixed: output.gradients == nil),
        into: room.logitGradients, stride: d))
    if let gradients = output.gradients {
      products.multiply(
        ProductCall(
          shape: (size, d, count), Factor(room.logits, stride: size, isTransposed: true),
          Factor(room.logitStates, stride: d), into: gradients, stride: d, scales: (1, 1)))
    }
    // One after the other: a row may have several targets, the first tokens of its branches.
    let state = room.states[c.layerCount]
    for (index, target) in targets.enumerated() {
      room.inverses[index] = VectorLoops.normalizeBackward(
        state + target.row * d, outputNorm.values, room.logitGradients + index * d,
        addTo: room.gradient + target.row * d, (d, c.epsilon))
    }
    guard let gradients = outputNorm.gradients else { return }
    for (index, target) in targets.enumerated() {
      let (x, g) = (state + target.row * d, room.logitGradients + index * d)
      for place in 0..<d { gradients[place] += g[place] * x[place] * room.inverses[index] }
    }
  }
}
