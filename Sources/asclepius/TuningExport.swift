internal import Clinical
internal import Tokenization

/// Rows for training programs elsewhere, with the prompt and the mask of training here.
struct TuningExport {
  /// Whose form the rows have.
  enum Format: String {
    /// TRL's prompt and completion: the loss is on the completion.
    case trl
    /// Axolotl's `input_output`: segments with and without loss.
    case axolotl
    /// Alpaca's instruction, input and output.
    case alpaca
  }

  let writer: PromptWriter
  private let endText: String

  /// - Throws: `NoEndToken`.
  init(_ writer: PromptWriter) throws(NoEndToken) {
    self.writer = writer
    endText = writer.tokenizer.decode([try writer.endToken()], showingSpecialTokens: true)
  }

  /// A row for each pair with an answer.
  func rows(_ record: PatientRecord, _ format: Format) -> [JSONObject] {
    guard let note = record.note else { return [] }
    return record.pairs.filter { !$0.answer.allSatisfy(\.isWhitespace) }.map { pair in
      let prompt = writer.prompt(note: note, question: pair.question).text
      switch format {
      case .trl:
        return object([("prompt", .string(prompt)), ("completion", .string(pair.answer + endText))])
      case .axolotl:
        let segments = [(false, prompt), (true, pair.answer + endText)].map { hasLoss, text in
          JSONValue.object(object([("label", .bool(hasLoss)), ("text", .string(text))]))
        }
        return object([("segments", .array(segments))])
      case .alpaca:
        // The end token is the training program's to add.
        let content = writer.template.render(note: note, question: pair.question).text
        return object([
          ("instruction", .string(content)), ("input", .string("")),
          ("output", .string(pair.answer)),
        ])
      }
    }
  }

  private func object(_ members: [(String, JSONValue)]) -> JSONObject {
    JSONObject(members.map { JSONObject.Member(name: $0.0, value: $0.1) })
  }
}
