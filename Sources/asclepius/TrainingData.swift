internal import Clinical
internal import GGUF
internal import Llama
internal import Tokenization
internal import Training

/// Makes training examples of patient records: the very tokens that answering reads, with exact
/// masks.
///
/// A note and its questions are one example: the prompt up to the question is the trunk, each
/// question with its answer a branch. What counts in the loss are the positions of the answer and
/// of its end token, known by where they were put, never by length or by what they are.
struct TrainingData {
  /// What is learned.
  enum Stage: String, CaseIterable {
    /// The notes themselves, each a document of its own.
    case notes
    /// Answers to questions on them.
    case instructions
  }

  /// What is done with texts that are longer than the context.
  enum TooLong: String, CaseIterable {
    /// They are left out.
    case drop
    /// The note is cut into pieces of whole lines; a question goes with the first piece that holds
    /// all that its answer quotes.
    case window
  }

  /// What was made, and what was not.
  struct Counts: Equatable {
    var examples = 0
    var answers = 0
    var tokens = 0
    /// Positions that count in the loss.
    var targets = 0
    /// Notes that were cut.
    var cutNotes = 0
    /// Notes or answers left out since they are too long, or their quotes stand in several pieces.
    var tooLong = 0
    /// Pairs without a question or an answer, records without a note.
    var empty = 0
  }

  let writer: PromptWriter
  let stage: Stage
  let tooLong: TooLong
  /// The longest text, in tokens.
  let context: Int
  /// What ends an answer.
  let endOfAnswer: TokenID
  /// What ends a document.
  let endOfDocument: TokenID
  private(set) var counts = Counts()

  /// - Parameter context: nil takes the model's.
  init(
    modelPath: String, templateName: String?, stage: Stage, tooLong: TooLong, context: Int?
  ) throws {
    let file = try GGUFFile(path: modelPath)
    let tokenizer = try Tokenizer(try Vocabulary(file))
    let source = try file.metadata.optionalString("tokenizer.chat_template")
    let template =
      try templateName.map { try PromptTemplate(name: $0) }
      ?? (source == nil ? PromptTemplate.asclepius : .chat)
    guard let source, template.needsChatTemplate else {
      if template.needsChatTemplate { throw MissingChatTemplate(name: modelPath) }
      writer = PromptWriter(template: template, chat: nil, tokenizer: tokenizer)
      (self.stage, self.tooLong) = (stage, tooLong)
      endOfAnswer = try Self.endOfText(tokenizer)
      endOfDocument = endOfAnswer
      self.context = try context ?? LlamaConfiguration(file).contextLength
      return
    }
    let chat = try tokenizer.chatTemplate(source)
    writer = PromptWriter(template: template, chat: chat, tokenizer: tokenizer)
    (self.stage, self.tooLong) = (stage, tooLong)
    endOfAnswer = try Self.endOfTurn(chat, tokenizer)
    endOfDocument = try tokenizer.token(of: "<|endoftext|>") ?? Self.endOfText(tokenizer)
    self.context = try context ?? LlamaConfiguration(file).contextLength
  }

  private static func endOfText(_ tokenizer: Tokenizer) throws -> TokenID {
    guard let end = tokenizer.endOfText ?? tokenizer.endTokens.min() else {
      throw TrainingError.badSetting(
        name: "the model's end token", expected: "in its file", found: "none")
    }
    return end
  }

  /// The first end token that the chat template writes behind an answer.
  private static func endOfTurn(_ chat: ChatTemplate, _ tokenizer: Tokenizer) throws -> TokenID {
    let conversation = chat.render([ChatMessage(.user, "a"), ChatMessage(.assistant, "b")])
    let tokens = tokenizer.encode(conversation, addingSpecialTokens: false)
    // The user's turn ends first.
    guard let end = tokens.filter(tokenizer.endTokens.contains).dropFirst().first else {
      return try endOfText(tokenizer)
    }
    return end
  }

  // MARK: Examples

  /// The examples of `records`, in their order.
  mutating func examples(_ records: [PatientRecord]) -> [TrainingExample] {
    var examples: [TrainingExample] = []
    for record in records {
      guard let note = record.note, !note.allSatisfy(\.isWhitespace) else {
        counts.empty += 1
        continue
      }
      switch stage {
      case .notes: examples += documents(note, record.patientID)
      case .instructions: examples += conversations(note, record)
      }
    }
    counts.examples = examples.count
    for example in examples {
      counts.tokens += example.trunk.count + example.branches.reduce(0) { $0 + $1.tokens.count }
      counts.targets +=
        example.trunkTargets.count + example.branches.reduce(0) { $0 + $1.targets.count }
      counts.answers += example.branches.count
    }
    return examples
  }

  /// A note as a document; one that is too long as several, of which only the last has the end.
  private mutating func documents(_ note: String, _ id: String) -> [TrainingExample] {
    let tokenizer = writer.tokenizer
    let begin = tokenizer.addsBeginOfText ? tokenizer.beginOfText.map { [$0] } ?? [] : []
    let text = tokenizer.encode(note, addingSpecialTokens: false, readingSpecialTokens: false)
    let room = context - begin.count
    var rest = (text + [endOfDocument])[...]
    if rest.count > room {
      guard tooLong == .window else {
        counts.tooLong += 1
        return []
      }
      counts.cutNotes += 1
    }
    var examples: [TrainingExample] = []
    while !rest.isEmpty {
      // Without a token before it the first one cannot be predicted.
      let tokens = begin + rest.prefix(room)
      rest = rest.dropFirst(room)
      guard tokens.count > 1 else { continue }
      examples.append(
        TrainingExample(id: id, trunk: tokens, trunkTargets: 1..<tokens.count, branches: []))
    }
    return examples
  }

