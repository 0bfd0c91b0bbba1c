import Grounding
import Screen

/// An answer to be compared with its note. Equal requests have equal evidence.
public struct EvidenceRequest: Equatable, Sendable {
  /// Bytes of the longest answer that is compared at once, between two frames: that takes some
  /// milliseconds. A longer one is compared in the background.
  static let immediateByteLimit = 8_000
  /// Bytes of the longest answer that is compared at all; no context that this program offers
  /// holds a longer one, a recording may.
  static let byteLimit = 200_000

  /// The note that the answer is about.
  public var note: String
  /// What was asked.
  public var question: String
  /// The whole answer.
  public var answer: String

  init(_ entry: TranscriptEntry) {
    note = entry.note
    question = entry.question
    answer = entry.answer
  }

  /// Compares the answer with the note; nil where the answer says nothing.
  public func find() -> AnswerEvidence? {
    AnswerEvidence(note: note, question: question, answer: answer)
  }
}

/// Where in its note each sentence of an answer stands.
public struct AnswerEvidence: Equatable, Sendable {
  let claims: [GroundedClaim]
  /// For each claim, the note's line (from 1) that its first evidence begins on; nil for none.
  let lines: [Int?]
  /// For each claim, the heading above that evidence; empty for none.
  let sections: [String]

  /// Compares an answer with its note; nil where the answer says nothing.
  init?(note: String, question: String, answer: String) {
    let index = NoteIndex(note)
    claims = index.claims(of: answer, question: question)
    guard !claims.isEmpty else { return nil }
    let scalars = Array(note.unicodeScalars)
    lines = claims.map { claim in
      claim.spans.first.map { TextPlace(of: $0.lowerBound, in: scalars).line + 1 }
    }
    sections = claims.map { claim in
      guard let first = claim.spans.first,
        let sentence = index.sentences.first(where: { $0.range == first })
      else { return "" }
      return DisplayText.sanitize(index.sections[sentence.section].title)
    }
  }

  /// How many claims are not found in the note as they are.
  var missingCount: Int { claims.count { $0.verdict != .supported } }

  /// `3 sentences: 2 found in note, 1 NOT FOUND`.
  var summary: String {
    let count = claims.count
    return "\(count) sentence\(count == 1 ? "" : "s"): \(count - missingCount) found in note, "
      + "\(missingCount) NOT FOUND"
  }

  /// `[9=]` with the note's line, `[?]` for what is not found, `[9!]` for what the note has otherwise.
  func marker(of claim: Int) -> String {
    let mark = claims[claim].verdict.mark
    return "[\(lines[claim].map(String.init) ?? "")\(mark)]"
  }

  /// The answer with a marker behind each claim, and where each claim then stands, in scalars.
  func marked(_ answer: String) -> (text: String, ranges: [Range<Int>]) {
    let scalars = Array(answer.unicodeScalars)
    var text = String.UnicodeScalarView()
    var ranges: [Range<Int>] = []
    var done = 0
    var length = 0
    for (index, claim) in claims.enumerated() where claim.range.upperBound <= scalars.count {
      let end = max(done, claim.range.upperBound)
      text.append(contentsOf: scalars[done..<end])
      length += end - done
      let marker = " " + marker(of: index)
      ranges.append(max(0, length - (end - claim.range.lowerBound))..<length)
      text.append(contentsOf: marker.unicodeScalars)
      length += marker.unicodeScalars.count
      done = end
    }
    text.append(contentsOf: scalars[done...])
    return (String(text), ranges)
  }
}

extension AnswerEvidence {
  /// For files: the summary, then each sentence with the note's words for it.
  func list(of note: String) -> [String] {
    let scalars = Array(note.unicodeScalars)
    var list = ["Evidence: \(summary) (found there, which is not the same as clinically right)"]
    for (number, claim) in claims.enumerated() {
      let place = lines[number].map { ", line \($0)" } ?? ""
      let quote = claim.spans.first.map {
        ": \"" + String(String.UnicodeScalarView(scalars[$0])) + "\""
      }
      let reason = claim.verdict == .supported ? "" : ". \(claim.reason)"
      list.append("\(number + 1). \(claim.verdict.words)\(place)\(quote ?? "")\(reason)")
    }
    return list
  }
}

/// Where a place of a text stands once it is broken into lines and its controls are made visible.
struct TextPlace: Equatable {
  /// From 0.
  var line: Int
  /// Characters of that line before it, as the screen shows them.
  var character: Int

  /// - Parameter offset: In Unicode scalars.
  init(of offset: Int, in scalars: [Unicode.Scalar]) {
    var before = String.UnicodeScalarView()
    before.append(contentsOf: scalars[..<min(offset, scalars.count)])
    let lines = normalizingLineEnds(String(before))
      .split(separator: "\n", omittingEmptySubsequences: false)
    line = max(0, lines.count - 1)
    character = DisplayText.sanitize(String(lines.last ?? "")).count
  }
}

extension WrappedText {
  /// The parts of rows that show a range of a text, in Unicode scalars of it.
  func parts(
    of range: Range<Int>, in scalars: [Unicode.Scalar]
  ) -> [(row: Int, characters: Range<Int>)] {
    let start = TextPlace(of: range.lowerBound, in: scalars)
    let end = TextPlace(of: range.upperBound, in: scalars)
    var found: [(row: Int, characters: Range<Int>)] = []
    var before = 0
    for (index, row) in rows.enumerated() where (start.line...end.line).contains(row.line) {
      if row.joint == nil { before = 0 }
      before += row.joint?.count ?? 0
      let count = row.text.count
      let low = row.line == start.line ? max(0, start.character - before) : 0
      let high = row.line == end.line ? min(count, end.character - before) : count
      if low < high { found.append((index, low..<high)) }
      before += count
    }
    return found
  }
}
