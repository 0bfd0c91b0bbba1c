import Dispatch
import Foundation

/// Turns signals into posts, so that all that they lead to happens on the main thread.
struct SignalPosts {
  private let sources: [any DispatchSourceSignal]

  init(_ signals: [Int32], to mailbox: WorkbenchMailbox) {
    let queue = DispatchQueue(label: "asclepius.signals")
    sources = signals.map { number in
      // The default action would come before the source; ignored signals still reach it.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler { @Sendable in mailbox.post(.signal(number)) }
      source.resume()
      return source
    }
  }

  func cancel() { for source in sources { source.cancel() } }
}

/// Waits until one of the descriptors can be read.
///
/// - Parameter seconds: At most this long; nil waits for ever.
/// - Returns: For each descriptor whether it is readable, or at its end.
func waitForInput(on descriptors: [Int32], seconds: Double?) -> [Bool] {
  var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
  let milliseconds = seconds.map { Int32(min(max(0, ($0 * 1000).rounded(.up)), 3_600_000)) } ?? -1
  let count = poll(&entries, nfds_t(entries.count), milliseconds)
  guard count > 0 else { return descriptors.map { _ in false } }
  return entries.map { $0.revents != 0 }
}
