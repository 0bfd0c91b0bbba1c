extension ChatTemplate {
  /// The template that a model file carries.
  ///
  /// - Parameters:
  ///   - source: the Jinja program in `tokenizer.chat_template`.
  ///   - beginOfText: the text of the begin-of-text token, which some templates write between
  ///     turns.
  ///   - endOfText: the text of the end-of-text token.
  /// - Throws: `ChatTemplateError.unrecognised`.
  /// - Source: llama.cpp, `llm_chat_detect_template`.
  public static func recognise(
    _ source: String, beginOfText: String = "<s>", endOfText: String = "</s>"
  ) throws(ChatTemplateError) -> ChatTemplate {
    let source = TemplateSource(source)
    guard let name = familyName(of: source) else {
      throw .unrecognised(byteCount: source.byteCount, known: knownNames)
    }
    var template = try ChatTemplate(named: name, endOfText: endOfText)
    template.adapt(to: source, beginOfText: beginOfText, endOfText: endOfText)
    return template
  }

  private static func familyName(of source: TemplateSource) -> String? {
    if source.contains("<|im_start|>") {
      if source.contains("<end_of_utterance>") { return nil }
      return source.contains("<|im_sep|>") ? "phi4" : "chatml"
    }
    if source.contains("[INST]") { return instructionName(of: source) }
    if source.contains("<|assistant|>") || source.contains("<|user|>")
      || source.contains("'<|' + message['role'] + '|>'")
    {
      return bracketedName(of: source)
    }
    return table.first { $0.marks.allSatisfy(source.contains) }?.name
  }

  /// What the remaining families must contain, in the order in which they are tried.
  private static let table: [(name: String, marks: [String])] = [
    ("gemma", ["<start_of_turn>"]),
    ("openchat", ["GPT4 Correct "]),
    ("vicuna", ["USER: ", "ASSISTANT: "]),
    ("alpaca", ["### Instruction:", "### Response:"]),
    ("command-r", ["<|START_OF_TURN_TOKEN|>", "<|USER_TOKEN|>"]),
    ("llama3", ["<|start_header_id|>", "<|end_header_id|>"]),
    ("deepseek3", ["<｜Assistant｜>", "<｜User｜>", "<｜end▁of▁sentence｜>"]),
    ("deepseek", ["'Assistant: ' + message['content'] + eos_token"]),
    ("granite", ["<|start_of_role|>"]),
  ]

  private static func instructionName(of source: TemplateSource) -> String {
    if source.contains("[SYSTEM_PROMPT]") {
      return source.contains("[INST] ") ? "mistral-v7" : "mistral-v7-tekken"
    }
    guard source.contains("[AVAILABLE_TOOLS]") || source.contains("' [INST] ' + system_message")
    else { return "llama2" }
    if source.contains(" [INST]") { return "mistral-v1" }
    return source.contains("\"[INST]\"") ? "mistral-v3-tekken" : "mistral-v3"
  }

  private static func bracketedName(of source: TemplateSource) -> String? {
    if source.contains("<|end|>") { return "phi3" }
    if source.contains("[gMASK]") || source.contains("<|tool_declare|>") { return nil }
    if source.containsIgnoringBlanks("'<|user|>\\n'+message['content']+'\\n'") { return "falcon3" }
    return source.contains("eos_token") || source.contains("<|endoftext|>") ? "zephyr" : nil
  }

  /// What models of one family do differently.
  private mutating func adapt(
    to source: TemplateSource, beginOfText: String, endOfText: String
  ) {
    switch name {
    case "chatml":
      form.defaultSystem = source.text(
        from: "<|im_start|>system\\n", to: "<|im_end|>")
      if source.containsIgnoringBlanks("content']|trim") || source.contains("content'].strip()") {
        form.trimmed = Set(ChatMessage.Role.allCases)
      }
    case "llama3":
      adaptLlama3(to: source)
    case "llama2":
      adaptLlama2(to: source, beginOfText: beginOfText, endOfText: endOfText)
    case "mistral-v3", "mistral-v3-tekken":
      if source.contains("loop.last and system_message") { form.systemPlacement = .lastUserTurn }
    case "zephyr":
      if !source.contains("eos_token") { setTurnEnd("<|endoftext|>\n") }
    case "vicuna":
      if source.containsIgnoringBlanks("'USER: '+message['content']+'\\n'") {
        form = Self.vicuna(separator: "\n", endOfText: endOfText)
      }
      if source.contains("SYSTEM: ") { form.system = Frame("SYSTEM: ", "\n") }
    case "alpaca":
      if source.contains("<|EOT|>") {
        form.system.after = ""
        form.user.after = "\n"
        form.assistant.after = "\n<|EOT|>\n"
      }
    case "deepseek3":
      if source.contains("<｜Assistant｜><think>\\n") { form.answerStart += "<think>\n" }
    default:
      break
    }
  }

  private mutating func setTurnEnd(_ end: String) {
    form.system.after = end
    form.user.after = end
    form.assistant.after = end
  }

  /// From 3.1 on there always is a system turn, and it begins with two dates. Today's is the one
  /// that the template falls back to, so that a prompt is the same every day.
  private mutating func adaptLlama3(to source: TemplateSource) {
    guard source.contains("Cutting Knowledge Date: December 2023") else { return }
    let today = source.text(from: "date_string = \"", to: "\"") ?? "26 Jul 2024"
    form.system.before += "Cutting Knowledge Date: December 2023\nToday Date: \(today)\n\n"
    form.defaultSystem = ""
  }

  private mutating func adaptLlama2(
    to source: TemplateSource, beginOfText: String, endOfText: String
  ) {
    if !source.contains("<<SYS>>") { form.system = Frame("", "\n") }
    if source.containsIgnoringBlanks("bos_token+'[INST]") { form.betweenTurns = beginOfText }
    if source.contains("content.strip()") { form.trimmed = Set(ChatMessage.Role.allCases) }
    let isLed = ["' '+content", "' '+message"].contains(where: source.containsIgnoringBlanks)
    let isSpaced = source.containsIgnoringBlanks("+' '+eos_token")
    form.assistant = Frame(isLed ? " " : "", (isSpaced ? " " : "") + endOfText)
    if source.containsIgnoringBlanks("eos_token+' '") { form.assistant.after += " " }
  }
}

extension Tokenizer {
  /// The chat template of the model that this vocabulary belongs to.
  ///
  /// - Parameter source: the Jinja program in `tokenizer.chat_template`.
  /// - Throws: `ChatTemplateError.unrecognised`.
  public func chatTemplate(_ source: String) throws(ChatTemplateError) -> ChatTemplate {
    func text(_ token: TokenID?) -> String { token.map { vocabulary.pieces[Int($0)] } ?? "" }
    return try .recognise(source, beginOfText: text(beginOfText), endOfText: text(endOfText))
  }
}
