internal import Foundation

/// The folder of adapters, beside that of the models.
public struct AdapterLibrary: Sendable {
  /// The folder's path; it need not exist.
  public let path: String

  /// The library in the folder `path`.
  public init(path: String) { self.path = path }

  /// The user's library: `asclepius/adapters` in `XDG_DATA_HOME`, else in `~/.local/share`.
  ///
  /// - Throws: `ModelError.missingDataFolder` where neither is known.
  public init(environment: [String: String]) throws(ModelError) {
    let models = try ModelLibrary(environment: environment).path
    path = String(models.dropLast("models".count)) + "adapters"
  }

  /// The names of all adapters, sorted: files that end in `.gguf`, without that.
  public func names() -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.sorted().filter { $0.hasSuffix(".gguf") && !$0.hasPrefix(".") }
      .map { String($0.dropLast(".gguf".count)) }
  }

  /// The path of the file that `adapter` means: the name of one in the library, or a path.
  ///
  /// - Throws: `ModelError` with `missingFile` or `unknownAdapter`.
  public func resolve(_ adapter: String) throws(ModelError) -> String {
    if adapter.contains("/") || adapter.hasSuffix(".gguf") {
      let path = expandingHome(adapter)
      if fileByteCount(path) != nil { return path }
    }
    if adapter.contains("/") { throw .missingFile(path: adapter) }
    for name in [adapter + ".gguf", adapter] where name.hasSuffix(".gguf") {
      if fileByteCount(path + "/" + name) != nil { return path + "/" + name }
    }
    throw .unknownAdapter(name: adapter, known: names(), folder: path)
  }
}
