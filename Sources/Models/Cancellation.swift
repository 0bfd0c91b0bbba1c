internal import Synchronization

/// Lets one thread ask another, which may be waiting for a child process, to stop.
final class Cancellation: Sendable {
  private struct State {
    var isCancelled = false
    var stop: (@Sendable () -> Void)?
  }

  private let state = Mutex(State())

  var isCancelled: Bool { state.withLock { $0.isCancelled } }

  /// Asks for the stop; what is being waited for is stopped at once.
  func cancel() {
    let stop = state.withLock { state in
      state.isCancelled = true
      return state.stop
    }
    stop?()
  }

  /// Runs `body`, during which `cancel` calls `stop`.
  ///
  /// - Throws: `CancellationError` where the stop was asked for before; and what `body` throws.
  func stopping<Result>(
    with stop: @escaping @Sendable () -> Void, _ body: () throws -> Result
  ) throws -> Result {
    let isCancelled = state.withLock { state in
      state.stop = stop
      return state.isCancelled
    }
    defer { state.withLock { $0.stop = nil } }
    if isCancelled {
      stop()
      throw CancellationError()
    }
    return try body()
  }

  /// - Throws: `CancellationError` once the stop was asked for.
  func check() throws {
    if isCancelled { throw CancellationError() }
  }
}
