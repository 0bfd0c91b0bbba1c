internal import Clinical

/// Finds which of the known pre-tokenizers a `tokenizer.json` describes.
///
/// llama.cpp's converter runs the tokenizer on a text and looks the result up; here the description
/// itself is compared, step by step.
///
/// - Source: llama.cpp, `llm_tokenizer_bpe`, for the expressions of each name.
enum PreTokenizerRecognition {
  private static let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
  private static func wordsAndNumbers(_ number: String) -> String {
    contractions + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" + number
      + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
  }
  private static let tekken =
    "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
    + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*"
    + "|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"

  /// The name in `tokenizer.ggml.pre` of the pre-tokenizer that `value` describes.
  ///
  /// - Parameter takesWholeWords: Whether a word that is a piece is taken whole.
  /// - Throws: `ConversionError.unsupported`.
  static func name(
    _ value: JSONValue?, takesWholeWords: Bool, path: String
  ) throws(ConversionError) -> String {
    let steps = steps(value)
    switch steps {
    case ["words"]: return "gpt-2"
    case ["digits", "words"]: return "smollm"
    case [wordsAndNumbers("\\p{N}{1,3}"), "bytes"]:
      return takesWholeWords ? "llama-bpe" : "smaug-bpe"
    case [wordsAndNumbers("\\p{N}"), "bytes"]: return "qwen2"
    case [tekken, "bytes"] where takesWholeWords: return "tekken"
    default:
      throw .unsupported(
        item: "the pre-tokenizer in \(path)",
        expected: "that of GPT-2, SmolLM, Llama 3, Qwen 2 or Mistral's Tekken",
        found: steps.isEmpty
          ? "missing"
          : steps.map { String($0.prefix(40)) }
            .joined(separator: ", then "))
    }
  }

  private static func steps(_ value: JSONValue?) -> [String] {
    guard let object = value?.object else { return [] }
    switch object["type"]?.string {
    case "Sequence": return (object["pretokenizers"]?.array ?? []).flatMap { steps($0) }
    case "ByteLevel":
      let addsBlank = object["add_prefix_space"]?.bool ?? false
      if addsBlank { return ["a leading blank"] }
      return [object["use_regex"]?.bool ?? true ? "words" : "bytes"]
    case "Digits": return [object["individual_digits"]?.bool == true ? "digits" : "numbers"]
    case "Split":
      let isPlain =
        object["behavior"]?.string == "Isolated" && object["invert"]?.bool != true
      let expression = object["pattern"]?.object?["Regex"]?.string
      return [isPlain ? expression ?? "another pattern" : "another split"]
    case let type: return [type ?? "nothing"]
    }
  }
}
