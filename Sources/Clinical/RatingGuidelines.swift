/// What raters are told: numbered, so that a remark can name the sentence it rests on.
public enum RatingGuidelines {
  /// A guideline: its number and what it says. One without a point is a heading.
  public struct Line: Hashable, Sendable {
    /// Such as `2.1`, or `2` for a heading.
    public var number: String
    /// What it says.
    public var text: String
  }

  /// All of them in order.
  public static let lines: [Line] = {
    let grades = AnswerGrade.allCases.map { grade in
      ("1.\(grade.rawValue)", "\(grade.rawValue) \(grade.title): \(grade.criterion).")
    }
    let harms = HarmLevel.allCases.map { "\($0.rawValue) (\($0.explanation))" }
      .joined(separator: ", ")
    let all =
      [("1", "Grades")] + grades + [
        ("2", "Errors"),
        ("2.1", "Whatever is marked in the answer makes the grade 1."),
        (
          "2.2",
          "What is left out is marked in the note, where it stands; the grade is then 3 at most."
        ),
        ("2.3", "Judge by the note alone, not by what usually is so."),
        ("2.4", "Length and style count only where they hide or add something."),
        ("3", "Harm"),
        ("3.1", "If somebody acted on the answer: \(harms)."),
        ("4", "Compare"),
        ("4.1", "Choose the answer that you would rather hand to a colleague."),
        ("4.2", "Two that both have grade 1 are both bad, however they differ."),
      ]
    return all.map { Line(number: $0.0, text: $0.1) }
  }()
}
