/// How the next token is chosen.
public struct SamplingParameters: Equatable, Sendable {
  /// Divides the logits before a token is drawn; 0 takes the most probable token.
  public var temperature: Double
  /// Keeps this many of the most probable tokens; 0 keeps all.
  public var topK: Int
  /// Keeps the smallest set of tokens whose probabilities reach this; 1 keeps all.
  public var topP: Double
  /// Drops tokens less probable than this share of the best one's probability; 0 drops none.
  public var minP: Double
  /// Divides the positive and multiplies the negative logits of recent tokens; 1 leaves them alone.
  public var repeatPenalty: Double
  /// Texts followed side by side; 1 follows one.
  public var beamCount: Int

  /// Tokens back from the end that count as recent, prompt included.
  public static let repeatWindow = 64
  /// The most beams.
  public static let largestBeamCount = 32

  /// The given parameters; without any, the most probable token each time.
  public init(
    temperature: Double = 0, topK: Int = 0, topP: Double = 1, minP: Double = 0,
    repeatPenalty: Double = 1
  ) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.minP = minP
    self.repeatPenalty = repeatPenalty
    self.beamCount = 1
  }

  /// Checks every number's range.
  ///
  /// - Throws: `LlamaError.invalidParameter`.
  public func validate() throws(LlamaError) {
    func require(
      _ name: String, _ expected: String, _ value: Double, _ test: Bool
    ) throws(LlamaError) {
      guard test, value.isFinite else {
        throw .invalidParameter(name: name, expected: expected, found: "\(value)")
      }
    }
    try require("temperature", "0 or more", temperature, temperature >= 0)
    try require("top-k", "0 (all) or more", Double(topK), topK >= 0)
    try require("top-p", "above 0, up to 1", topP, topP > 0 && topP <= 1)
    try require("min-p", "from 0, below 1", minP, minP >= 0 && minP < 1)
    try require("repeat-penalty", "above 0", repeatPenalty, repeatPenalty > 0)
    let beams = 1...Self.largestBeamCount
    try require(
      "beams", "\(beams.lowerBound) to \(beams.upperBound)", Double(beamCount),
      beams.contains(beamCount))
  }
}
