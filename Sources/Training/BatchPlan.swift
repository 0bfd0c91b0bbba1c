internal import Tensors

/// Which examples each optimiser step sees, for all epochs, from the seed alone.
struct BatchPlan {
  /// A step's examples, and whether it is the last of an epoch.
  struct Step: Equatable {
    var examples: [Int]
    var endsEpoch = false
  }

  private(set) var steps: [Step] = []

  init(_ examples: [TrainingExample], _ settings: TrainingSettings) {
    for epoch in 0..<settings.epochCount {
      var random = SeededRandom(
        seed: settings.seed &+ UInt64(epoch) &* 0xA076_1D64_78BD_642F)
      let order = Array(examples.indices).shuffled(using: &random)
      var step = Step(examples: [])
      var tokenCount = 0
      for index in order {
        step.examples.append(index)
        tokenCount += examples[index].tokenCount
        guard tokenCount >= settings.batchTokenCount else { continue }
        steps.append(step)
        (step, tokenCount) = (Step(examples: []), 0)
      }
      if !step.examples.isEmpty { steps.append(step) }
      if !steps.isEmpty { steps[steps.count - 1].endsEpoch = true }
    }
  }

  /// Cuts a step's examples into passes of about `tokenCount` tokens.
  static func passes(_ examples: [TrainingExample], tokenCount: Int) -> [[TrainingExample]] {
    var passes: [[TrainingExample]] = []
    var room = 0
    for example in examples {
      if passes.isEmpty || example.tokenCount > room {
        passes.append([])
        room = max(tokenCount, example.tokenCount)
      }
      passes[passes.count - 1].append(example)
      room -= example.tokenCount
    }
    return passes
  }
}
