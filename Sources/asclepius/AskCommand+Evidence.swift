internal import Foundation
internal import Grounding

extension AskOutput {
  /// A sentence of the answer with what the note has for it, as `ground` prints it.
  struct Claim: Encodable {
    let text: String
    let verdict: String
    let spans: [[Int]]
    let reason: String

    init(_ claim: GroundedClaim) {
      text = claim.text
      verdict = claim.verdict.rawValue
      spans = claim.spans.map { [$0.lowerBound, $0.upperBound] }
      reason = claim.reason
    }
  }
}

extension AskCommand {
  /// Prints where in the note each sentence of an answer stands, and which ones do not.
  func printEvidence(of answer: String, question: String, note: String) {
    let index = NoteIndex(note)
    let scalars = Array(note.unicodeScalars)
    let claims = index.claims(of: answer, question: question)
    print("\nEvidence in the note (found there, which is not the same as clinically right):")
    for (number, claim) in claims.enumerated() {
      print("\(number + 1). \(claim.verdict.mark) \(claim.verdict.words): \(claim.text)")
      for span in claim.spans {
        let section = index.sentences.first { $0.range == span }.map { index.sections[$0.section] }
        let title = section.map(\.title) ?? ""
        let quote = String(String.UnicodeScalarView(scalars[span]))
        print("     \(title.isEmpty ? "" : title + ": ")\(quote)")
      }
      if claim.verdict != .supported { print("     \(claim.reason)") }
    }
    let missing = claims.count { $0.verdict != .supported }
    print(
      "\(claims.count) sentences: \(claims.count - missing) found in note, \(missing) NOT FOUND")
  }
}
