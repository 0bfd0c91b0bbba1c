/// Whether an answer says that the note does not answer the question.
///
/// The rule reads the first clause of the answer, up to a full stop, semicolon or colon before a
/// blank, and asks whether it denies that something is recorded: "not stated", "the note does not
/// say", "no HbA1c is recorded", "not known". A plain "No, ..." is an answer and no refusal.
public enum Refusal {
  /// Whether `answer` declines the question as not answered by the note.
  public static func isRefusal(_ answer: String) -> Bool {
    let clause = firstClause(of: answer.lowercased())
    return denial(clause) || noteDenies(clause) || absence(clause)
  }

  /// Up to the first of `.;:` before white space.
  private static func firstClause(of text: String) -> String {
    let text = text.drop(while: \.isWhitespace)
    var previous: Character = " "
    for index in text.indices {
      if text[index].isWhitespace, ".;:".contains(previous) { return String(text[..<index]) }
      previous = text[index]
    }
    return String(text)
  }

  /// "is not recorded", "not stated", "cannot be given".
  private static func denial(_ clause: String) -> Bool {
    let recorded =
      /\b(?:(?:is|are|was|were|has|have) (?:not|nowhere|never)(?: yet)?(?: been)?(?: \w+ly)?|^(?:it is |this is |that is )?not(?: yet)?) (?:recorded|given|stated|mentioned|reported|documented|listed|available|known|described|specified|noted|named|written|included|identified|established|there|in (?:the|this) (?:note|summary|letter|record|chart|discharge))/
    let impossible =
      /\bcannot be (?:given|answered|said|told|determined|stated|worked out|known|named|calculated|extracted)/
    let unknown = /^(?:unknown|not known|not available|not yet)\b|\bunknown from this\b/
    return clause.contains(recorded) || clause.contains(impossible) || clause.contains(unknown)
  }

  /// "the note does not", "the letter cannot", "the summary gives no".
  private static func noteDenies(_ clause: String) -> Bool {
    clause.contains(
      /\b(?:notes?|summary|letter|record|report|document|chart|course|text) (?:(?:itself )?(?:does|do|did) not\b|never \w+s\b|cannot\b|can not\b|can't\b|\w+s (?:no|neither|none|nothing)\b)/
    ) || clause.contains(/\b(?:does|do) not (?:appear|occur) in (?:the|this)\b/)
      || clause.contains(
        /\b(?:nowhere|not) (?:in|among)\b[^.;]*\b(?:the|this) (?:notes?|summary|letter|record|report|document|chart|course|text)\b/
      )
  }

  /// "no HbA1c is recorded", "neither is in the note", "there is none".
  private static func absence(_ clause: String) -> Bool {
    guard clause.contains(/^(?:no|none|neither|nothing)\b/), !clause.hasPrefix("no,") else {
      return clause.contains(/^there (?:is|are|was|were) (?:no|none|nothing)\b/)
    }
    return clause.contains(
      /\b(?:recorded|given|stated|mentioned|reported|documented|listed|available|known|described|specified|noted|named|written|included|identified|established|appears?)\b/
    ) || clause.contains(/\s(?:is|are) (?:in|from) (?:the|this)\b/)
      || clause.contains(
        /\bin (?:the|this) (?:notes?|summary|letter|record|report|document|chart|course|text)\b/)
  }
}
