internal import Clinical
internal import Llama
internal import Tokenization
internal import Training

/// Makes tokenised training examples of patient records.
///
/// The prompt is the one that `ask` writes, from the same code, so training and answering cannot
/// differ. The answer's tokens follow the prompt's; its place is known by position and never found
/// by counting the tokens of a text again.
struct ExampleBuilder {
  /// What to do with examples that exceed the context.
  enum TooLong: String, CaseIterable {
    /// Leave them out.
    case drop
    /// Cut the note into overlapping windows and keep the questions whose evidence a window holds.
    case window
  }

  /// What became of the records.
  struct Counts: Equatable {
    var examples = 0
    var branches = 0
    var tokens = 0
    var targets = 0
    /// Questions or notes that exceed the context and were left out.
    var dropped = 0
    /// Questions that were kept with a part of their note, or notes that were cut into parts.
    var windowed = 0
    /// Examples whose trunk had to end before the note's end, since tokens reach across it.
    var shortTrunks = 0
  }

  let writer: PromptWriter
  /// The token that ends an answer.
  let endToken: TokenID
  /// Tokens of the longest sequence.
  let context: Int
  let tooLong: TooLong
  private(set) var counts = Counts()

  private var tokenizer: Tokenizer { writer.tokenizer }

  /// - Throws: `NoEndToken` where neither template nor vocabulary has a token that ends an answer.
  init(writer: PromptWriter, context: Int, tooLong: TooLong) throws(NoEndToken) {
    self.writer = writer
    self.context = context
    self.tooLong = tooLong
    endToken = try writer.endToken()
  }

  // MARK: Instruction tuning

  /// An example for each note: the prompt up to where the questions part, and a branch for each
  /// question with its answer. Pairs without an answer are passed over.
  mutating func instructions(_ records: [PatientRecord]) -> [TrainingExample] {
    records.flatMap { record -> [TrainingExample] in
      let pairs = record.pairs.filter { !$0.answer.allSatisfy(\.isWhitespace) }
      guard let note = record.note, !pairs.isEmpty else { return [] }
      let fitting = pairs.filter { fits(note, $0) }
      var examples: [TrainingExample] = []
      if let example = example(id: record.patientID, note: note, fitting) {
        examples.append(example)
      }
      let rest = pairs.filter { !fitting.contains($0) }
      switch tooLong {
      case .drop: counts.dropped += rest.count
      case .window: examples += windows(record.patientID, note, rest)
      }
      return examples
    }
  }

  /// The tokens of a whole sequence: prompt, answer and end token.
  private func sequence(_ note: String, _ pair: QuestionPair) -> (tokens: [TokenID], prompt: Int) {
    let prompt = writer.prompt(note: note, question: pair.question)
    let promptTokens = tokenizer.encode(prompt)
    let answer = writer.answerTokens(pair.answer, behind: prompt, promptTokens)
    return (promptTokens + answer + [endToken], promptTokens.count)
  }

  private func fits(_ note: String, _ pair: QuestionPair) -> Bool {
    sequence(note, pair).tokens.count <= context
  }

  /// All of `pairs` on one trunk; nil where there is none.
  private mutating func example(
    id: String, note: String, _ pairs: [QuestionPair]
  ) -> TrainingExample? {
    guard let first = pairs.first else { return nil }
    let sequences = pairs.map { sequence(note, $0) }
    let prompt = writer.prompt(note: note, question: first.question)
    let shared = tokenizer.sharedTokenCount(
      of: prompt, tokens: Array(sequences[0].tokens[..<sequences[0].prompt]))
    // What all of them really begin with; a token that reaches across the note's end is not in it,
    // and each branch keeps at least one token of its question.
    let trunk = sequences.reduce(shared) { length, next in
      let common = zip(sequences[0].tokens, next.tokens).prefix { $0 == $1 }.count
      return min(length, common, next.prompt - 1)
    }
    if trunk < shared { counts.shortTrunks += 1 }
    let branches = sequences.map { tokens, promptCount in
      TrainingExample.Branch(
        tokens: Array(tokens[trunk...]), targets: promptCount - trunk..<tokens.count - trunk)
    }
    let example = TrainingExample(
      id: id, trunk: Array(sequences[0].tokens[..<trunk]), trunkTargets: 0..<0, branches: branches)
    count(example)
    return example
  }

  /// Parts of a long note, each with the questions whose evidence it holds; a question whose
  /// evidence no part holds whole is dropped, since its answer could not be read there.
  private mutating func windows(
    _ id: String, _ note: String, _ pairs: [QuestionPair]
  ) -> [TrainingExample] {
    var open = pairs
    var examples: [TrainingExample] = []
    let widest = pairs.map { sequence("", $0).tokens.count }.max() ?? 0
    for (number, part) in NoteWindows(
      note, tokenCount: context - widest, tokenizer: tokenizer
    ).texts.enumerated() {
      let fitting = open.filter { pair in
        guard fits(part, pair) else { return false }
        if pair.isAnswerable == false { return true }
        return !pair.evidence.isEmpty && pair.evidence.allSatisfy { part.contains($0) }
      }
      guard let example = example(id: "\(id)#\(number + 1)", note: part, fitting) else { continue }
      examples.append(example)
      counts.windowed += fitting.count
      open.removeAll { fitting.contains($0) }
    }
    counts.dropped += open.count
    return examples
  }

