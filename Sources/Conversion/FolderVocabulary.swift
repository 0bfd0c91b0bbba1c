internal import Clinical
internal import GGUF
internal import Tokenization

/// The vocabulary of a Hugging Face folder: pieces, scores, kinds, merges, and the tokens that have
/// a role, as the keys of a GGUF file.
///
/// - Source: llama.cpp, `_set_vocab_sentencepiece`, `_set_vocab_llama_hf`, `_set_vocab_gpt2` and
///   gguf-py's `SpecialVocab`, versions of 2026.
struct FolderVocabulary {
  private var model: String
  private var preTokenizer: String
  private(set) var pieces: [String]
  private var kinds: [PieceKind]
  private var scores: [Float] = []
  private var merges: [String] = []
  private var addsSpacePrefix: Bool?
  private var roles: [String: Int] = [:]
  private var flags: [String: Bool] = [:]
  private var chatTemplate: String?

  /// Reads the vocabulary of `folder`, filled up to the tokens that the model has.
  ///
  /// - Throws: `ConversionError`.
  init(folder: String, config: JSONFields, pieceCount: Int) throws(ConversionError) {
    pieces = (0..<pieceCount).map { "[PAD\($0)]" }
    kinds = Array(repeating: .unused, count: pieceCount)
    (model, preTokenizer) = ("llama", "default")
    let tokenizer = try FolderFile.optionalObject(folder + "/tokenizer.json")
    let settings = try FolderFile.optionalObject(folder + "/tokenizer_config.json")
    let sentencePiecePath = folder + "/tokenizer.model"
    if FolderFile.exists(sentencePiecePath) {
      try readSentencePiece(sentencePiecePath)
      try readAddedTokens(folder: folder, settings)
    } else if let tokenizer {
      try read(tokenizer)
    } else {
      throw .missingFile(path: folder + "/tokenizer.json")
    }
    if let flag = try settings?.optionalBool("add_prefix_space") { addsSpacePrefix = flag }
    try readRoles(tokenizer, settings, config)
    try readChatTemplate(folder: folder, settings)
  }

  /// Writes the keys of the vocabulary.
  func describe(in metadata: inout GGUFMetadata) {
    func set(_ key: String, _ value: GGUFValue?) {
      if let value { metadata["tokenizer." + key] = value }
    }
    set("ggml.model", .string(model))
    set("ggml.pre", .string(preTokenizer))
    set("ggml.tokens", .array(GGUFArray(pieces)))
    if !scores.isEmpty { set("ggml.scores", .array(GGUFArray(scores))) }
    set("ggml.token_type", .array(GGUFArray(kinds.map(\.rawValue))))
    if !merges.isEmpty { set("ggml.merges", .array(GGUFArray(merges))) }
    for (key, id) in roles.sorted(by: { $0.key < $1.key }) {
      set("ggml." + key, .uint32(UInt32(id)))
    }
    for (key, flag) in flags.sorted(by: { $0.key < $1.key }) { set("ggml." + key, .bool(flag)) }
    set("ggml.add_space_prefix", addsSpacePrefix.map { .bool($0) })
    set("chat_template", chatTemplate.map { .string($0) })
  }

  private mutating func place(
    _ id: Int, _ piece: String, _ kind: PieceKind, score: Float? = nil, _ path: String
  ) throws(ConversionError) {
    guard pieces.indices.contains(id) else {
      throw .malformed(
        path: path, fault: "a token has the number \(id), but the model has \(pieces.count)")
    }
    pieces[id] = piece
    kinds[id] = kind
    if let score { scores[id] = score }
  }
}

/// SentencePiece files.
extension FolderVocabulary {
  private mutating func readSentencePiece(_ path: String) throws(ConversionError) {
    let file = try SentencePieceModel(FolderFile.bytes(path), path: path)
    scores = Array(repeating: -10_000, count: pieces.count)
    for (id, piece) in file.pieces.prefix(pieces.count).enumerated() {
      let kind = PieceKind(fileValue: Int(clamping: piece.kind))
      try place(id, piece.text, kind, score: piece.score, path)
    }
    if !file.addsSpacePrefix { addsSpacePrefix = false }
  }

