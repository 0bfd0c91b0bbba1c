extension ChatTemplate {
  /// The family called `name`, in its most common form.
  ///
  /// - Parameter endOfText: the text of the end-of-text token, which some families write behind
  ///   answers.
  /// - Throws: `ChatTemplateError.unknownName`.
  public init(named name: String, endOfText: String = "</s>") throws(ChatTemplateError) {
    guard let form = Self.families.first(where: { $0.name == name })?.form(endOfText) else {
      throw .unknownName(found: name, known: Self.knownNames)
    }
    self.init(name: name, form: form)
  }

  /// Every name that `init(named:)` takes.
  public static var knownNames: [String] { families.map(\.name) }

  /// Families by name; each makes its frames of the text of the end-of-text token.
  ///
  /// - Source: llama.cpp, `llm_chat_apply_template`, and the models' own templates where those
  ///   differ.
  private static let families: [(name: String, form: @Sendable (String) -> Form)] = [
    ("chatml", { _ in tagged("<|im_start|>", "\n", "<|im_end|>\n") }),
    ("phi4", { _ in tagged("<|im_start|>", "<|im_sep|>", "<|im_end|>") }),
    ("llama3", { _ in llama3 }),
    ("phi3", { _ in tagged("<|", "|>\n", "<|end|>\n") }),
    ("zephyr", { tagged("<|", "|>\n", $0 + "\n") }),
    ("falcon3", falcon3),
    ("gemma", { _ in gemma }),
    ("llama2", llama2),
    (
      "mistral-v1",
      { mistral(user: Frame(" [INST] ", " [/INST]"), assistant: Frame(" ", $0)) }
    ),
    (
      "mistral-v3",
      {
        var form = mistral(user: Frame("[INST] ", "[/INST]"), assistant: Frame(" ", $0))
        form.trimmed = [.assistant]
        return form
      }
    ),
    (
      "mistral-v3-tekken",
      { mistral(user: Frame("[INST]", "[/INST]"), assistant: Frame("", $0)) }
    ),
    ("mistral-v7", { mistralWithSystemTurn(blank: " ", endOfText: $0) }),
    ("mistral-v7-tekken", { mistralWithSystemTurn(blank: "", endOfText: $0) }),
    ("command-r", { _ in commandR }),
    ("granite", { _ in tagged("<|start_of_role|>", "<|end_of_role|>", "<|end_of_text|>\n") }),
    ("deepseek", deepSeek),
    ("deepseek3", { _ in deepSeek3 }),
    ("openchat", { _ in openChat }),
    ("vicuna", { vicuna(separator: " ", endOfText: $0) }),
    ("alpaca", alpaca),
  ]

  /// Turns that say who speaks in a tag.
  private static func tagged(_ before: String, _ afterRole: String, _ afterTurn: String) -> Form {
    Form(
      system: Frame("\(before)system\(afterRole)", afterTurn),
      user: Frame("\(before)user\(afterRole)", afterTurn),
      assistant: Frame("\(before)assistant\(afterRole)", afterTurn),
      answerStart: "\(before)assistant\(afterRole)")
  }

  private static var llama3: Form {
    var form = tagged("<|start_header_id|>", "<|end_header_id|>\n\n", "<|eot_id|>")
    form.trimmed = Set(ChatMessage.Role.allCases)
    return form
  }

  private static func falcon3(_ endOfText: String) -> Form {
    var form = tagged("<|", "|>\n", "\n")
    form.assistant.after = endOfText + "\n"
    return form
  }

  private static var gemma: Form {
    Form(
      system: Frame("", "\n\n"), user: Frame("<start_of_turn>user\n", "<end_of_turn>\n"),
      assistant: Frame("<start_of_turn>model\n", "<end_of_turn>\n"),
      answerStart: "<start_of_turn>model\n", systemPlacement: .firstUserTurn,
      trimmed: Set(ChatMessage.Role.allCases))
  }

  private static func llama2(_ endOfText: String) -> Form {
    Form(
      system: Frame("<<SYS>>\n", "\n<</SYS>>\n\n"), user: Frame("[INST] ", " [/INST]"),
      assistant: Frame(" ", " " + endOfText), answerStart: "", systemPlacement: .firstUserTurn)
  }

  private static func mistral(user: Frame, assistant: Frame) -> Form {
    Form(
      system: Frame("", "\n\n"), user: user, assistant: assistant, answerStart: "",
      systemPlacement: .firstUserTurn)
  }

  private static func mistralWithSystemTurn(blank: String, endOfText: String) -> Form {
    Form(
      system: Frame("[SYSTEM_PROMPT]" + blank, "[/SYSTEM_PROMPT]"),
      user: Frame("[INST]" + blank, "[/INST]"), assistant: Frame(blank, endOfText), answerStart: "")
  }

  private static var commandR: Form {
    func frame(_ role: String) -> Frame {
      Frame("<|START_OF_TURN_TOKEN|><|\(role)_TOKEN|>", "<|END_OF_TURN_TOKEN|>")
    }
    return Form(
      system: frame("SYSTEM"), user: frame("USER"), assistant: frame("CHATBOT"),
      answerStart: frame("CHATBOT").before, trimmed: [.user, .assistant])
  }

  private static func deepSeek(_ endOfText: String) -> Form {
    Form(
      system: Frame("", "\n\n"), user: Frame("User: ", "\n\n"),
      assistant: Frame("Assistant: ", endOfText), answerStart: "Assistant:")
  }

  private static var deepSeek3: Form {
    Form(
      system: Frame("", ""), user: Frame("<｜User｜>", ""),
      assistant: Frame("<｜Assistant｜>", "<｜end▁of▁sentence｜>"), answerStart: "<｜Assistant｜>")
  }

  private static var openChat: Form {
    func frame(_ role: String) -> Frame { Frame("GPT4 Correct \(role): ", "<|end_of_turn|>") }
    return Form(
      system: frame("System"), user: frame("User"), assistant: frame("Assistant"),
      answerStart: "GPT4 Correct Assistant:")
  }

  /// - Parameter separator: ends every turn but the assistant's.
  static func vicuna(separator: String, endOfText: String) -> Form {
    Form(
      system: Frame("", separator == " " ? " " : "\n\n"), user: Frame("USER: ", separator),
      assistant: Frame("ASSISTANT: ", endOfText + (separator == " " ? "" : separator)),
      answerStart: "ASSISTANT:")
  }

  private static func alpaca(_ endOfText: String) -> Form {
    Form(
      system: Frame("", "\n\n"), user: Frame("### Instruction:\n", "\n\n"),
      assistant: Frame("### Response:\n", endOfText + "\n\n"), answerStart: "### Response:\n")
  }
}