  // MARK: Pre-training

  /// Notes packed together, each a branch of an empty trunk that sees itself alone and ends with
  /// one end-of-text token. The first token of a note has nothing before it and is no target.
  mutating func notes(_ records: [PatientRecord]) -> [TrainingExample] {
    var packs: [[TrainingExample.Branch]] = []
    var room = 0
    for note in records.compactMap(\.note) where !note.allSatisfy(\.isWhitespace) {
      for document in documents(note) {
        if document.count > room {
          packs.append([])
          room = context
        }
        packs[packs.count - 1].append(
          TrainingExample.Branch(tokens: document, targets: 1..<document.count))
        room -= document.count
      }
    }
    return packs.enumerated().map { number, branches in
      let example = TrainingExample(
        id: "notes-\(number + 1)", trunk: [], trunkTargets: 0..<0, branches: branches)
      count(example)
      return example
    }
  }

  /// The tokens of a note with its end token, in parts where it exceeds the context.
  private mutating func documents(_ note: String) -> [[TokenID]] {
    var tokens = tokenizer.encode(note, addingSpecialTokens: false, readingSpecialTokens: false)
    if tokenizer.addsBeginOfText, let begin = tokenizer.beginOfText { tokens.insert(begin, at: 0) }
    tokens.append(tokenizer.endOfText ?? endToken)
    if tokens.count <= context { return [tokens] }
    guard tooLong == .window else {
      counts.dropped += 1
      return []
    }
    counts.windowed += 1
    return stride(from: 0, to: tokens.count, by: context).map {
      Array(tokens[$0..<min($0 + context, tokens.count)])
    }.filter { $0.count > 1 }
  }

  private mutating func count(_ example: TrainingExample) {
    counts.examples += 1
    counts.branches += example.branches.count
    counts.tokens += example.trunk.count + example.branches.reduce(0) { $0 + $1.tokens.count }
    counts.targets += example.branches.reduce(0) { $0 + $1.targets.count }
  }
}

/// Overlapping parts of a note, cut at line ends, of at most so many tokens each.
struct NoteWindows {
  let texts: [String]

  init(_ note: String, tokenCount: Int, tokenizer: Tokenizer) {
    let lines = note.split(separator: "\n", omittingEmptySubsequences: false).map { $0 + "\n" }
    let sizes = lines.map {
      tokenizer.encode(
        String($0), addingSpecialTokens: false, readingSpecialTokens: false
      ).count
    }
    var texts: [String] = []
    var start = 0
    while start < lines.count {
      var (end, size) = (start, 0)
      while end < lines.count, size + sizes[end] <= tokenCount {
        size += sizes[end]
        end += 1
      }
      if end > start { texts.append(lines[start..<end].joined()) }
      if end >= lines.count { break }
      // The next part begins in the middle of this one; a line that fits nowhere is stepped over.
      start = end > start ? max(start + 1, (start + end) / 2) : start + 1
    }
    self.texts = texts
  }
}

/// Neither the template nor the vocabulary has a token that ends an answer.
struct NoEndToken: Error, CustomStringConvertible {
  let description =
    "the model's vocabulary has no token that ends an answer, so no answer could be learnt to end; "
    + "choose another model"
}

extension PromptWriter {
  /// The token that a model ends its answer with: what the chat template writes behind an answer,
  /// else the vocabulary's end-of-text.
  func endToken() throws(NoEndToken) -> TokenID {
    if let chat {
      let turns = chat.render([ChatMessage(.user, "q"), ChatMessage(.assistant, "a")])
      let after = turns.lastIndex { !$0.isTemplate && $0.text == "a" }.map { turns[($0 + 1)...] }
      let tokens = tokenizer.encode(Array(after ?? []), addingSpecialTokens: false)
      if let end = tokens.first(where: tokenizer.endTokens.contains) { return end }
    }
    guard let end = tokenizer.endOfText ?? tokenizer.endTokens.min() else { throw NoEndToken() }
    return end
  }

  /// The tokens of an answer as they follow the prompt's: those of the whole text where it begins
  /// with the prompt's own tokens, else those of the answer alone. Either way the prompt's tokens
  /// are those of answering.
  func answerTokens(
    _ answer: String, behind prompt: Prompt, _ promptTokens: [TokenID]
  ) -> [TokenID] {
    let segments = prompt.segments.map { TextSegment($0.text, isTemplate: $0.isTemplate) }
    var whole = tokenizer.encode(
      segments + [TextSegment(answer, isTemplate: false)], addingSpecialTokens: true)
    if tokenizer.addsEndOfText, whole.last == tokenizer.endOfText { whole.removeLast() }
    if whole.starts(with: promptTokens) { return Array(whole[promptTokens.count...]) }
    return tokenizer.encode(answer, addingSpecialTokens: false, readingSpecialTokens: false)
  }
}
