import Grounding
import Testing

struct VerdictTests {
  private static let note = """
    DISCHARGE SUMMARY
    72M with AKI (acute kidney injury) and L perinephric hematoma after bx.
    Cr 4.1 on admission, 2.3 on HD 10. Plt 120,000. EF 35%.
    No chest pain. ANA neg. Penicillin was not given.
    Midaz 5 mg at 5 min. Lorazepam 1 mg IV on POD 2.
    FHx: mother had a stroke.
    MEDICATIONS
    - furosemide 40 mg PO BID
    - losartan 50 mg nocte
    - enoxaparin 80 mg SC daily x 3/52
    - omeprazole stopped
    Hgb 9.8 g/dL, K 5.3 mmol/L.
    F/U renal clinic in two weeks.
    """

  private func verdict(_ answer: String, question: String = "") -> Verdict? {
    NoteIndex(Self.note).claims(of: answer, question: question).first?.verdict
  }

  @Test(arguments: [
    "Furosemide 40 mg PO BID.", "Furosemide 40 mg by mouth twice daily.",
    "Furosemide 0.04 g twice daily.", "Losartan 50 mg at night.",
    "Creatinine was 4.1 on admission.", "Platelets were 120000.",
    "The ejection fraction was 35 percent.", "Left perinephric haematoma after biopsy.",
    "Enoxaparin 80 mg daily for 3 weeks.", "Renal clinic follow-up in 14 days.",
    "Acute kidney injury.", "Midazolam 5 mg was given.", "Lorazepam 1 mg on postoperative day 2.",
    "There was no chest pain.", "Omeprazole was stopped.", "Haemoglobin 9.8 g/dL.",
  ])
  func whatTheNoteSaysIsSupported(answer: String) {
    #expect(verdict(answer) == .supported)
  }

  @Test(arguments: [
    "Furosemide 80 mg PO BID.", "Furosemide 40 g PO BID.", "Furosemide 40 mg three times daily.",
    "Losartan 50 mg every morning.", "Creatinine was 6.1 on admission.",
    "Right perinephric haematoma after biopsy.", "Enoxaparin 80 mg daily for 3 months.",
    "Amiodarone 40 mg PO BID.", "She had chest pain.", "Haemoglobin 7.8 g/dL.",
    "The ejection fraction was 55 percent.", "Renal clinic follow-up in two months.",
  ])
  func whatItSaysOtherwiseIsNot(answer: String) {
    #expect(verdict(answer) != .supported)
  }

  @Test func whatItDoesNotSpeakOfIsNotAddressed() {
    #expect(verdict("Bicycle maintenance requires lubricated chains.") == .notAddressed)
  }

  @Test func whatHasNoWordsInTheNoteIsNotSupported() {
    #expect(NoteIndex("").claims(of: "a").map(\.verdict) == [.notAddressed])
    #expect(NoteIndex("").claims(of: "Aspirin 81 mg.").map(\.verdict) == [.notAddressed])
  }

  @Test func anotherMedicineIsNotAddressedAndNamed() throws {
    let claim = try #require(NoteIndex(Self.note).claims(of: "Amiodarone was given.").first)
    #expect(claim.verdict == .notAddressed)
    #expect(claim.reason.contains("Amiodarone"))
  }

  @Test func silenceIsSupportedWhereTheNoteIsSilent() throws {
    let claim = try #require(
      NoteIndex(Self.note).claims(of: "The note does not mention metformin.").first)
    #expect(claim.verdict == .supported)
    #expect(claim.spans.isEmpty)
  }

  @Test func silenceIsContradictedWhereTheNoteSpeaks() throws {
    let claim = try #require(
      NoteIndex(Self.note).claims(of: "The note does not mention furosemide.").first)
    #expect(claim.verdict == .contradicted)
    #expect(claim.spans.map { text($0, of: Self.note) } == ["- furosemide 40 mg PO BID"])
  }

  @Test func aDifferenceOfTwoNumbersIsNotHeldAgainstTheAnswer() {
    #expect(verdict("Creatinine fell by 1.8, from 4.1 to 2.3.") == .supported)
  }

  @Test func aNumberOfTheQuestionIsNotHeldAgainstTheAnswer() {
    let answer = "Furosemide 120 mg is more than listed."
    #expect(verdict(answer) == .contradicted)
    #expect(verdict(answer, question: "He takes 120 mg of furosemide: right?") == .supported)
  }

  @Test func evidenceIsTheSentenceThatSaysIt() throws {
    let claim = try #require(NoteIndex(Self.note).claims(of: "Losartan 50 mg at night.").first)
    #expect(claim.spans.map { text($0, of: Self.note) } == ["- losartan 50 mg nocte"])
  }

  @Test func answersAreCutIntoClaims() {
    let claims = NoteIndex(Self.note).claims(
      of: "No. He took furosemide 40 mg daily; losartan 50 mg was added.\n- Aspirin at home")
    #expect(
      claims.map(\.text) == [
        "No. He took furosemide 40 mg daily;", "losartan 50 mg was added.", "- Aspirin at home",
      ])
  }
}
