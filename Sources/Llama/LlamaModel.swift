// Llama: the decoder of the `llama` architecture and the engine around it.
//
// Purpose: from a GGUF file to tokens, logits and text. Three kinds of state are kept apart: the
// configuration and the read-only weights (shared by all), the memory of a pass (`ForwardPass`,
// one a thread of work), and what was read so far (`KeyValueSequence`, a value that branches).
// Invariants: nothing about a model is a constant in code; a prompt is never cut; the same seed
// gives the same tokens, whatever the batch.
// May import Tokenization, GGUF, Tensors, Kernels; knows nothing of notes, prompts or the screen.

internal import GGUF
internal import Kernels
public import Tensors
public import Tokenization

/// A model that is ready to compute: configuration, weights and vocabulary.
public struct LlamaModel: Sendable {
  /// Shape and fixed numbers.
  public let configuration: LlamaConfiguration
  /// Text to tokens and back.
  public let tokenizer: Tokenizer
  /// The Jinja source of the file's chat template, if it has one.
  public let chatTemplateSource: String?
  /// The file's name without its endings.
  public let name: String
  /// The type that most weights are stored in.
  public let quantization: String
  let weights: LlamaWeights

  /// Loads a model file.
  ///
  /// - Parameters:
  ///   - path: The GGUF file.
  ///   - pool: Who shares the work of packing.
  ///   - progress: Called with the share done, 0 to 1.
  /// - Throws: `GGUFError` for a damaged file; `VocabularyError` for a vocabulary that cannot be
  ///   used; `LlamaError` for a model that this decoder cannot run.
  public init(
    path: String, pool: WorkerPool, progress: (Double) -> Void = { _ in }
  ) throws {
    let file = try GGUFFile(path: path)
    configuration = try LlamaConfiguration(file)
    tokenizer = try Tokenizer(Vocabulary(file))
    chatTemplateSource = try file.metadata.optionalString("tokenizer.chat_template")
    quantization = Self.mainType(file)
    name = Self.name(path: path, quantization: quantization)
    weights = try LlamaWeights(file, configuration, pool: pool, progress: progress)
  }

  /// Bytes of the packed weights; all are read for each token that is written.
  public var weightByteCount: Int { weights.byteCount }

  /// Products of a weight and an activation that a token of a prompt takes, without attention.
  public var promptProductCount: Int { weights.layerProductCount }

  /// The file's name without `.gguf` and without the weights' type, which is shown beside it.
  private static func name(path: String, quantization: String) -> String {
    var name = path.split(separator: "/").last.map(String.init) ?? path
    if name.hasSuffix(".gguf") { name.removeLast(5) }
    for separator in [".", "-"] where name.hasSuffix(separator + quantization) {
      name.removeLast(quantization.count + 1)
    }
    return name
  }

  /// The element type that holds most of the file's bytes.
  private static func mainType(_ file: GGUFFile) -> String {
    let bytes = Dictionary(
      file.tensors.filter { $0.name.hasPrefix("blk.") }.map {
        ($0.elementType, $0.byteRange.count)
      },
      uniquingKeysWith: +)
    return bytes.max { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) }?.key.name ?? "?"
  }
}
