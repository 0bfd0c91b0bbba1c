/// One fact of a note made another one, to see whether an answer rests on it.
public struct NoteChange: Sendable, Equatable {
  /// Unicode scalars of the note.
  public var range: Range<Int>
  /// What stands there.
  public var old: String
  /// What is put in its place.
  public var new: String

  /// The note with the change.
  public func applied(to note: String) -> String {
    var scalars = Array(note.unicodeScalars)
    scalars.replaceSubrange(range, with: Array(new.unicodeScalars))
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }
}

extension NoteIndex {
  /// Numbers and sides of the evidence that the answer repeats, each with another one in its place: a
  /// number doubled, a side turned. In the order of the claims, each fact once.
  public func changes(for claims: [GroundedClaim]) -> [NoteChange] {
    var found: [NoteChange] = []
    for claim in claims where claim.verdict == .supported {
      let said = Set(Lexer.tokens(of: Array(claim.text.unicodeScalars)).map(\.text))
      for (index, sentence) in sentences.enumerated() where claim.spans.contains(sentence.range) {
        for token in sentenceTokens[index] where said.contains(tokens[token].text) {
          guard let new = Self.otherFact(than: tokens[token]),
            !found.contains(where: { $0.range == tokens[token].range })
          else { continue }
          let old = String(String.UnicodeScalarView(scalars[tokens[token].range]))
          found.append(NoteChange(range: tokens[token].range, old: old, new: new))
        }
      }
    }
    return found
  }

  private static func otherFact(than token: Token) -> String? {
    switch token.text {
    case "left": return "right"
    case "right": return "left"
    default:
      guard token.kind == .number, let value = Double(token.text), value > 0, value < 1e6 else {
        return nil
      }
      let double = value * 2
      return double == double.rounded() ? "\(Int(double))" : "\(double)"
    }
  }
}
