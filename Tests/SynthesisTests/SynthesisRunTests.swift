import Clinical
import Foundation
import Synchronization
import Synthesis
import Testing

/// A teacher whose reply depends on what it is asked alone, and that can be made to fail.
final class ScriptedTeacher: Sendable {
  private struct Failure: Error {}

  let asked = Mutex<[String: Int]>([:])
  private let failsAfter: Int
  private let rowsAtOnce: Int
  private let isSlow: Bool

  init(failsAfter: Int = .max, rowsAtOnce: Int = 1, isSlow: Bool = false) {
    self.failsAfter = failsAfter
    self.rowsAtOnce = rowsAtOnce
    self.isSlow = isSlow
  }

  var teacher: Teacher {
    Teacher(
      description: ModelDescription(name: "scripted", quantization: "", contextLength: 2048),
      rowsAtOnce: rowsAtOnce
    ) { prompt, parameters in
      let count = self.asked.withLock { asked in
        asked["\(parameters.seed)", default: 0] += 1
        return asked.values.reduce(0, +)
      }
      guard count <= self.failsAfter else { throw Failure() }
      if self.isSlow {
        try await Task.sleep(for: .microseconds(Int(parameters.seed % 2000)))
      }
      return try Self.reply(to: prompt, parameters)
    }
  }

  private static func reply(
    to prompt: TeacherPrompt, _ parameters: GenerationParameters
  ) throws -> TeacherReply {
    let number = parameters.seed % 97
    switch prompt {
    case .note(let report) where report.contains("endless"):
      return TeacherReply(text: "On and on", stop: .limit, tokenCount: 1024)
    case .note(let report) where report.contains("huge"):
      throw PromptTooLong(promptTokenCount: 9000, reservedTokenCount: 64, contextLength: 2048)
    case .note(let report):
      let more = report.contains("liar") ? " Given warfarin 500 mg. MRI showed a glioma." : ""
      return TeacherReply(text: "  HISTORY\n\(report)\(more)\n", stop: .end, tokenCount: 9)
    case .question(let task, let examples, _):
      // Words of the seed alone, so that no two questions are alike; the last example's length
      // shows whether the pool was the same.
      let words = stride(from: 0, to: 60, by: 6).map { "w\(parameters.seed >> $0 & 63)" }
      let last = examples.last?.count ?? 0
      return TeacherReply(
        text: "1. \(task.rawValue) \(words.joined(separator: " ")) \(last)?\nMore.", stop: .end)
    case .answer(let question, _):
      return TeacherReply(text: "Answer \(number) to \(question.count).", stop: .end)
    }
  }
}

@Suite("Synthesis runs")
struct SynthesisRunTests {
  private static let reports: [PatientRecord] = (0..<20).map { number in
    let word = [3: "endless", 5: "huge", 7: "liar"][number] ?? "plain"
    var record = PatientRecord(patientID: "p\(number)")
    record.caseReport = "A \(word) man of \(40 + number) had a cough for \(number + 2) days."
    record.object["doi"] = .string("10.1/\(number)")
    return record
  }

  private static func folder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appending(path: "run-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  private func run(_ scripted: ScriptedTeacher, in folder: URL) async throws -> [String] {
    let journal = try RunJournal(path: folder.appending(path: "journal").path, settings: "s")
    let run = SynthesisRun(
      settings: SynthesisSettings(), teacher: scripted.teacher, journal: journal)
    let notes = SynthesisRun.audit(
      try await run.synthesize(Self.reports), smallestSupport: 0.5)
    return try await run.answer(try await run.instruct(notes)).map(\.line)
  }

  private func undisturbed() async throws -> (lines: [String], asked: [String: Int]) {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let scripted = ScriptedTeacher()
    let lines = try await run(scripted, in: folder)
    return (lines, scripted.asked.withLock { $0 })
  }

