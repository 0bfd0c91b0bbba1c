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
    help: """
      An adapter added to the model: a name in the folder of adapters, a path, or none. ask, extract \
      and the workbench take the one that comes with the default model by themselves.
      """)
  var adapter: String?

  /// The path of the adapter that is asked for; nil where none is.
  func path() throws -> String? {
    guard let adapter, adapter != "none" else { return nil }
    return try library.resolve(adapter)
  }

  /// The path of the adapter that is asked for, or of the one that comes with the model at `model`.
  func path(forModel model: String) throws -> String? {
    guard adapter == nil else { return try path() }
    let models = try ModelLibrary(environment: ProcessInfo.processInfo.environment)
    return try library.shipped(forModel: model, in: models)
  }

  private var library: AdapterLibrary {
    get throws { try AdapterLibrary(environment: ProcessInfo.processInfo.environment) }
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
