/// Which tokens are more than text: found by kind, by role, and by name where files forget to say.
///
/// - Source: llama.cpp, `llama_vocab::impl::load`, from "special tokens" on.
struct SpecialTokens {
  /// By identifier, corrected where a name says more than the file.
  private(set) var kinds: [PieceKind]
  /// Tokens by role, all of them in the vocabulary.
  private(set) var roles: [TokenRole: TokenID]
  /// Tokens after which nothing more is to be written.
  private(set) var endTokens: Set<TokenID> = []

  init(_ vocabulary: Vocabulary, table: PieceTable) {
    let count = vocabulary.pieces.count
    kinds =
      vocabulary.kinds.isEmpty
      ? Array(repeating: .normal, count: count) : Array(vocabulary.kinds.prefix(count))
    roles = vocabulary.roles.filter { (0..<count).contains(Int($0.value)) }
    for role in TokenRole.allCases where roles[role] == nil {
      guard let names = Self.names[role] else { continue }
      // Where several names occur, llama.cpp takes whichever its hash table holds first.
      guard let found = names.compactMap({ table.value(of: $0) }).min() else { continue }
      roles[role] = found
      kinds[Int(found)] = .control
    }
    for token in Self.endNames.compactMap({ table.value(of: $0) }) {
      endTokens.insert(token)
      kinds[Int(token)] = .control
    }
    for token in Self.visibleNames.compactMap({ table.value(of: $0) }) {
      kinds[Int(token)] = .userDefined
    }
    for role in Self.endRoles { if let token = roles[role] { endTokens.insert(token) } }
    exceptThoseThatGoOn(table)
  }

  /// Some vocabularies have end tokens that end only part of an answer.
  private mutating func exceptThoseThatGoOn(_ table: PieceTable) {
    func ends(_ name: String) -> Bool {
      table.value(of: name).map(endTokens.contains) ?? false
    }
    let hasCalls = ends("<|call|>") || ends("<|calls|>")
    let hasOtherEnd = ends("<|return|>") || ends("<|flush|>")
    if hasCalls, hasOtherEnd, let end = table.value(of: "<|end|>") {
      endTokens.remove(end)
      kinds[Int(end)] = .userDefined
    }
    if ends("<|tool_response>") || ends("<|plamo:eos|>"), let end = table.value(of: "</s>") {
      endTokens.remove(end)
      kinds[Int(end)] = .normal
    }
  }

  /// Finds these tokens in text.
  func matcher(for vocabulary: Vocabulary) -> SpecialTokenMatcher {
    var matcher = SpecialTokenMatcher()
    for (id, kind) in kinds.enumerated() where !vocabulary.pieces[id].isEmpty {
      let piece = vocabulary.pieces[id]
      switch kind {
      case .control, .unknown, .userDefined:
        let strips = vocabulary.stripsSpaceAfterSpecialTokens && !Self.keepingSpace.contains(piece)
        matcher.add(
          TokenID(id), text: piece, isUserDefined: kind == .userDefined, stripsRight: strips)
      case .normal, .byte, .unused, .undefined:
        break
      }
    }
    matcher.prepare()
    return matcher
  }
}

extension SpecialTokens {
  /// Names that stand for a role where no file key does.
  private static let names: [TokenRole: [String]] = [
    .endOfTurn: [
      "<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|endoftext|>", "<|end_of_text|>",
      "<EOT>", "_<EOT>", "[EOT]", "<｜end▁of▁sentence｜>", "<end_of_utterance>",
    ],
    .endOfMessage: ["<|eom_id|>"],
    .fillPrefix: [
      "<|fim_prefix|>", "<fim-prefix>", "<fim_prefix>", "<｜fim▁begin｜>", "<PRE>", "▁<PRE>",
      "<|code_prefix|>", "<|prefix|>",
    ],
    .fillSuffix: [
      "<|fim_suffix|>", "<fim-suffix>", "<fim_suffix>", "<｜fim▁hole｜>", "<SUF>", "▁<SUF>",
      "<|code_suffix|>", "<|suffix|>",
    ],
    .fillMiddle: [
      "<|fim_middle|>", "<fim-middle>", "<fim_middle>", "<｜fim▁end｜>", "<MID>", "▁<MID>",
      "<|code_middle|>", "<|middle|>",
    ],
    .fillPadding: ["<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]"],
    .fillRepository: ["<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>"],
    .fillSeparator: ["<|file_sep|>"],
  ]

  /// Names of tokens that end an answer in every vocabulary that has them.
  private static let endNames = [
    "<|eot_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<|flush|>", "<|calls|>",
    "<end_of_turn>", "<|endoftext|>", "</s>", "<|eom_id|>", "<EOT>", "_<EOT>", "[EOT]", "[EOS]",
    "<|end_of_text|>", "<end_of_utterance>", "<eos>", "<turn|>", "<|tool_response>",
    "<｜end▁of▁sentence｜>", "[e~[",
  ]

  /// Control tokens whose text belongs to the answer.
  private static let visibleNames = ["<|channel|>", "<|message|>", "<|start|>", "<|constrain|>"]

  /// Roles whose tokens end an answer.
  private static let endRoles: [TokenRole] = [
    .endOfText, .endOfTurn, .endOfMessage, .fillPadding, .fillRepository, .fillSeparator,
  ]

  /// Special tokens of Phi-3 behind which white space stays.
  private static let keepingSpace: Set<String> = ["<unk>", "<s>", "<|endoftext|>"]
}
