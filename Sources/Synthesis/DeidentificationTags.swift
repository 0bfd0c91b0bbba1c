// From case reports to a data set: import, note synthesis, instructions, answers, filters.
//
// Invariants: a stage adds to a record and takes nothing away; what a row becomes depends on the
// seed and the row alone, never on which rows were made beside it or before a restart. Holds no
// model and no screen code: texts come through `TextGenerator`.

/// Turns the de-identification marks of MIMIC-style notes, `[**Known lastname 4711**]`, into the few
/// tags that synthetic notes use too, `[Name]`. Dates stay as they are.
public enum DeidentificationTags {
  /// A note with its marks replaced.
  public struct Result: Hashable, Sendable {
    /// The note.
    public var text: String
    /// How often each class of mark stood in it, by the class's name.
    public var counts: [String: Int]
    /// Marks of no known class, without digits, with how often each stood there. They become
    /// `[#]`, so that nothing of them stays in the text.
    public var unknown: [String: Int]
  }

  /// A kind of mark: how its text begins, in lower case without digits, and what it becomes; nil
  /// keeps what stands between the stars.
  struct MarkClass: Sendable {
    var name: String
    var words: [String]
    var tag: String?

    init(_ name: String, _ tag: String?, _ words: String...) {
      self.name = name
      self.words = words
      self.tag = tag
    }
  }

  /// The 39 classes. Of several whose words a mark begins with, the longest counts.
  ///
  /// - Source: the classes are those of the MIMIC-III notes (Johnson et al., Scientific Data 2016);
  ///   the 14 tags those of the Asclepius paper's notes.
  static let classes: [MarkClass] = [
    MarkClass("first name", "[Name]", "first name", "known firstname"),
    MarkClass("female first name", "[Name]", "female first name"),
    MarkClass("male first name", "[Name]", "male first name"),
    MarkClass("last name", "[Name]", "last name", "known lastname"),
    MarkClass("name", "[Name]", "name", "patient name"),
    MarkClass(
      "initials", "[Name]", "name initial", "initial", "initials", "name prefix", "prefixes"),
    MarkClass("relative's name", "[Name]", "known patient lastname", "known patient firstname"),
    MarkClass("dictator", "[DR]", "dictator"),
    MarkClass("attending", "[DR]", "attending"),
    MarkClass("doctor's name", "[DR]", "doctor", "md name", "name (md)", "doctor last name"),
    MarkClass("provider number", "[DR]", "provider number", "md number"),
    MarkClass("hospital", "[LOC]", "hospital"),
    MarkClass("ward", "[LOC]", "wardname", "ward name", "hospital ward", "hospital unit"),
    MarkClass("location", "[LOC]", "location"),
    MarkClass("street address", "[LOC]", "street address", "address"),
    MarkClass("apartment", "[LOC]", "apartment address"),
    MarkClass("post office box", "[LOC]", "po box"),
    MarkClass("university", "[LOC]", "university", "college"),
    MarkClass("state", "[State]", "state", "state code"),
    MarkClass("zip code", "[State]", "state/zipcode", "zip code", "zipcode"),
    MarkClass("country", "[Country]", "country"),
    MarkClass("company", "[Company]", "company"),
    MarkClass("medical record number", "[Reg#]", "medical record number"),
    MarkClass("unit number", "[Reg#]", "unit number"),
    MarkClass("job number", "[Reg#]", "job number"),
    MarkClass("clip number", "[Reg#]", "clip number"),
    MarkClass("serial number", "[Reg#]", "serial number"),
    MarkClass("social security number", "[Reg#]", "social security number"),
    MarkClass("numeric identifier", "[#]", "numeric identifier"),
    MarkClass("age over 90", "[Age]", "age over", "age"),
    MarkClass("telephone", "[CI]", "telephone", "telephone/fax", "fax"),
    MarkClass("pager", "[CI]", "pager"),
    MarkClass("contact information", "[CI]", "contact info", "cc contact info"),
    MarkClass("electronic mail", "[CI]", "e-mail", "email"),
    MarkClass("web address", "[URL]", "url"),
    MarkClass("month", "[MO]", "month", "month (only)", "month/day", "month/year", "month year"),
    MarkClass("day", "[DAY]", "day", "holiday", "day month", "day month year"),
    MarkClass("year", "[YR]", "year", "year (digits)", "year/month", "year month day"),
    MarkClass("date", nil, "date range"),
  ]

  /// Replaces the marks of `note`.
  public static func replacingMarks(in note: String) -> Result {
    var result = Result(text: "", counts: [:], unknown: [:])
    var rest = note[...]
    while let start = rest.firstRange(of: "[**") {
      let inside = rest[start.upperBound...]
      guard let end = inside.firstRange(of: "**]") else { break }
      result.text += rest[..<start.lowerBound]
      result.text += replacement(of: inside[..<end.lowerBound], &result)
      rest = inside[end.upperBound...]
    }
    result.text += rest
    return result
  }

  private static func replacement(of mark: Substring, _ result: inout Result) -> String {
    if isDate(mark) {
      result.counts["date", default: 0] += 1
      return trimmed(mark)
    }
    let words = normalized(mark)
    let matches = classes.flatMap { kind in
      kind.words.filter { begins(words, with: $0) }.map { (length: $0.count, kind: kind) }
    }
    guard let match = matches.max(by: { $0.length < $1.length }) else {
      result.unknown[words, default: 0] += 1
      return "[#]"
    }
    result.counts[match.kind.name, default: 0] += 1
    return match.kind.tag ?? trimmed(mark)
  }

  /// A date is what has digits and nothing but digits, dashes, slashes and blanks.
  private static func isDate(_ mark: Substring) -> Bool {
    mark.contains(where: \.isNumber)
      && mark.allSatisfy { $0.isNumber || $0 == "-" || $0 == "/" || $0.isWhitespace }
  }

  /// Lower case without digits, runs of white space as one blank.
  private static func normalized(_ mark: Substring) -> String {
    mark.lowercased().filter { !$0.isNumber }.split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
  }

  /// Whether `text` begins with the words of `start`, the last one whole.
  private static func begins(_ text: String, with start: String) -> Bool {
    guard text.hasPrefix(start) else { return false }
    guard let next = text.dropFirst(start.count).first else { return true }
    return !next.isLetter
  }

  private static func trimmed(_ mark: Substring) -> String {
    mark.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
