internal import ArgumentParser
internal import Clinical
internal import Llama

/// Options that decide how an answer is written.
struct GenerationOptions: ParsableArguments {
  @Option(name: .long, help: "0 takes the most probable token each time.")
  var temperature = 0.0

  @Option(name: .long, help: "Keep the k most probable tokens; 0 keeps all.")
  var topK = 0

  @Option(name: .long, help: "Keep the smallest set of tokens with this probability.")
  var topP = 1.0

  @Option(name: .long, help: "Drop tokens below this share of the best one's probability.")
  var minP = 0.0

  @Option(name: .long, help: "Divide the logits of recent tokens; 1 leaves them alone.")
  var repeatPenalty = 1.0

  @Option(name: .long, help: "Answers followed side by side; the best is given.")
  var beams = 1

  @Option(name: .long, help: "At most this many new tokens.")
  var maxTokens = 400

  @Option(name: .long, help: "Where the random numbers start.")
  var seed: UInt64 = 0

  @Flag(inversion: .prefixedNo, help: "Stop an answer that repeats itself without end.")
  var loopGuard = true

  var parameters: GenerationParameters {
    GenerationParameters(
      maximumTokenCount: maxTokens, temperature: temperature, topK: topK, topP: topP, minP: minP,
      repeatPenalty: repeatPenalty, beamCount: beams, seed: seed, loopGuard: loopGuard ? .on : .off)
  }

  func validate() throws {
    do {
      try EngineRequest(prompt: [], parameters: parameters).sampling.validate()
    } catch {
      throw ValidationError("--\(error)")
    }
    if maxTokens < 1 {
      throw ValidationError("--max-tokens is \(maxTokens), but must be 1 or more")
    }
  }
}
