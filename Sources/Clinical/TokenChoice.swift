/// What a model weighed when it chose a token: probabilities as it gave them, before penalty, filters
/// and temperature.
public struct TokenChoice: Equatable, Codable, Sendable {
  /// A token that could have been chosen.
  public struct Alternative: Equatable, Codable, Sendable {
    /// The token.
    public var id: Int32
    /// What it would have written; nil for a token that ends the answer.
    public var text: String?
    /// Its probability, 0 to 1.
    public var probability: Float

    /// Makes an alternative.
    public init(id: Int32, text: String?, probability: Float) {
      self.id = id
      self.text = text
      self.probability = probability
    }
  }

  /// The probability of the token that was chosen, 0 to 1.
  public var probability: Float
  /// How undecided the model was, in bits: 0 where one token is certain, 1 as for a coin.
  public var entropy: Float
  /// The most probable tokens, the best first, whether chosen or not.
  public var alternatives: [Alternative]

  /// Makes a choice of its parts.
  public init(probability: Float, entropy: Float, alternatives: [Alternative]) {
    self.probability = probability
    self.entropy = entropy
    self.alternatives = alternatives
  }
}