  private mutating func conversations(
    _ note: String, _ record: PatientRecord
  ) -> [TrainingExample] {
    var pairs: [QuestionPair] = []
    for pair in record.pairs {
      let isEmpty = [pair.question, pair.answer].contains { $0.allSatisfy(\.isWhitespace) }
      if isEmpty { counts.empty += 1 } else { pairs.append(pair) }
    }
    guard !pairs.isEmpty else { return [] }
    if pairs.allSatisfy({ fits(text(note, $0)) }) {
      return example(note, pairs, record.patientID).map { [$0] } ?? []
    }
    guard tooLong == .window else {
      let short = pairs.filter { fits(text(note, $0)) }
      counts.tooLong += pairs.count - short.count
      return example(note, short, record.patientID).map { [$0] } ?? []
    }
    counts.cutNotes += 1
    return windows(note, pairs, record.patientID)
  }

  /// A prompt and its answer with its end.
  private struct Text {
    var prompt: [TokenID]
    var answer: [TokenID]
    /// Tokens that every question on the note begins with.
    var sharedCount: Int
  }

  private func fits(_ text: Text) -> Bool { text.prompt.count + text.answer.count <= context }

  private func text(_ note: String, _ pair: QuestionPair) -> Text {
    let prompt = writer.prompt(note: note, question: pair.question)
    let tokens = writer.tokenizer.encode(prompt)
    return Text(
      prompt: tokens, answer: answer(pair.answer, behind: prompt, tokens) + [endOfAnswer],
      sharedCount: writer.tokenizer.sharedTokenCount(of: prompt, tokens: tokens))
  }

  /// The tokens of an answer as they stand behind the prompt.
  ///
  /// The model goes on from the prompt's own tokens. Where the answer's first letters would join
  /// the prompt's last token, the answer is cut apart there, as it is in answering.
  private func answer(
    _ answer: String, behind prompt: Prompt, _ tokens: [TokenID]
  ) -> [TokenID] {
    let whole = prompt.segments + [Prompt.Segment(text: answer, isTemplate: false, isShared: false)]
    let together = writer.tokenizer.encode(Prompt(segments: whole))
    if together.starts(with: tokens) { return Array(together.dropFirst(tokens.count)) }
    return writer.tokenizer.encode(
      answer, addingSpecialTokens: false, readingSpecialTokens: false)
  }

  private func example(_ note: String, _ pairs: [QuestionPair], _ id: String) -> TrainingExample? {
    let texts = pairs.map { text(note, $0) }
    guard let first = texts.first else { return nil }
    // What all of them begin with; tokens can differ before the place where the texts part.
    let sharedCount =
      texts.map { text in
        zip(text.prompt, first.prompt).prefix(min(text.sharedCount, first.sharedCount))
          .prefix { $0 == $1 }.count
      }.min() ?? 0
    return TrainingExample(
      id: id, trunk: Array(first.prompt.prefix(sharedCount)), trunkTargets: 0..<0,
      branches: texts.map { text in
        let question = Array(text.prompt.dropFirst(sharedCount))
        return TrainingExample.Branch(
          tokens: question + text.answer,
          targets: question.count..<question.count + text.answer.count)
      })
  }

  // MARK: Notes that are too long

  private mutating func windows(
    _ note: String, _ pairs: [QuestionPair], _ id: String
  ) -> [TrainingExample] {
    let pieces = pieces(note, room: room(for: pairs))
    var held: [[QuestionPair]] = pieces.map { _ in [] }
    for pair in pairs {
      let place = pieces.firstIndex { piece in pair.evidence.allSatisfy { piece.contains($0) } }
      if let place, fits(text(pieces[place], pair)) {
        held[place].append(pair)
      } else {
        counts.tooLong += 1
      }
    }
    return zip(pieces, held).compactMap { piece, pairs in
      pairs.isEmpty ? nil : example(piece, pairs, id)
    }
  }

  /// Tokens that the longest question leaves to the note.
  private func room(for pairs: [QuestionPair]) -> Int {
    let longest = pairs.map { pair -> Int in
      let text = text("", pair)
      return text.prompt.count + text.answer.count
    }.max()
    return context - (longest ?? 0)
  }

  /// Pieces of whole lines, each of at most `room` tokens; lines longer than that are left out.
  private func pieces(_ note: String, room: Int) -> [String] {
    func length(_ text: String) -> Int {
      writer.tokenizer.encode(text, addingSpecialTokens: false, readingSpecialTokens: false).count
    }
    var pieces: [String] = []
    for line in note.split(separator: "\n", omittingEmptySubsequences: false) {
      if let last = pieces.last, length(last + "\n" + line) <= room {
        pieces[pieces.count - 1] = last + "\n" + line
      } else if length(String(line)) <= room {
        pieces.append(String(line))
      }
    }
    return pieces
  }
}
