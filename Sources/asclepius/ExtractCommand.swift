internal import ArgumentParser
internal import Clinical
internal import Extraction
internal import Foundation
internal import Grammar
internal import Grounding
internal import Llama
internal import Store

/// Takes records out of a note.
struct ExtractCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "extract",
    abstract: "Records of a note, as JSON, CSV or FHIR R4, each value with its place in the note.",
    discussion: """
      asclepius extract --note FILE --schema medications
      asclepius extract --note FILE --schema labs --format csv
      asclepius extract --note FILE --schema my-schema.json

      Schemas: \(names), or a file with a JSON schema; "x-verbatim": true beside "type": "string"
      takes a string from the note's own words. What a model writes always parses and validates: it
      is held to the schema token by token, and closed before the limit of tokens.

      Rules and models make mistakes. Not for clinical decisions.
      """)

  private static var names: String {
    BuiltInSchema.allCases.map(\.rawValue).joined(separator: ", ")
  }

  /// How the values come out.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case json, csv, fhir
  }

  /// Who finds the values.
  enum Finder: String, CaseIterable, ExpressibleByArgument {
    /// Rules, without a model.
    case rules
    /// Rules offer, a model chooses where there is a choice.
    case offered
    /// A model, held to the schema.
    case model
  }

  @Option(name: .long, help: "The note, a text file; - is standard input.")
  var note: String

  @Option(name: .long, help: "What to take out: a name above, or a JSON schema's file.")
  var schema: String

  @Option(name: .long, help: "json, csv or fhir (a bundle of R4 resources).")
  var format = Format.json

  @Option(
    name: .long,
    help: "rules (the default for a name), offered (rules offer, the model chooses) or model.")
  var by: Finder?

  @Option(name: .long, help: "What the model is asked, in place of what the schema describes.")
  var instruction: String?

  @Option(name: .long, help: "How the prompt is written: \(PromptTemplate.names).")
  var template: String?

  @Flag(name: .long, help: "Compute everything anew.")
  var noCache = false

  @OptionGroup var generation: GenerationOptions
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var adapterOptions: AdapterOptions

  private var builtIn: BuiltInSchema? { BuiltInSchema(rawValue: schema) }

  func validate() throws {
    if let template { _ = try validated { try PromptTemplate(name: template) } }
    if builtIn == nil, !FileManager.default.fileExists(atPath: schema) {
      throw ValidationError(
        "there is no schema \(schema): it is no file, and none of \(Self.names)")
    }
    if builtIn == nil, format == .fhir {
      throw ValidationError("--format fhir needs one of the schemas \(Self.names)")
    }
    if builtIn == nil, let by, by != .model {
      throw ValidationError("--by \(by.rawValue) needs one of the schemas \(Self.names)")
    }
  }

  func run() async throws {
    let text = try TextInput.read(note)
    guard !text.allSatisfy(\.isWhitespace) else { throw TextInputError.empty(path: note) }
    switch (builtIn, by ?? (builtIn == nil ? .model : .rules)) {
    case (let builtIn?, .rules):
      try print(ExtractedDocument(builtIn, rulesOn: text), .rules, note: text)
    case (let builtIn?, .offered):
      let offered = OfferedValues(builtIn, note: text)
      let schema = try offered.jsonSchema()
      let written = try await write(schema, note: text, isWhole: true)
      try print(offered.document(written.value), .offered, note: text, written)
    case (_, .model), (nil, _):
      let schema = try readSchema()
      let written = try await write(schema, note: text, isWhole: false)
      let document = ExtractedDocument(
        written.value, in: VerbatimSource(text), lists: schema.listedStrings)
      try print(document, .model, note: text, written)
    }
  }

  private func readSchema() throws -> JSONSchema {
    if let builtIn { return try builtIn.schema() }
    let source = try TextInput.read(schema)
    do {
      return try JSONSchema(parsing: Array(source.utf8))
    } catch {
      throw SchemaFileError(path: schema, fault: error)
    }
  }

  /// What a model wrote.
  private struct Written {
    let value: JSONValue
    let result: EngineResult
    let model: ModelDescription
  }

  /// Lets a model write a text of a schema.
  ///
  /// - Parameter isWhole: A text that has to be longer than the limit raises it.
  private func write(
    _ schema: JSONSchema, note text: String, isWhole: Bool
  ) async throws -> Written {
    let loaded = try load()
    defer { loaded.noteMemory?.waitUntilWritten() }
    let writer = try loaded.promptWriter(templateName: template)
    var request = EngineRequest(
      prompt: writer.prompt(note: text, question: question(schema)),
      tokenizer: loaded.model.tokenizer, parameters: generation.parameters)
    let constraint: SchemaConstraint
    do {
      constraint = try SchemaConstraint(
        schema, source: VerbatimSource(text), tokenizer: loaded.model.tokenizer,
        vocabularySize: loaded.model.configuration.vocabularySize)
    } catch {
      throw SchemaFileError(path: self.schema, fault: error)
    }
    let least = constraint.leastTokenCount
    if isWhole { request.maximumTokenCount = max(request.maximumTokenCount, least) }
    let room = max(0, loaded.model.configuration.contextLength - request.prompt.count)
    guard least <= min(request.maximumTokenCount, room) else {
      throw NoRoomForText(least: least, limit: request.maximumTokenCount, room: room)
    }
    request.constraint = constraint
    request.loop = .goOn
    if noCache { request.prefix = .ignore }
    let result = try await generate(request, loaded)
    if result.stop == .cancelled { throw ExitCode(ExitStatus.interrupted) }
    var description = loaded.description
    description.digest = try loaded.digest()
    return Written(
      value: try JSONValue(parsing: Array(result.text.utf8)), result: result, model: description)
  }

  private func load() throws -> LoadedModel {
    let progress = ProgressLine("loading")
    defer { progress.clear() }
    let notes = noCache ? NoteKeeping.none : .onDisk { tell("\($0)") }
    let adapter = try adapterOptions.path(forModel: modelOptions.path())
    return try modelOptions.load(adapterPath: adapter, notes: notes) { progress.show($0, "") }
  }

  private func generate(
    _ request: EngineRequest, _ loaded: LoadedModel
  ) async throws -> EngineResult {
    let progress = ProgressLine("reading the note")
    defer { progress.clear() }
    // Runs in other processes leave the processor to the answer.
    let query = RunRegistry(environment: ProcessInfo.processInfo.environment)?.beginQuery()
    defer { query?.release() }
    let task = Task {
      try await loaded.engine.generate(request) { event in
        if case .prefill(let done, let total, _) = event {
          progress.show(Double(done) / Double(total), "\(done) of \(total) tokens")
        }
      }
    }
    let interrupt = Interrupt { task.cancel() }
    defer { interrupt.end() }
    let result = try await task.value
    result.log()
    return result
  }

  private func question(_ schema: JSONSchema) -> String {
    if let instruction { return instruction }
    let described = (builtIn.flatMap { try? $0.schema() } ?? schema).document.object
    let words = described?["description"]?.string ?? described?["title"]?.string
    return "Extract \(words ?? "the values that are asked for") from the note, as JSON."
  }

  // MARK: Output

  private func print(
    _ document: ExtractedDocument, _ finder: Finder, note: String, _ written: Written? = nil
  ) throws {
    let output: String
    switch format {
    case .csv: output = try document.commaSeparatedValues()
    case .fhir:
      guard let builtIn else { return }
      output = document.bundle(builtIn, noteDigest: contentDigest(of: note)) + "\n"
    case .json: output = json(document, finder, note: note, written).line + "\n"
    }
    FileHandle.standardOutput.write(Data(output.utf8))
  }

  private func json(
    _ document: ExtractedDocument, _ finder: Finder, note: String, _ written: Written?
  ) -> JSONValue {
    let evidence = document.evidence.map { evidence -> JSONValue in
      let span: JSONValue =
        evidence.span.map {
          [.number("\($0.lowerBound)"), .number("\($0.upperBound)")]
        } ?? .null
      return [
        "path": .string(evidence.path), "span": span,
        "verdict": .string(evidence.verdict.rawValue),
      ]
    }
    var object = JSONObject([
      JSONObject.Member(name: "schema", value: .string(schema)),
      JSONObject.Member(name: "by", value: .string(finder.rawValue)),
      JSONObject.Member(name: "value", value: document.value),
      JSONObject.Member(name: "evidence", value: .array(evidence)),
      JSONObject.Member(name: "note_digest", value: .string(contentDigest(of: note))),
    ])
    guard let written else { return .object(object) }
    object["model"] = [
      "name": .string(written.model.name), "digest": .string(written.model.digest),
    ]
    object["tokens"] = .number("\(written.result.tokens.count)")
    object["stop"] = .string(written.result.stop.rawValue)
    object["prefill_seconds"] = .number("\(written.result.prefillSeconds)")
    object["decode_seconds"] = .number("\(written.result.decodeSeconds)")
    return .object(object)
  }
}

/// A schema's fault with the file that has it.
struct SchemaFileError: Error, CustomStringConvertible {
  let path: String
  let fault: SchemaError

  var description: String { "schema \(path): \(fault)" }
}

/// The limit is too low for any text of a schema.
struct NoRoomForText: Error, CustomStringConvertible {
  let least: Int
  let limit: Int
  let room: Int

  var description: String {
    least <= room
      ? "the shortest text of this schema needs \(least) tokens, but the limit is \(limit): "
        + "--max-tokens \(least) or more"
      : "the shortest text of this schema needs \(least) tokens, but behind the note the context "
        + "has room for \(room): leave out a part of the note, or take a model with a longer context"
  }
}
