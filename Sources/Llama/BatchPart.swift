public import Tokenization

/// Which rows of a batch need logits.
public enum LogitRows: Sendable {
  /// None: the text is only to be remembered.
  case none
  /// The last row of each part: what comes next.
  case lastOfEachPart
  /// Every row, for scoring a text.
  case all
}

/// New tokens of one sequence in a batch.
public struct BatchPart: Sendable {
  /// Which of the sequences the tokens belong to.
  public let sequence: Int
  /// The tokens, to follow what the sequence remembers.
  public let tokens: [TokenID]
  /// The rows whose logits are computed.
  public let wanted: LogitRows
  /// What is told of the attention in those rows; nil tells nothing.
  public let watch: AttentionWatch?

  /// `tokens` to follow sequence `sequence`.
  public init(
    sequence: Int, tokens: [TokenID], wanted: LogitRows = .lastOfEachPart,
    watch: AttentionWatch? = nil
  ) {
    self.sequence = sequence
    self.tokens = tokens
    self.wanted = wanted
    self.watch = watch
  }

  /// Rows of logits that the part gives.
  var logitRowCount: Int {
    switch wanted {
    case .none: 0
    case .lastOfEachPart: min(tokens.count, 1)
    case .all: tokens.count
    }
  }
}
