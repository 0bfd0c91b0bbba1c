import Clinical
import Grounding

/// The form in which a session is written to a file.
enum ExportFormat: String, CaseIterable, Sendable {
  case markdown = "md"
  /// One JSON object a line for each answer, with all that made it what it is.
  case jsonLines = "jsonl"
  case plainText = "txt"

  /// The form that the end of a file's name asks for; nil where it asks for none.
  init?(path: String) {
    let lowered = path.lowercased()
    guard let format = Self.allCases.first(where: { lowered.hasSuffix("." + $0.rawValue) }) else {
      return nil
    }
    self = format
  }
}

extension WorkbenchState {
  private static let warning = "Written by a language model. Not for clinical decisions."

  /// The session with every version of every answer, the model's text as it was written.
  func exported(as format: ExportFormat) -> String {
    switch format {
    case .markdown: markdown
    case .jsonLines: transcript.entries.indices.map { jsonLine(of: $0) + "\n" }.joined()
    case .plainText: plainText
    }
  }

  /// The room as it may be written to a file: where that is wished, without what tells who a person
  /// is. The tokens of an answer would tell it too, so they go as well.
  var handedOut: WorkbenchState {
    guard redact == .on else { return self }
    var state = self
    state.transcript.redact()
    return state
  }

  /// What `asclepius ask --receipt` replays: the exchange at `index` on one line.
  func receipt(of index: Int) -> String { jsonLine(of: index) + "\n" }

  /// Exchanges with the versions of one question beside each other, in the order of the questions.
  private var exchangesInOrder: [Int] {
    transcript.shown.flatMap { transcript.versions(of: $0) }
  }

  /// `Answer 2 of 3`; `Answer` where there is one version.
  func answerName(of index: Int) -> String {
    let versions = transcript.versions(of: index)
    guard versions.count > 1, let position = versions.firstIndex(of: index) else {
      return "Answer"
    }
    return "Answer \(position + 1) of \(versions.count)"
  }

  private var markdown: String {
    var lines = ["# Session", "", Self.warning, ""]
    for index in exchangesInOrder {
      let entry = transcript.entries[index]
      if entry.versionOf == nil {
        lines += ["## \(entry.askedAt.shortClock) \(entry.noteName)", ""]
        lines += ["**Question:** \(entry.question)", ""]
      }
      if transcript.versions(of: index).count > 1 {
        lines += ["### \(answerName(of: index)), \(entry.askedAt.shortClock)", ""]
      }
      if let remark = entry.remark { lines += ["*\(remark)*", ""] }
      lines += [entry.answer, ""]
      if let label = entry.status.label { lines += ["*\(label)*", ""] }
      if let evidence = entry.evidence { lines += evidence.list(of: entry.note) + [""] }
      if let origin = origin(of: entry) { lines += [origin, ""] }
    }
    return lines.joined(separator: "\n")
  }

  private var plainText: String {
    var lines = [Self.warning, ""]
    for index in exchangesInOrder {
      let entry = transcript.entries[index]
      if entry.versionOf == nil {
        lines.append("\(entry.askedAt.shortClock) \(entry.noteName)")
        lines.append("Question: \(entry.question)")
      }
      if let remark = entry.remark { lines.append("(\(remark))") }
      lines.append("\(answerName(of: index)): \(entry.answer)")
      if let label = entry.status.label { lines.append("(\(label))") }
      if let evidence = entry.evidence { lines += evidence.list(of: entry.note) }
      if let origin = origin(of: entry) { lines.append("(\(origin))") }
      lines.append("")
    }
    return lines.joined(separator: "\n")
  }

  /// The model and how it was asked, on one line.
  private func origin(of entry: TranscriptEntry) -> String? {
    entry.model.map { model in
      let template = entry.template.map { ", template \($0.rawValue)" } ?? ""
      return "Model \(model.title), temperature "
        + "\(entry.parameters.temperature), seed \(entry.parameters.seed)\(template)"
    }
  }