  /// Tokens that were added behind the file's own, or have another text.
  private mutating func readAddedTokens(
    folder: String, _ settings: JSONFields?
  ) throws(ConversionError) {
    if let added = try FolderFile.optionalObject(folder + "/added_tokens.json") {
      for member in added.object.members {
        guard let id = member.value.integer, pieces.indices.contains(id) else { continue }
        try place(id, member.name, .userDefined, score: -1000, added.path)
      }
    }
    guard let added = try settings?.optionalFields("added_tokens_decoder") else { return }
    for member in added.object.members {
      guard let id = Int(member.name), pieces.indices.contains(id),
        let fields = member.value.object, let text = fields["content"]?.string
      else { continue }
      let isSpecial = fields["special"]?.bool == true
      let (piece, kind) = Self.addedToken(text, isSpecial: isSpecial)
      try place(id, piece, kind, score: -1000, added.path)
    }
  }

  private static func addedToken(_ text: String, isSpecial: Bool) -> (String, PieceKind) {
    isSpecial || looksSpecial(text)
      ? (text, .control) : (text.replacing("\u{2581}", with: " "), .userDefined)
  }

  /// Some files forget to mark their control tokens.
  private static func looksSpecial(_ text: String) -> Bool {
    ["<pad>", "<mask>", "<2mass>", "[@BOS@]"].contains(text)
      || (text.hasPrefix("<|") && text.hasSuffix("|>"))
      || (text.hasPrefix("<｜") && text.hasSuffix("｜>"))
      || (text.hasPrefix("<unused") && text.hasSuffix(">"))
  }
}

/// `tokenizer.json`.
extension FolderVocabulary {
  private mutating func read(_ tokenizer: JSONFields) throws(ConversionError) {
    let path = tokenizer.path
    let fields = try tokenizer.required("model", try tokenizer.optionalFields("model"))
    let type = try fields.optionalString("type") ?? "BPE"
    guard type == "BPE" else {
      throw .unsupported(item: "the tokenizer in \(path)", expected: "BPE", found: type)
    }
    merges = try Self.merges(fields)
    let hasByteTokens = try fields.optionalBool("byte_fallback") ?? false
    if hasByteTokens {
      scores = Array(repeating: -1000, count: pieces.count)
      addsSpacePrefix = Self.addsSpacePrefix(tokenizer)
    } else {
      model = "gpt2"
      let takesWholeWords = try fields.optionalBool("ignore_merges") ?? false
      preTokenizer = try PreTokenizerRecognition.name(
        tokenizer["pre_tokenizer"], takesWholeWords: takesWholeWords, path: path)
    }
    let vocabulary = try fields.required("vocab", try fields.optionalFields("vocab"))
    for member in vocabulary.object.members {
      guard let id = member.value.integer else {
        throw .malformed(path: path, fault: "a token's number is \(member.value.kind)")
      }
      let isByte = hasByteTokens && Self.isByteToken(member.name)
      try place(id, member.name, isByte ? .byte : .normal, path)
    }
    if hasByteTokens { scoreByMerges(unknown: try fields.optionalString("unk_token")) }
    for value in try tokenizer.optionalArray("added_tokens") ?? [] {
      guard let token = value.object, let id = token["id"]?.integer,
        let text = token["content"]?.string
      else { throw .malformed(path: path, fault: "an added token lacks id or content") }
      if hasByteTokens, kinds.indices.contains(id), kinds[id] == .unknown { continue }
      let (piece, kind) = Self.addedToken(text, isSpecial: token["special"]?.bool == true)
      try place(id, piece, kind, path)
    }
  }

  /// What SentencePiece would have as scores: a pair that was learnt earlier is better.
  private mutating func scoreByMerges(unknown: String?) {
    var ranks: [ByteText: Int] = [:]
    for (rank, merge) in merges.enumerated() {
      let whole = ByteText(merge.split(separator: " ", omittingEmptySubsequences: false).joined())
      if ranks[whole] == nil { ranks[whole] = rank }
    }
    for (id, piece) in pieces.enumerated() {
      if kinds[id] == .normal { scores[id] = -Float(ranks[ByteText(piece)] ?? merges.count) }
      if piece == unknown { kinds[id] = .unknown }
    }
    merges = []
  }

