/// Why an adapter cannot be used.
public enum AdapterError: Error, Equatable, Sendable {
  /// A value in the file that is another one than that of a low-rank adapter; an `expected` of
  /// nothing says that the key must not be there.
  case unsupported(key: String, expected: String, found: String)
  /// A tensor that belongs to no pair.
  case unexpectedTensor(name: String)
  /// One of a pair's two tensors is not there.
  case missingHalf(name: String)
  /// The file holds no pair.
  case empty
  /// A tensor of another shape than its partner or its matrix asks for.
  case wrongShape(tensor: String, expected: String, found: [Int])
  /// The model has no such matrix.
  case unknownMatrix(name: String)
  /// The model is of another architecture.
  case wrongArchitecture(model: String, adapter: String)
  /// The model's output is its token embedding, which the adapter changes for one of both uses only.
  case tiedEmbedding(name: String)
}

extension AdapterError: CustomStringConvertible {
  /// What is wrong, and what to do.
  public var description: String {
    switch self {
    case .unsupported(let key, let expected, let found):
      expected.isEmpty
        ? "the adapter's \(key) asks for \(found), which is not supported"
        : "the adapter's \(key) is \(found.isEmpty ? "missing" : found), but must be \(expected); "
          + "an adapter is a GGUF file made by llama.cpp's convert_lora_to_gguf.py or by "
          + "`asclepius model import`"
    case .unexpectedTensor(let name):
      "the adapter's tensor \(name) is neither a .lora_a nor a .lora_b; it is no low-rank adapter"
    case .missingHalf(let name): "the adapter lacks the tensor \(name); the file is damaged"
    case .empty: "the adapter changes no matrix; the file is damaged"
    case .wrongShape(let tensor, let expected, let found):
      "the adapter's tensor \(tensor) has the shape \(found), but \(expected) was expected; it was "
        + "made for another model"
    case .unknownMatrix(let name):
      "the adapter changes \(name), which the model does not have; it was made for another model"
    case .wrongArchitecture(let model, let adapter):
      "the adapter is for \(adapter) models, but the model is \(model)"
    case .tiedEmbedding(let name):
      "the adapter changes \(name), which this model uses as its output as well; such an adapter "
        + "cannot be merged"
    }
  }
}
