internal import Clinical
internal import Grounding

/// How far a synthetic note stays within its case report, sentence by sentence, by rules.
public struct FaithfulnessAudit: Hashable, Sendable {
  /// Sentences of the note that say something.
  public let claimCount: Int
  /// Those that the case report bears out.
  public let supportedCount: Int
  /// The others, in order.
  public let unsupported: [Finding]

  /// A sentence that the case report does not bear out.
  public struct Finding: Hashable, Sendable {
    /// Its place in the note, as offsets in Unicode scalars.
    public var range: Range<Int>
    /// `not_addressed` or `contradicted`.
    public var verdict: String
    /// Why, in plain words.
    public var reason: String
  }

  /// Compares a note with its case report.
  public init(note: String, caseReport: String) {
    // A heading claims nothing, and the note's headings are its own.
    let headings = NoteIndex(note).sentences.filter(\.isHeading).map(\.range)
    let claims = NoteIndex(caseReport).claims(of: note, question: "").filter { claim in
      !headings.contains {
        $0.lowerBound <= claim.range.lowerBound && claim.range.upperBound <= $0.upperBound
      }
    }
    claimCount = claims.count
    supportedCount = claims.count { $0.verdict == .supported }
    unsupported = claims.filter { $0.verdict != .supported }.map {
      Finding(range: $0.range, verdict: $0.verdict.rawValue, reason: $0.reason)
    }
  }

  /// The share of sentences that are supported; 1 where there are none.
  public var support: Double {
    claimCount == 0 ? 1 : Double(supportedCount) / Double(claimCount)
  }

  /// The audit as a record keeps it.
  var value: JSONValue {
    .object(
      JSONObject([
        .init(name: "sentences", value: .number("\(claimCount)")),
        .init(name: "supported", value: .number("\(supportedCount)")),
        .init(
          name: "unsupported",
          value: .array(
            unsupported.map { item in
              .object(
                JSONObject([
                  .init(
                    name: "span",
                    value: .array([
                      .number("\(item.range.lowerBound)"), .number("\(item.range.upperBound)"),
                    ])),
                  .init(name: "verdict", value: .string(item.verdict)),
                  .init(name: "reason", value: .string(item.reason)),
                ]))
            })),
      ]))
  }
}
