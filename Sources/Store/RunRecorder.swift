public import Clinical
internal import Dispatch
internal import Foundation
internal import Synchronization

/// The run's own side of `RunFiles`: holds the lock while it lives, writes where the run stands, and
/// looks ten times a second whether it is to rest or to end.
public final class RunRecorder: Sendable {
  private struct State {
    var status: RunStatus
    /// Where this process took up the stage: seconds of work, what was done, tokens by then.
    var stageStart = (worked: 0.0, done: 0, tokens: 0)
    var lastLook: Double
    var lastWrite = 0.0
    var isEnded = false
    var stopHandler: (@Sendable () -> Void)?

    /// Works out the pace of the stage.
    mutating func measure() {
      let seconds = status.workedSeconds - stageStart.worked
      guard seconds > 0 else { return }
      status.tokensPerSecond = Double(status.tokenCount - stageStart.tokens) / seconds
      let done = status.doneCount - stageStart.done
      let left = status.totalCount - status.doneCount
      status.secondsLeft = done > 0 && seconds > 1 ? Double(left) * seconds / Double(done) : nil
    }
  }

  private static let lookInterval = 0.1
  private static let writeInterval = 0.5

  private let files: RunFiles
  private let registry: RunRegistry?
  private let lock: FileLock
  private let state: Mutex<State>
  private let held = Atomic<Bool>(false)
  private let stopped = Atomic<Bool>(false)
  // Only made and cancelled, both by one thread.
  private nonisolated(unsafe) let timer: any DispatchSourceTimer

  /// Takes the folder for this process and enters the run into the registry.
  ///
  /// - Throws: `RunFilesError`.
  public init(
    _ status: RunStatus, folder: String, registry: RunRegistry?
  ) throws(RunFilesError) {
    files = RunFiles(folder: folder)
    self.registry = registry
    lock = try FileLock(path: files.lockPath)
    guard lock.tryTake(.exclusive) else { throw .inUse(folder: folder) }
    files.clearWishes()
    var status = status
    status.startedAt = Date().timeIntervalSince1970
    state = Mutex(State(status: status, lastLook: Self.now()))
    timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "asclepius.run"))
    // A run that nobody can watch is a run all the same.
    try? registry?.add(folder: folder)
    timer.schedule(deadline: .now(), repeating: Self.lookInterval)
    timer.setEventHandler { @Sendable [weak self] in self?.look() }
    timer.resume()
  }

  deinit { timer.cancel() }

  /// True while the run is to rest.
  public var isHeld: Bool { held.load(ordering: .relaxed) }

  /// True once the run is to end.
  public var isStopped: Bool { stopped.load(ordering: .relaxed) }

  /// Lets `handler` be called when the run is to end, from another thread.
  public func onStop(_ handler: @escaping @Sendable () -> Void) {
    state.withLock { $0.stopHandler = handler }
    // The wish may have come before there was anybody to tell; twice does no harm.
    if isStopped { handler() }
  }

  /// Returns when the run need not rest, or throws where the task is cancelled meanwhile.
  public func waitWhileHeld() async throws {
    while isHeld { try await Task.sleep(for: .seconds(Self.lookInterval)) }
  }

  /// Returns when the run need not rest or is to end; blocks until then.
  public func blockWhileHeld(unless isInterrupted: () -> Bool) {
    while isHeld, !isStopped, !isInterrupted() { Thread.sleep(forTimeInterval: Self.lookInterval) }
  }

  /// Says what tokens earlier processes had written, which the pace of this one does not count.
  public func takeUp(promptTokenCount: Int, tokenCount: Int) {
    state.withLock { state in
      state.status.promptTokenCount = promptTokenCount
      state.status.tokenCount = tokenCount
      state.stageStart.tokens = tokenCount
    }
  }

  /// Changes the status; it is written soon.
  public func update(_ change: (inout RunStatus) -> Void) {
    state.withLock { state in
      let stage = state.status.stage
      change(&state.status)
      if state.status.stage != stage {
        let status = state.status
        state.stageStart = (status.workedSeconds, status.doneCount, status.tokenCount)
      }
    }
  }

  /// Where the run stands, with its pace.
  public var status: RunStatus {
    state.withLock { state in
      state.measure()
      return state.status
    }
  }

  /// Writes the run's last word.
  public func end(_ last: RunStatus.State, problem: String? = nil) {
    state.withLock { state in
      guard !state.isEnded else { return }
      state.isEnded = true
      state.status.state = last
      state.status.problem = problem
      state.status.secondsLeft = nil
      write(&state)
    }
  }

  private func look() {
    let isPaused = RunFiles.exists(files.pausePath)
    let isWaiting = !isPaused && registry?.isQueryActive == true
    held.store(isPaused || isWaiting, ordering: .relaxed)
    if !isStopped, RunFiles.exists(files.stopPath) {
      stopped.store(true, ordering: .relaxed)
      state.withLock { $0.stopHandler }?()
    }
    state.withLock { state in
      guard !state.isEnded else { return }
      let now = Self.now()
      let before = state.status.state
      // A suspended machine or process did not work meanwhile.
      if before == .running {
        state.status.workedSeconds += min(now - state.lastLook, 10 * Self.lookInterval)
      }
      state.lastLook = now
      state.status.state = isPaused ? .paused : isWaiting ? .waiting : .running
      if state.status.state != before || now - state.lastWrite >= Self.writeInterval {
        state.measure()
        write(&state)
      }
    }
  }

  /// A disk that is full costs the watcher its view and the run nothing.
  private func write(_ state: inout State) {
    state.lastWrite = Self.now()
    state.status.updatedAt = Date().timeIntervalSince1970
    try? files.write(state.status)
  }

  private static func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }
}