  /// Pairs as GGUF writes them; a blank in a half becomes the byte alphabet's character for it.
  private static func merges(_ model: JSONFields) throws(ConversionError) -> [String] {
    try (model.optionalArray("merges") ?? []).map { (value) throws(ConversionError) in
      if let merge = value.string { return merge }
      let halves = (value.array ?? []).compactMap(\.string)
      guard halves.count == 2 else {
        throw .malformed(path: model.path, fault: "a merge is not two strings")
      }
      return halves.map { $0.replacing(" ", with: "\u{120}") }.joined(separator: " ")
    }
  }

  private static func isByteToken(_ text: String) -> Bool {
    text.utf8.count == 6 && text.hasPrefix("<0x") && text.hasSuffix(">")
      && text.dropFirst(3).dropLast().allSatisfy(\.isHexDigit)
  }

  /// Whether a normaliser or a pre-tokenizer puts a blank before the text.
  private static func addsSpacePrefix(_ tokenizer: JSONFields) -> Bool {
    func parts(_ value: JSONValue?, _ list: String) -> [JSONObject] {
      guard let object = value?.object else { return [] }
      return object[list]?.array?.compactMap(\.object) ?? [object]
    }
    let prepends = parts(tokenizer["normalizer"], "normalizers").contains {
      $0["type"]?.string == "Prepend"
    }
    let scheme = parts(tokenizer["pre_tokenizer"], "pretokenizers").first {
      $0["type"]?.string == "Metaspace"
    }?["prepend_scheme"]?.string
    return prepends || (scheme ?? "never") != "never"
  }
}

/// A text that equals another one only where their bytes do; strings that merely look alike are
/// different pieces.
private struct ByteText: Hashable {
  private let bytes: [UInt8]

  init(_ text: String) { bytes = Array(text.utf8) }
}

/// Tokens that have a role.
extension FolderVocabulary {
  private static let roleNames = [
    "bos": "bos_token_id", "eos": "eos_token_id", "unk": "unknown_token_id",
    "pad": "padding_token_id",
  ]

  private mutating func readRoles(
    _ tokenizer: JSONFields?, _ settings: JSONFields?, _ config: JSONFields
  ) throws(ConversionError) {
    let added = try tokenizer?.optionalArray("added_tokens")?.compactMap(\.object) ?? []
    for (role, key) in Self.roleNames {
      let named = settings?["\(role)_token"]
      if let text = named?.string ?? named?.object?["content"]?.string {
        let token = added.first { $0["content"]?.string == text }
        roles[key] = token?["id"]?.integer.flatMap { pieces.indices.contains($0) ? $0 : nil }
      }
      // Some models list several ends here; that of the tokenizer stands alone then.
      if roles[key] == nil, let id = config["\(role)_token_id"]?.integer,
        pieces.indices.contains(id)
      {
        roles[key] = id
      }
    }
    readTemplate(tokenizer?["post_processor"], settings)
    for role in ["bos", "eos"] where flags["add_\(role)_token"] == nil {
      if let flag = try settings?.optionalBool("add_\(role)_token") {
        flags["add_\(role)_token"] = flag
      }
    }
  }

  /// Which special tokens a text is put between.
  private mutating func readTemplate(_ value: JSONValue?, _ settings: JSONFields?) {
    guard let processor = value?.object else { return }
    for part in processor["processors"]?.array?.compactMap(\.object) ?? [processor] {
      switch part["type"]?.string {
      case "ByteLevel":
        for key in ["add_bos_token", "add_eos_token"] where flags[key] == nil { flags[key] = false }
      case "TemplateProcessing":
        let single = part["single"]?.array?.compactMap(\.object) ?? []
        guard single.count > 1 else { continue }
        for (role, place) in [("bos", single.first), ("eos", single.last)] {
          guard let text = place?["SpecialToken"]?.object?["id"]?.string,
            let id = roles[role + "_token_id"]
          else { continue }
          flags["add_\(role)_token"] = pieces[id] == text
        }
      default: break
      }
    }
  }

  private mutating func readChatTemplate(
    folder: String, _ settings: JSONFields?
  ) throws(ConversionError) {
    switch settings?["chat_template"] {
    case .string(let text)?: chatTemplate = text
    case .array(let templates)?:
      let named = templates.compactMap(\.object)
      let found = named.first { $0["name"]?.string == "default" } ?? named.first
      chatTemplate = found?["template"]?.string
    default:
      let path = folder + "/chat_template.jinja"
      if FolderFile.exists(path) {
        chatTemplate = String(decoding: try FolderFile.bytes(path), as: UTF8.self)
      }
    }
  }
}
