import Clinical
import Foundation
import Synchronization
import Workbench

/// Looks now and then at the runs of other processes, and tells what has changed.
final class RunWatch: Sendable {
  private struct State {
    var folders: [String] = []
    var known: [ObservedRun] = []
  }

  /// Seconds between two looks.
  private static let interval = 0.5

  private let services: RunServices
  private let mailbox: WorkbenchMailbox
  private let queue = DispatchQueue(label: "asclepius.runs", qos: .utility)
  private let state = Mutex(State())

  init(_ services: RunServices, _ mailbox: WorkbenchMailbox) {
    self.services = services
    self.mailbox = mailbox
  }

  /// Begins to look, which ends with this object.
  func begin() {
    queue.async { [weak self] in
      self?.lookNow()
      self?.queue.asyncAfter(deadline: .now() + Self.interval) { [weak self] in self?.begin() }
    }
  }

  /// Looks at a further folder too.
  func add(folder: String) {
    let path = URL(filePath: folder).standardizedFileURL.path
    state.withLock { if !$0.folders.contains(path) { $0.folders.append(path) } }
    queue.async {
      if self.services.list([path]).contains(where: { $0.folder == path }) { return self.lookNow() }
      self.mailbox.post(.reported(Notice(.warning, "There is no run in \(folder).")))
    }
  }

  /// Looks soon, for something that was asked of a run.
  func look() { queue.async { self.lookNow() } }

  private func lookNow() {
    let runs = services.list(state.withLock { $0.folders })
    let isNews = state.withLock { state in
      defer { state.known = runs }
      return state.known != runs
    }
    if isNews { mailbox.post(.runsObserved(runs)) }
  }
}