  private func jsonLine(of index: Int) -> String {
    let entry = transcript.entries[index]
    let note = ClinicalNote(title: entry.noteName, text: entry.note)
    var object = JSONObject()
    object["number"] = .integer(index)
    object["version_of"] = entry.versionOf.map { .integer($0) } ?? .null
    object["edited_from"] = entry.editedFrom.map { .integer($0) } ?? .null
    object["asked_at"] = .string(entry.askedAt.clock)
    object["note"] = .string(entry.noteName)
    object["left_out"] = .array(entry.leftOut.map(\.json))
    object["question"] = .string(entry.question)
    object["task"] = entry.task.map { .string($0.rawValue) } ?? .null
    object["answer"] = .string(entry.answer)
    object["state"] = .string(entry.status.name)
    if let evidence = entry.evidence { object["evidence"] = .array(evidence.claims.map(\.json)) }
    if let model = entry.model {
      object["provenance"] = provenance(of: entry, model: model, noteDigest: note.id)
    }
    return JSONValue.object(object).line
  }

  /// The names are those that the session store keeps provenance under.
  private func provenance(
    of entry: TranscriptEntry, model: ModelDescription, noteDigest: String
  ) -> JSONValue {
    var object = JSONObject()
    object["model"] = model.json
    if let adapter = model.adapter { object["adapter_digest"] = .string(adapter.digest) }
    object["template"] = entry.template.map { .string($0.rawValue) } ?? .null
    object["template_digest"] = entry.template.map { .string($0.digest) } ?? .null
    object["note_digest"] = .string(noteDigest)
    object["sent_note_digest"] = .string(
      entry.leftOut.isEmpty ? noteDigest : contentDigest(of: entry.sentNote))
    object["parameters"] = entry.parameters.json
    object["prompt_tokens"] = entry.summary.map { .integer($0.promptTokenCount) } ?? .null
    object["tokens"] = .array(entry.tokens.map { .integer(Int($0.id)) })
    if entry.givenTokenCount > 0 { object["given_tokens"] = .integer(entry.givenTokenCount) }
    return .object(object)
  }
}

extension JSONValue {
  fileprivate static func integer(_ value: Int) -> JSONValue { .number(String(value)) }

  fileprivate static func real(_ value: Double) -> JSONValue { .number("\(value)") }
}

extension GroundedClaim {
  /// As `asclepius ground` prints it.
  fileprivate var json: JSONValue {
    var object = JSONObject()
    object["text"] = .string(text)
    object["verdict"] = .string(verdict.rawValue)
    object["spans"] = .array(
      spans.map { .array([.integer($0.lowerBound), .integer($0.upperBound)]) })
    object["reason"] = .string(reason)
    return .object(object)
  }
}

extension LeftOutSection {
  fileprivate var json: JSONValue {
    var object = JSONObject()
    object["index"] = .integer(index)
    object["title"] = .string(title)
    return .object(object)
  }
}

extension ModelDescription {
  fileprivate var json: JSONValue {
    var object = JSONObject()
    object["name"] = .string(name)
    object["quantization"] = .string(quantization)
    object["context_length"] = .integer(contextLength)
    object["digest"] = .string(digest)
    if let kernels { object["kernels"] = .string(kernels) }
    if let keyValueType { object["kv"] = .string(keyValueType) }
    if let adapter {
      var part = JSONObject()
      part["name"] = .string(adapter.name)
      part["digest"] = .string(adapter.digest)
      object["adapter"] = .object(part)
    }
    return .object(object)
  }
}

extension GenerationParameters {
  fileprivate var json: JSONValue {
    var object = JSONObject()
    object["max_tokens"] = .integer(maximumTokenCount)
    object["temperature"] = .real(temperature)
    object["top_k"] = .integer(topK)
    object["top_p"] = .real(topP)
    object["min_p"] = .real(minP)
    object["repeat_penalty"] = .real(repeatPenalty)
    object["beams"] = .integer(beamCount)
    object["seed"] = .number(String(seed))
    object["loop_guard"] = .string(loopGuard.rawValue)
    return .object(object)
  }
}

extension AnswerStatus {
  /// One word for files.
  fileprivate var name: String {
    switch self {
    case .waiting, .writing: AnswerState.writing.rawValue
    case .complete: AnswerState.end.rawValue
    case .stopped: AnswerState.cancelled.rawValue
    case .limit: AnswerState.limit.rawValue
    case .loop: AnswerState.loop.rawValue
    case .failed: AnswerState.failed.rawValue
    }
  }
}
