internal import Foundation

/// A wheel in a package index.
struct WheelLocation: Equatable {
  let url: String
  /// What the index says of it: SHA-256 in lower-case hexadecimal.
  let digest: String?
}

/// Bytes that begin to arrive: where in the whole they start, and how many the whole has.
struct TransferStart: Equatable {
  let offset: Int
  let totalByteCount: Int?
}

/// Takes what a transfer yields: first its start, then pieces in order.
struct TransferSink {
  let begin: (TransferStart) throws -> Void
  let receive: (Data) throws -> Void
}

/// What can be asked of pip. A value of closures, so that tests can play a broken line.
struct PackageClient: Sendable {
  /// Finds the wheel of a requirement; nil where this pip can only fetch wheels as a whole.
  var locate: @Sendable (_ requirement: String, Cancellation) throws -> WheelLocation?
  /// Transfers a wheel from an offset on.
  var transfer: @Sendable (WheelLocation, _ offset: Int, TransferSink, Cancellation) throws -> Void
  /// Fetches the wheel of a requirement as a whole into a folder and yields its path.
  var download: @Sendable (_ requirement: String, _ folder: String, Cancellation) throws -> String
  /// Reads an entry of the wheel at a path.
  var extract:
    @Sendable (_ archive: String, _ entry: String, TransferSink, Cancellation) throws -> Void
}
