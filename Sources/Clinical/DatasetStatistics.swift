/// What a data set holds, counted.
///
/// A word is a run of anything but white space; the vocabulary counts runs of letters and digits,
/// letter case ignored.
public struct DatasetStatistics: Hashable, Sendable {
  /// Lengths of one kind of text, in words.
  public struct Lengths: Hashable, Sendable {
    /// The length of each text, shortest first.
    public private(set) var sorted: [Int]

    /// The lengths of `texts`.
    init(_ texts: [String]) {
      sorted = texts.map(DatasetStatistics.wordCount).sorted()
    }

    /// Words of all texts together.
    public var total: Int { sorted.reduce(0, +) }
    /// The shortest text; 0 without any.
    public var shortest: Int { sorted.first ?? 0 }
    /// The longest text; 0 without any.
    public var longest: Int { sorted.last ?? 0 }
    /// The text in the middle, or the mean of the two in the middle; 0 without any.
    public var median: Double {
      guard !sorted.isEmpty else { return 0 }
      return Double(sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
  }

  /// Records.
  public let recordCount: Int
  /// Different patients.
  public let patientCount: Int
  /// Questions with their answers.
  public let pairCount: Int
  /// Questions of each task; those of none of the eight are not in it.
  public let taskCounts: [ClinicalTask: Int]
  /// Pairs marked as answered by the note.
  public let answerableCount: Int
  /// Pairs marked as not answered by the note; the others are not marked.
  public let unanswerableCount: Int
  /// Evidence quotes.
  public let quoteCount: Int
  /// Evidence quotes that do not stand in their note to the letter.
  public let strayQuoteCount: Int
  /// Questions that repeat an earlier one, letter case and spacing ignored.
  public let repeatedQuestionCount: Int
  /// Notes that repeat an earlier one, letter case and spacing ignored.
  public let repeatedNoteCount: Int
  /// Different words of the notes.
  public let noteVocabularyCount: Int
  /// Lengths of the case reports.
  public let caseReports: Lengths
  /// Lengths of the notes.
  public let notes: Lengths
  /// Lengths of the questions.
  public let questions: Lengths
  /// Lengths of the answers.
  public let answers: Lengths

  /// Counts `records`.
  public init(_ records: [PatientRecord]) {
    let pairs = records.flatMap(\.pairs)
    let noteTexts = records.compactMap(\.note)
    recordCount = records.count
    patientCount = Set(records.map(\.patientID)).count
    pairCount = pairs.count
    taskCounts = pairs.compactMap(\.task).reduce(into: [:]) { $0[$1, default: 0] += 1 }
    answerableCount = pairs.count { $0.isAnswerable == true }
    unanswerableCount = pairs.count { $0.isAnswerable == false }
    quoteCount = pairs.reduce(0) { $0 + $1.evidence.count }
    strayQuoteCount = records.reduce(0) { count, record in
      let note = (record.note ?? "").utf8
      return count + record.pairs.flatMap(\.evidence).count { !note.contains($0.utf8) }
    }
    repeatedQuestionCount = Self.repeatCount(pairs.map(\.question))
    repeatedNoteCount = Self.repeatCount(noteTexts)
    noteVocabularyCount = Self.vocabulary(noteTexts).count
    caseReports = Lengths(records.compactMap(\.caseReport))
    notes = Lengths(noteTexts)
    questions = Lengths(pairs.map(\.question))
    answers = Lengths(pairs.map(\.answer))
  }

  private static func words(_ text: String) -> [Substring.UnicodeScalarView] {
    text.unicodeScalars.split { $0.properties.isWhitespace }.map { Substring($0).unicodeScalars }
  }

  private static func wordCount(_ text: String) -> Int { words(text).count }

  private static func repeatCount(_ texts: [String]) -> Int {
    let folded = texts.map { words($0.lowercased()).map(String.init).joined(separator: " ") }
    return texts.count - Set(folded).count
  }

  private static func vocabulary(_ texts: [String]) -> Set<String> {
    var vocabulary: Set<String> = []
    for text in texts {
      for word in text.lowercased().unicodeScalars.split(whereSeparator: { !isLetterOrDigit($0) }) {
        vocabulary.insert(String(word))
      }
    }
    return vocabulary
  }

  private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber, .letterNumber, .otherNumber:
      true
    default: false
    }
  }
}
