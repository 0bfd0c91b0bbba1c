import Clinical
import Screen

/// The token of an answer that is being looked at.
struct TokenCursor: Equatable, Sendable {
  /// Index of the answer's exchange.
  var exchange: Int
  /// Index of the token; that behind the last one stands for the end of the answer.
  var token = 0
  /// Index of the marked word among those that could stand there.
  var option = 0
}

/// What is marked in the answers.
enum AnswerMarks: Equatable, Sendable {
  case none
  /// What stands in the note, and what does not.
  case support
  /// Tokens that the model was unsure of.
  case uncertainty
}

/// Words that the person wants to stand in an answer from a token on.
public struct BranchRequest: Equatable, Sendable {
  /// Index of the answer's exchange.
  public var exchange: Int
  /// How many of its tokens stay.
  public var keptTokenCount: Int
  /// What follows them.
  public var text: String

  /// Makes a request.
  public init(exchange: Int, keptTokenCount: Int, text: String) {
    self.exchange = exchange
    self.keptTokenCount = keptTokenCount
    self.text = text
  }
}

extension TokenChoice {
  /// Below this probability a token counts as one that the model was unsure of.
  static let leastSure: Float = 0.5
}

extension AnswerToken {
  /// True where the model gave this token less than an even chance.
  var isUncertain: Bool { choice.map { $0.probability < TokenChoice.leastSure } ?? false }
}

/// Where the tokens of an answer stand in its rows.
struct TokenPlaces: Equatable {
  /// Characters of a row that one token wrote. A character that several tokens make up is the
  /// first one's.
  struct Piece: Equatable {
    var row: Int
    var characters: Range<Int>
    var token: Int
  }

  private(set) var pieces: [Piece] = []

  /// Follows the text of the tokens through the rows: what the rows do not show are blanks and line
  /// ends at which they break.
  init(rows: [WrappedText.Row], tokens: [AnswerToken]) {
    var scalars: [Unicode.Scalar] = []
    var owners: [Int] = []
    for (index, token) in tokens.enumerated() {
      for scalar in DisplayText.sanitize(token.text ?? "").unicodeScalars {
        scalars.append(scalar)
        owners.append(index)
      }
    }
    var next = 0
    for (row, content) in rows.enumerated() {
      for (column, character) in content.text.enumerated() {
        let shown = character.unicodeScalars
        while next < scalars.count, scalars[next] != shown.first,
          scalars[next] == " " || scalars[next] == "\n"
        { next += 1 }
        guard next < scalars.count, scalars[next] == shown.first else { continue }
        add(row: row, column: column, token: owners[next])
        next += shown.count
      }
    }
  }

  private mutating func add(row: Int, column: Int, token: Int) {
    if let last = pieces.last, last.row == row, last.token == token,
      last.characters.upperBound == column
    {
      pieces[pieces.count - 1].characters = last.characters.lowerBound..<column + 1
    } else {
      pieces.append(Piece(row: row, characters: column..<column + 1, token: token))
    }
  }

  /// The pieces of `token`. For one that shows nothing, as a line end, an empty piece behind the
  /// token before it.
  func pieces(of token: Int) -> [Piece] {
    let own = pieces.filter { $0.token == token }
    guard own.isEmpty else { return own }
    guard let before = pieces.last(where: { $0.token < token }) else {
      return [Piece(row: 0, characters: 0..<0, token: token)]
    }
    let end = before.characters.upperBound
    return [Piece(row: before.row, characters: end..<end, token: token)]
  }
}
