internal import Clinical

extension AuxiliaryPairs {
  func abbreviationPairs(_ note: NoteText, _ random: inout RowRandom) -> [QuestionPair] {
    facts.expansions.keys.sorted().filter { note.count(of: $0) > 0 }.compactMap { short in
      guard let long = facts.expansions[short] else { return nil }
      let form = Wording.expansion.randomElement(using: &random) ?? ""
      return pair(
        .abbreviationExpansion, form.filled(short), "\(short): \(long).", evidence: [short])
    }
  }

  func dosePairs(_ note: NoteText, _ random: inout RowRandom) -> [QuestionPair] {
    note.doses.filter { facts.medicines.contains($0.name) && note.count(of: $0.name) == 1 }
      .map { dose in
        let form = Wording.dose.randomElement(using: &random) ?? ""
        let evidence = dose.spelling + " " + dose.amount
        return pair(
          .questionAnswering, form.filled(dose.name), evidence.startingWithCapital + ".",
          evidence: [evidence])
      }
  }

  func valuePairs(_ note: NoteText, _ random: inout RowRandom) -> [QuestionPair] {
    note.values.filter { facts.measures.contains($0.name) && note.count(of: $0.name) == 1 }
      .map { value in
        let form = Wording.value.randomElement(using: &random) ?? ""
        let evidence = value.spelling + " " + value.amount
        return pair(
          .questionAnswering, form.filled(value.name), evidence + ".", evidence: [evidence])
      }
  }

  func followUpPairs(_ note: NoteText, _ random: inout RowRandom) -> [QuestionPair] {
    guard let section = note.followUp else { return [] }
    let question = Wording.followUp.randomElement(using: &random) ?? ""
    let answer = section.split(whereSeparator: \.isNewline).map { line in
      String(line.drop { !$0.isLetter && !$0.isNumber })
    }.filter { !$0.isEmpty }.joined(separator: "; ")
    let end = answer.last.map { ".!?".contains($0) } == true ? "" : "."
    return [pair(.questionAnswering, question, answer + end, evidence: [section])]
  }

  func absentPairs(
    _ note: NoteText, _ record: PatientRecord, _ random: inout RowRandom
  ) -> [QuestionPair] {
    let known = NoteText(record.caseReport ?? "")
    func isAbsent(_ name: String) -> Bool { !note.mentions(name) && !known.mentions(name) }
    let medicines = facts.medicines.sorted().filter(isAbsent).shuffled(using: &random)
    let measures = facts.measures.sorted().filter(isAbsent).shuffled(using: &random)
    return medicines.prefix(6).map { refusal($0, Wording.dose, .questionAnswering, &random) }
      + measures.prefix(6).map { refusal($0, Wording.value, .questionAnswering, &random) }
  }

  func mismatchPairs(
    _ note: NoteText, _ record: PatientRecord, _ random: inout RowRandom
  ) -> [QuestionPair] {
    let known = NoteText(record.caseReport ?? "")
    let fitting = questions.filter {
      $0.patientID != record.patientID && !note.mentions($0.subject) && !known.mentions($0.subject)
    }
    return fitting.shuffled(using: &random).prefix(12).map { other in
      refusal(other.subject, [other.pair.question], other.pair.task, &random)
    }
  }

  private func refusal(
    _ subject: String, _ questions: [String], _ task: ClinicalTask?, _ random: inout RowRandom
  ) -> QuestionPair {
    let question = questions.randomElement(using: &random) ?? ""
    let form = Wording.refusal.randomElement(using: &random) ?? ""
    return pair(
      task ?? .questionAnswering, question.filled(subject),
      form.filled(subject).startingWithCapital, evidence: [])
  }

  private func pair(
    _ task: ClinicalTask, _ question: String, _ answer: String, evidence: [String]
  ) -> QuestionPair {
    var pair = QuestionPair(
      task: task, question: question.startingWithCapital, answer: answer)
    pair.evidence = evidence
    pair.isAnswerable = !evidence.isEmpty
    return pair
  }
}

/// How the rules put things; `#` stands for the subject.
private enum Wording {
  static let expansion = [
    "What does # stand for?", "# in full?", "Expand #.", "What is # in this note?",
  ]
  static let dose = [
    "What dose of # is recorded?", "# dose?", "Which dose of # does the note give?",
    "How much # and how often?",
  ]
  static let value = [
    "What was the #?", "# result?", "Which value of # does the note give?", "# value?",
  ]
  static let followUp = [
    "What follow-up is planned?", "Quote the plan after discharge.", "Follow-up arrangements?",
    "What happens after discharge?",
  ]
  static let refusal = [
    "The note does not mention #.", "# is not mentioned in the note.",
    "No # is recorded in the note.", "Not recorded. The note does not mention #.",
    "The note gives no #.", "Not stated: # does not appear in the note.",
  ]
}

extension String {
  fileprivate func filled(_ subject: String) -> String {
    split(separator: "#", omittingEmptySubsequences: false).joined(separator: subject)
  }

  fileprivate var startingWithCapital: String {
    guard let first, prefix(while: \.isLetter).allSatisfy(\.isLowercase) else { return self }
    return first.uppercased() + dropFirst()
  }
}
