internal import ArgumentParser
internal import Clinical
internal import Foundation
internal import Kernels
internal import Llama
internal import Tokenization
internal import Workbench

/// How an answer that was made again compares with its receipt.
struct ReplayVerdict: Encodable {
  /// The first token that differs.
  struct Difference: Encodable {
    /// Its place in the answer, from 0.
    let index: Int
    /// The ids; nil where one answer has ended already.
    let expected: Int32?
    let found: Int32?
  }

  let identical: Bool
  let first_difference: Difference?
  let expected_stop: String
}

extension AskCommand {
  /// Makes the answer of each receipt again and compares it.
  ///
  /// - Throws: `ExitCode` 1 where one differs; `ReceiptError` where a receipt cannot be replayed.
  func replay(_ file: ReceiptFile) async throws {
    // Everything that can be said before the model is loaded comes first.
    let notes = try file.receipts.map { try noteText(of: $0) }
    let loaded = try loadModel(of: file)
    defer { loaded.noteMemory?.waitUntilWritten() }
    var description = loaded.description
    description.digest = try loaded.digest()
    for receipt in file.receipts { try check(receipt, against: description, loaded) }
    var areIdentical = true
    for (receipt, note) in zip(file.receipts, notes) {
      let isSame = try await replay(receipt, note: note, description, loaded)
      areIdentical = areIdentical && isSame
    }
    if !areIdentical { throw ExitCode(ExitStatus.failure) }
  }

  /// The model as it was when the receipts were made: without an adapter where none had one, and
  /// with the same numbers of keys and values.
  private func loadModel(of file: ReceiptFile) throws -> LoadedModel {
    let hadAdapter = file.receipts.contains { $0.provenance.adapterDigest != nil }
    let path =
      hadAdapter
      ? try adapterOptions.path(forModel: modelOptions.path()) : try adapterOptions.path()
    let kv = file.receipts.first?.provenance.model.keyValueType.flatMap(KeyValueType.init)
    return try load(adapterPath: path, kv: kv)
  }

  /// The note of a receipt as the model was given it.
  private func noteText(of receipt: Receipt) throws -> String {
    guard !receipt.provenance.tokens.isEmpty,
      [.end, .limit, .loop, .cancelled].contains(receipt.state)
    else { throw ReceiptError.unfinished(receipt.state) }
    guard let path = note ?? receipt.notePaths.first else { throw ReceiptError.noNote }
    let text = try TextInput.read(path)
    // The workbench reads a note with all line ends alike.
    let forms = [text, NoteDocument(name: "", bytes: Array(text.utf8)).text]
    guard let whole = forms.first(where: { contentDigest(of: $0) == receipt.provenance.noteDigest })
    else {
      throw ReceiptError.otherNote(
        expected: receipt.provenance.noteDigest, found: contentDigest(of: text))
    }
    guard !receipt.leftOut.isEmpty else { return whole }
    return ClinicalNote(title: "", text: whole).text(leavingOut: Set(receipt.leftOut))
  }

  private func check(
    _ receipt: Receipt, against model: ModelDescription, _ loaded: LoadedModel
  ) throws {
    let provenance = receipt.provenance
    guard !provenance.model.digest.isEmpty else { throw ReceiptError.noModelDigest }
    guard provenance.model.digest == model.digest else {
      throw ReceiptError.otherModel(
        name: provenance.model.name, expected: provenance.model.digest, path: loaded.path,
        found: model.digest)
    }
    let template = try PromptTemplate(name: provenance.template)
    let found = Provenance(
      model: model, template: template, noteDigest: provenance.noteDigest,
      parameters: provenance.parameters)
    guard provenance.adapterDigest == found.adapterDigest else {
      throw ReceiptError.otherAdapter(
        expected: provenance.adapterDigest, found: found.adapterDigest)
    }
    guard provenance.templateDigest == found.templateDigest else {
      throw ReceiptError.otherTemplate(name: provenance.template)
    }
  }

  private func replay(
    _ receipt: Receipt, note: String, _ model: ModelDescription, _ loaded: LoadedModel
  ) async throws -> Bool {
    let writer = try loaded.promptWriter(templateName: receipt.provenance.template)
    let given = receipt.provenance.tokens.prefix(receipt.provenance.givenTokenCount ?? 0)
    let (result, _) = try await answer(
      writer.prompt(note: note, question: receipt.question), receipt.parametersToReplay,
      given: Array(given), loaded)
    if result.stop == .cancelled { throw ExitCode(ExitStatus.interrupted) }
    let verdict = ReplayVerdict(receipt, result)
    if json {
      var provenance = receipt.provenance
      provenance.model = model
      provenance.tokens = result.tokens
      var output = AskOutput(
        result, question: receipt.question, notePaths: receipt.notePaths, provenance: provenance)
      output.replay = verdict
      try JSONOutput.print(output)
    } else {
      print()
      tell(words(for: verdict, receipt, model, loaded))
    }
    return verdict.identical
  }

  private func words(
    for verdict: ReplayVerdict, _ receipt: Receipt, _ model: ModelDescription,
    _ loaded: LoadedModel
  ) -> String {
    let count = receipt.provenance.tokens.count
    if verdict.identical { return "replayed: all \(count) tokens are those of the receipt" }
    var words: String
    if let difference = verdict.first_difference {
      func name(_ token: Int32?) -> String {
        guard let token else { return "the end" }
        let size = loaded.model.configuration.vocabularySize
        guard token >= 0, Int(token) < size else { return "\(token)" }
        return "\(token) \"\(loaded.model.tokenizer.decode([token]))\""
      }
      words =
        "replayed: token \(difference.index + 1) of \(count) differs: \(name(difference.found)), "
        + "where the receipt has \(name(difference.expected))"
    } else {
      words =
        "replayed: all \(count) tokens are those of the receipt, but the answer did not end there "
        + "as it did then (\(verdict.expected_stop))"
    }
    if let kernels = receipt.provenance.model.kernels, kernels != model.kernels {
      words +=
        "; the receipt was made with the \(kernels) kernels, whose last bits differ "
        + "(ASCLEPIUS_KERNELS=\(kernels) asks for them)"
    }
    let (then, now) = (receipt.provenance.model.keyValueType, model.keyValueType)
    if then != now {
      words += "; the receipt was made with --kv \(then ?? "f16"), this answer with \(now ?? "f16")"
    }
    return words
  }
}

extension ReplayVerdict {
  init(_ receipt: Receipt, _ result: EngineResult) {
    let expected = receipt.provenance.tokens
    first_difference = receipt.firstDifference(from: result.tokens).map { index in
      Difference(
        index: index, expected: expected.indices.contains(index) ? expected[index] : nil,
        found: result.tokens.indices.contains(index) ? result.tokens[index] : nil)
    }
    expected_stop = receipt.state.rawValue
    // Someone who stopped an answer did not let it come to its own end.
    let endsAlike = receipt.state == .cancelled || result.stop.rawValue == receipt.state.rawValue
    identical = first_difference == nil && endsAlike
  }
}
