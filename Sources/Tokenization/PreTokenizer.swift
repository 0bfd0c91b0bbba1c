/// How text is cut into words before pairs of bytes are merged within each.
///
/// A word is never merged with its neighbour, so these rules decide tokens as much as the merges
/// do. They are written as scanners over scalars, one for each regular expression of the original,
/// since a regular expression engine's idea of a letter or of white space changes with its Unicode
/// version.
public struct PreTokenizer: Equatable, Sendable {
  /// The name in `tokenizer.ggml.pre`.
  public let name: String
  /// Whether a word that is a piece is taken whole, whatever the merges would make of it.
  let takesWholeWords: Bool
  /// Whether a prompt starts with the begin-of-text token where the file does not say.
  let addsBeginOfText: Bool
  /// Scanners in order; each cuts the words that the one before left.
  let stages: [Stage]

  /// The pre-tokenizer that files call `name`.
  ///
  /// - Throws: `VocabularyError.unknownPreTokenizer`.
  public init(named name: String) throws(VocabularyError) {
    guard let family = Self.families.first(where: { $0.names.contains(name) }) else {
      throw .unknownPreTokenizer(found: name, known: Self.knownNames)
    }
    self.name = name
    takesWholeWords = family.takesWholeWords
    addsBeginOfText = family.addsBeginOfText
    stages = family.stages
  }

  /// Every name that `init(named:)` takes, in the order of families.
  public static var knownNames: [String] { families.flatMap(\.names) }

  /// Cuts `text` into words, as ranges of scalars without gaps.
  func words(in text: ScalarText) -> [Range<Int>] {
    var words = text.count == 0 ? [] : [0..<text.count]
    for stage in stages {
      var cut: [Range<Int>] = []
      cut.reserveCapacity(words.count)
      for word in words { stage.cut(ScalarWindow(text: text, range: word), into: &cut) }
      words = cut
    }
    return words
  }
}

extension PreTokenizer {
  /// What pre-tokenizers under several names have in common.
  private struct Family: Sendable {
    var names: [String]
    var stages: [Stage]
    var takesWholeWords = false
    var addsBeginOfText = false
  }

  /// - Source: llama.cpp, `llama_vocab::impl::load` and `llm_tokenizer_bpe`, version of 2026.
  private static let families = [
    Family(
      names: ["default"],
      stages: [.punctuationRuns, .englishWords, .numberRuns, .digitTriples]),
    Family(
      names: [
        "gpt-2", "phi-2", "mpt", "olmo", "jais", "exaone4", "gigachat", "mellum", "a.x-4.0",
        "trillion", "granite-docling",
      ],
      stages: [.englishWords]),
    Family(
      names: [
        "smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b",
        "mellum2",
      ],
      stages: [.singleNumbers, .englishWords]),
    Family(
      names: [
        "llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
      ],
      stages: [.casedWords(longestNumber: 3)], takesWholeWords: true, addsBeginOfText: true),
    Family(names: ["glm4"], stages: [.casedWords(longestNumber: 3)], takesWholeWords: true),
    Family(
      names: ["dbrx", "smaug-bpe", "chatglm-bpe"], stages: [.casedWords(longestNumber: 3)]),
    Family(
      names: [
        "qwen2", "deepseek-r1-qwen", "stablelm2", "hunyuan", "megrez", "grok-2", "kormo",
        "solar-open",
      ],
      stages: [.casedWords(longestNumber: 1)]),
    Family(
      names: ["tekken"], stages: [.camelCaseWords(longestNumber: 1, contractions: false)],
      takesWholeWords: true, addsBeginOfText: true),
    Family(
      names: ["gpt-4o", "llama4", "kanana2"],
      stages: [.camelCaseWords(longestNumber: 3, contractions: true)]),
    Family(
      names: ["deepseek-coder"],
      stages: [.lineEnds, .spacedLetters, .spacedPunctuation, .eastAsian, .singleNumbers]),
  ]
}
