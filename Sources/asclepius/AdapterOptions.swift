internal import ArgumentParser
internal import Clinical
internal import Foundation
internal import Llama
internal import Models
internal import Tensors

/// The option of every command whose model may have an adapter.
struct AdapterOptions: ParsableArguments {
  @Option(
    name: .long,
    help: "An adapter added to the model: a name in the folder of adapters, or a path.")
  var adapter: String?

  /// The path of the adapter's file; nil where none is asked for.
  func path() throws -> String? {
    try adapter.map {
      try AdapterLibrary(environment: ProcessInfo.processInfo.environment).resolve($0)
    }
  }
}

/// An adapter and which file it came from.
struct LoadedAdapter: Sendable {
  let adapter: LoraAdapter
  /// SHA-256 of the file, in hexadecimal.
  let digest: String

  /// Loads the file at `path` for `model`.
  init(path: String, model: LlamaModel, pool: WorkerPool) throws {
    adapter = try LoraAdapter(path: path, model: model, pool: pool)
    digest = try fileDigest(path: path)
  }

  /// What of the file has no effect, in a sentence; nil where all has.
  var warning: String? {
    guard let first = adapter.ignoredTensors.first else { return nil }
    return "the adapter \(adapter.name) also holds norms (such as \(first)), which have no effect"
  }

  /// What is shown and recorded of it.
  var description: AdapterDescription {
    AdapterDescription(name: adapter.name, digest: digest)
  }
}
