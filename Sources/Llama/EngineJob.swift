internal import Synchronization

/// A request that somebody waits for.
struct EngineJob: Sendable {
  let request: EngineRequest
  let report: EngineRun.Report
  let cancellation: Cancellation
  let continuation: CheckedContinuation<EngineResult, any Error>

  /// Texts that it writes at a time.
  var placeCount: Int { request.sampling.beamCount }
}

/// A request that is being answered.
struct ActiveJob {
  let job: EngineJob
  var run: EngineRun
  /// Why it cannot be answered.
  var failure: (any Error)?
}

/// Says from any thread that a text is not wanted any more.
final class Cancellation: Sendable {
  private let flag = Atomic<Bool>(false)

  func request() { flag.store(true, ordering: .relaxed) }

  var isRequested: Bool { flag.load(ordering: .relaxed) }
}
