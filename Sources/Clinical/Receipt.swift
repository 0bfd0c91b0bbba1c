/// All that is needed to make an answer again, token for token, but for the files: what
/// `ask --json` prints and `ask --write-receipt` writes, and each line of a session that was
/// exported to JSON Lines.
public struct Receipt: Equatable, Sendable {
  /// What was asked.
  public var question: String
  /// Where the notes were read, in order; empty where that is not known.
  public var notePaths: [String]
  /// The sections of the note, counted from 0, that the model was not given.
  public var leftOut: [Int]
  /// How the answer ended.
  public var state: AnswerState
  /// Digests of the files, parameters and tokens.
  public var provenance: Provenance

  /// Makes a receipt.
  public init(
    question: String, notePaths: [String] = [], leftOut: [Int] = [], state: AnswerState,
    provenance: Provenance
  ) {
    self.question = question
    self.notePaths = notePaths
    self.leftOut = leftOut
    self.state = state
    self.provenance = provenance
  }

  /// The first place at which `tokens` are not those of the receipt, counted from 0; nil where all
  /// are the same. Where one list ends before the other, that is its length.
  public func firstDifference(from tokens: [Int32]) -> Int? {
    let expected = provenance.tokens
    if tokens == expected { return nil }
    return zip(expected, tokens).prefix { $0 == $1 }.count
  }

  /// How the tokens were chosen, with no more of them than there are where someone stopped the
  /// answer: what came behind was never seen.
  public var parametersToReplay: GenerationParameters {
    var parameters = provenance.parameters
    if state == .cancelled {
      parameters.maximumTokenCount = provenance.tokens.count
    }
    return parameters
  }
}

extension Receipt: Decodable {
  private enum CodingKeys: String, CodingKey {
    case question
    case notePaths = "note_paths"
    case leftOut = "left_out"
    case stop, state, provenance
  }

  /// A section in an exported session, which also says its title.
  private struct Section: Decodable {
    var index: Int

    private enum CodingKeys: CodingKey { case index }

    init(from decoder: any Decoder) throws {
      if let number = try? decoder.singleValueContainer().decode(Int.self) {
        index = number
      } else {
        index = try decoder.container(keyedBy: CodingKeys.self).decode(Int.self, forKey: .index)
      }
    }
  }

  /// Reads a receipt in either form.
  ///
  /// - Throws: `DecodingError`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    question = try container.decode(String.self, forKey: .question)
    notePaths = try container.decodeIfPresent([String].self, forKey: .notePaths) ?? []
    leftOut = try container.decodeIfPresent([Section].self, forKey: .leftOut)?.map(\.index) ?? []
    state =
      try container.decodeIfPresent(AnswerState.self, forKey: .stop)
      ?? container.decode(AnswerState.self, forKey: .state)
    provenance = try container.decode(Provenance.self, forKey: .provenance)
  }
}
