internal import CShippedAdapter
public import Foundation
internal import GGUF

/// The adapter that comes with the program, for the default model.
public enum ShippedAdapter {
  /// Its name in the folder of adapters.
  public static let name = "asclepius-smollm2-135m"

  /// The bytes of its file; nil where the program was built without one.
  public static var file: Data? {
    guard let start = shipped_adapter_bytes() else { return nil }
    // The bytes live as long as the program.
    return Data(
      bytesNoCopy: UnsafeMutableRawPointer(mutating: start), count: shipped_adapter_byte_count(),
      deallocator: .none)
  }
}

extension AdapterLibrary {
  /// Puts the adapter that comes with the program into the library, where that has not happened.
  ///
  /// - Parameter file: Its bytes; nil does nothing.
  /// - Returns: The path of the adapter, or nil where there is none.
  /// - Throws: `ModelError.fileFailed`.
  public func install(
    shipped file: Data? = ShippedAdapter.file
  ) throws(ModelError) -> String? {
    guard let file else { return nil }
    let target = shippedPath
    if FileManager.default.contents(atPath: target) == file { return target }
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
      try file.write(to: URL(filePath: target), options: .atomic)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: target)
    } catch {
      throw .fileFailed(path: target, step: "write", code: systemCode(of: error))
    }
    return target
  }

  /// The path of the installed adapter that came with the program, where it is for the model at
  /// `model`: it names the SHA-256 of the file that it was trained on.
  ///
  /// - Throws: `GGUFError` or `AdapterError` where the adapter's file is damaged; `ModelError` where
  ///   the model cannot be read.
  public func shipped(forModel model: String, in models: ModelLibrary) throws -> String? {
    try shipped(forModel: model, in: models, catalog: ModelCatalog.models)
  }

  func shipped(
    forModel model: String, in models: ModelLibrary, catalog: [CatalogModel]
  ) throws -> String? {
    guard fileByteCount(shippedPath) != nil else { return nil }
    let wanted = try AdapterFile(path: shippedPath).baseModelDigest
    // Whoever has another size cannot have the digest, and need not be read.
    guard let entry = catalog.first(where: { $0.digest == wanted }),
      fileByteCount(model) == entry.byteCount
    else { return nil }
    // What lies in the library was verified when it got there.
    if models.model(entry)?.path == model { return shippedPath }
    let found = try FileDigest.text(ofFile: model, Cancellation()) { _ in }
    return found == wanted ? shippedPath : nil
  }

  private var shippedPath: String { "\(path)/\(ShippedAdapter.name).gguf" }
}
