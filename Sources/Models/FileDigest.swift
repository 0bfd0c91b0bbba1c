internal import Crypto
internal import Foundation

/// A SHA-256 that grows with the bytes it is given.
struct FileDigest {
  private var hash = SHA256()

  /// Takes the next bytes.
  mutating func update(_ data: Data) { hash.update(data: data) }

  /// The digest of all bytes so far, in lower-case hexadecimal.
  var text: String {
    hash.finalize().map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }

  /// The digest of the file at `path`.
  ///
  /// - Throws: `ModelError.fileFailed`, `CancellationError`.
  static func text(
    ofFile path: String, _ cancellation: Cancellation, progress: (Int) -> Void
  ) throws -> String {
    var digest = FileDigest()
    var byteCount = 0
    do {
      let handle = try FileHandle(forReadingFrom: URL(filePath: path))
      defer { try? handle.close() }
      while let data = try handle.read(upToCount: 1 << 20), !data.isEmpty {
        try cancellation.check()
        digest.update(data)
        byteCount += data.count
        progress(byteCount)
      }
    } catch let error as CancellationError {
      throw error
    } catch {
      throw ModelError.fileFailed(path: path, step: "read", code: systemCode(of: error))
    }
    return digest.text
  }
}