  @Test("carry every field through, ask three questions a note and say what was set aside")
  func runsTheChain() async throws {
    let records = try await undisturbed().lines.map { try PatientRecord(line: $0) }
    #expect(records.map(\.patientID) == Self.reports.map(\.patientID))
    #expect(records.map { $0.object["doi"] } == Self.reports.map { $0.object["doi"] })
    #expect(records[3].asideReason == "the note was not finished after 1024 tokens")
    #expect(records[3].note == nil)
    #expect(
      records[5].asideReason == "the case report needs 9000 tokens, but the teacher holds 2048")
    #expect(records[7].asideReason == "2 of 3 sentences are not in the case report")
    #expect(records[7].pairs.isEmpty)
    let good = records.filter { !$0.isSetAside }
    #expect(good.count == 17)
    #expect(good.allSatisfy { $0.pairs.count == 3 })
    let pair = try #require(good.first?.pairs.first)
    #expect(pair.question.hasPrefix(pair.task?.rawValue ?? "none"))
    #expect(pair.answer.hasPrefix("Answer "))
    let provenance = try #require(pair.object["provenance"]?.object?["answer"]?.object)
    #expect(provenance["teacher"] == "scripted")
    #expect(
      provenance["prompt_digest"]?.string
        == TeacherPrompt.answer(question: "", note: "").templateDigest)
  }

  @Test("give the same set after a failure at any reply, and ask no row twice")
  func resumesAnywhere() async throws {
    let expected = try await undisturbed()
    let total = expected.asked.values.reduce(0, +)
    for count in stride(from: 0, through: total, by: 7) {
      let folder = try Self.folder()
      defer { try? FileManager.default.removeItem(at: folder) }
      let first = ScriptedTeacher(failsAfter: count)
      _ = try? await run(first, in: folder)
      let second = ScriptedTeacher()
      #expect(try await run(second, in: folder) == expected.lines, "after \(count)")
      let asked = first.asked.withLock { $0 }.merging(
        second.asked.withLock { $0 }, uniquingKeysWith: +)
      // The request that failed was asked for again; no other was.
      #expect(asked.values.reduce(0, +) - total == (count < total ? 1 : 0), "after \(count)")
    }
  }

  @Test("do not depend on which reply comes first")
  func doesNotDependOnOrder() async throws {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let scripted = ScriptedTeacher(rowsAtOnce: 6, isSlow: true)
    #expect(try await run(scripted, in: folder) == undisturbed().lines)
  }

  @Test("lose nothing when the journal's last line was cut off anywhere")
  func survivesTornLine() async throws {
    let expected = try await undisturbed().lines
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    _ = try? await run(ScriptedTeacher(failsAfter: 30), in: folder)
    let file = folder.appending(path: "journal")
    let whole = try Data(contentsOf: file)
    for cut in stride(from: 1, through: 120, by: 17) {
      try whole.dropLast(cut).write(to: file)
      #expect(try await run(ScriptedTeacher(), in: folder) == expected, "\(cut) bytes short")
    }
  }

  @Test("journals refuse other settings, a second process and damage, each in words")
  func refusesForeignJournals() throws {
    let folder = try Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "journal").path
    do {
      let journal = try RunJournal(path: path, settings: "a")
      try journal.append(.tooLong(prompt: 2, context: 1), key: "k")
      #expect(throws: RunJournalError.inUse(path: path)) {
        _ = try RunJournal(path: path, settings: "a")
      }
    }
    #expect(throws: RunJournalError.otherSettings(path: path)) {
      _ = try RunJournal(path: path, settings: "b")
    }
    let again = try RunJournal(path: path, settings: "a")
    #expect(again.outcome(of: "k") == .tooLong(prompt: 2, context: 1))
    #expect(again.count == 1)
    let other = folder.appending(path: "other").path
    try "nonsense\n".write(toFile: other, atomically: true, encoding: .utf8)
    #expect(throws: RunJournalError.damaged(path: other, line: 1)) {
      _ = try RunJournal(path: other, settings: "a")
    }
    #expect(try String(contentsOfFile: other, encoding: .utf8) == "nonsense\n")
  }
}
