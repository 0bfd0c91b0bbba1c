internal import ArgumentParser
internal import Clinical
internal import Evaluation
internal import Foundation
internal import Grounding
internal import Llama

/// What can be asked of an answer that is there.
enum AnswerProbe: String, CaseIterable, ExpressibleByArgument {
  /// How far each sentence falls when a section of the note is taken away.
  case sections
  /// Whether the answer follows when a fact of the note that it repeats is changed.
  case change
  /// Whether the question in other words gets the same answer.
  case phrasing
}

/// What the probes found, as `ask --json` prints it.
struct ProbeReport: Encodable {
  /// How sure the model is of a sentence with the whole note, and without a section of it.
  struct SectionFall: Encodable {
    let section: String
    let range: [Int]
    /// The geometric mean of the probabilities of the sentence's tokens.
    let with_section: Double
    let without_section: Double
  }

  struct Change: Encodable {
    let old: String
    let new: String
    let range: [Int]
    let answer: String
    /// `follows` has the new fact, `moved` is another answer without it, `stays` is the same one.
    let outcome: String
  }

  struct Phrasing: Encodable {
    let question: String
    let answer: String
    /// Token F1 against the answer to the question as it was asked.
    let agreement: Double
    let same_numbers: Bool

    /// Near enough to count as the same answer.
    var isSame: Bool { agreement >= 0.6 && same_numbers }
  }

  /// For each sentence of the answer, the sections by how far it falls without them.
  var sections: [[SectionFall]]?
  var changes: [Change]?
  var phrasings: [Phrasing]?
}

/// Asks the model again, with the note or the question changed. What is the same is read once.
struct AnswerProber {
  let tracer: AnswerTracer
  let note: String
  let index: NoteIndex
  let question: String
  let parameters: GenerationParameters
  let result: EngineResult
  let claims: [GroundedClaim]
  /// Whether answers are held to the numbers and medicines of their notes.
  let isLocked: Bool

  func report(_ probes: [AnswerProbe]) async throws -> ProbeReport {
    var report = ProbeReport()
    if probes.contains(.sections) { report.sections = try await sections() }
    if probes.contains(.change) { report.changes = try await changes() }
    if probes.contains(.phrasing) { report.phrasings = try await phrasings() }
    return report
  }

  // MARK: Sections

  private func sections() async throws -> [[ProbeReport.SectionFall]] {
    let answer = AnswerTracer.Answer(
      tokens: result.tokens, question: question, tokenizer: tracer.loaded.model.tokenizer)
    let whole = try await tracer.sureness(of: answer, note: note)
    var falls = Array(repeating: [ProbeReport.SectionFall](), count: claims.count)
    for (number, section) in index.sections.enumerated()
    where index.sentences.contains(where: { $0.section == number && !$0.isHeading }) {
      var scalars = Array(note.unicodeScalars)
      scalars.removeSubrange(section.range)
      let rest = String(String.UnicodeScalarView(scalars))
      let without = try await tracer.sureness(of: answer, note: rest)
      for (place, claim) in claims.enumerated() {
        guard let before = whole.meanLogProbability(in: claim.range),
          let after = without.meanLogProbability(in: claim.range)
        else { continue }
        falls[place].append(
          ProbeReport.SectionFall(
            section: section.title, range: [section.range.lowerBound, section.range.upperBound],
            with_section: exp(before), without_section: exp(after)))
      }
    }
    return falls.map { $0.sorted { $0.without_section < $1.without_section } }
  }

  // MARK: Changed facts

  /// At most so many facts are changed, each an answer to write.
  private static let changeCount = 3

  private func changes() async throws -> [ProbeReport.Change] {
    var found: [ProbeReport.Change] = []
    for change in index.changes(for: claims).prefix(Self.changeCount) {
      let answer = try await write(question, note: change.applied(to: note))
      let words = answer.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "." }
        .map { $0.hasSuffix(".") ? $0.dropLast() : $0 }
      let outcome =
        answer == result.text ? "stays" : words.contains(change.new[...]) ? "follows" : "moved"
      found.append(
        ProbeReport.Change(
          old: change.old, new: change.new,
          range: [change.range.lowerBound, change.range.upperBound], answer: answer,
          outcome: outcome))
    }
    return found
  }

  // MARK: Other words

  /// The question in other words that mean the same to anyone.
  private var paraphrases: [String] {
    let bare = question.hasSuffix("?") ? String(question.dropLast()) : question
    return [
      "According to the note: \(question)", "\(question) Answer from the note alone.",
      "Please answer this about the patient. \(question)", bare,
    ]
  }

  private func phrasings() async throws -> [ProbeReport.Phrasing] {
    var found: [ProbeReport.Phrasing] = []
    for other in paraphrases where other != question {
      let answer = try await write(other, note: note)
      found.append(
        ProbeReport.Phrasing(
          question: other, answer: answer,
          agreement: TokenF1.score(answer: answer, reference: result.text),
          same_numbers: NumberOverlap.numbers(answer).sorted()
            == NumberOverlap.numbers(result.text).sorted()))
    }
    return found
  }

  private func write(_ question: String, note: String) async throws -> String {
    var request = EngineRequest(
      prompt: tracer.writer.prompt(note: note, question: question),
      tokenizer: tracer.loaded.model.tokenizer, parameters: parameters)
    // Changed notes are nobody's: they are not kept on the disk.
    request.sharedTokenCount = nil
    if isLocked {
      request.constraint = NoteLockConstraint(NoteIndex(note), tracer.loaded.model)
    }
    return try await tracer.loaded.engine.generate(request).text
  }
}

extension ProbeReport {
  /// What the probes found, in lines for a person.
  func lines() -> [String] {
    func rounded(_ value: Double) -> String {
      let cents = Int((value * 100).rounded())
      return "\(cents / 100)." + (cents % 100 < 10 ? "0" : "") + "\(cents % 100)"
    }
    var lines: [String] = []
    for (number, falls) in (sections ?? []).enumerated() {
      guard let most = falls.first, most.without_section < most.with_section else { continue }
      let name = most.section.isEmpty ? "its first part" : most.section
      lines.append(
        "Without \(name), sentence \(number + 1) falls \(rounded(most.with_section)) -> "
          + rounded(most.without_section))
    }
    for change in changes ?? [] {
      let words =
        switch change.outcome {
        case "follows": "the answer follows"
        case "moved": "the answer moves, but does not say \(change.new)"
        default: "the answer stays as it is"
        }
      lines.append("With \(change.new) instead of \(change.old) in the note, \(words).")
    }
    if let phrasings {
      let same = phrasings.count(where: \.isSame)
      lines.append(
        "In other words: \(same) of \(phrasings.count) phrasings of the question get this answer.")
    }
    return lines
  }
}
