/// When the next frame may be drawn: never more than so many in any second, and what was typed
/// before what streams in.
///
/// Streamed text leaves some of a second's frames free, and half of them while somebody types, so
/// that keys show at once. A key that is held down is drawn at the even pace of a stream.
struct FramePacer {
  private struct Frame {
    var at: Double
    var showsKeys: Bool
  }

  /// Frames of the last second, the oldest first.
  private var frames: [Frame] = []

  /// Seconds from `now` until a frame may be drawn; 0 where one may be drawn at once.
  ///
  /// - Parameter forKeys: Whether it shows what was typed.
  func secondsToWait(at now: Double, forKeys: Bool, link: WorkbenchOptions.Link) -> Double {
    let recent = frames.filter { $0.at > now - 1 }
    let most = link.framesPerSecond
    let evenPause = 1 / Double(most)
    switch (link, forKeys) {
    case (.slow, _):
      return Self.wait(recent, at: now, limit: most, pause: evenPause)
    case (.fast, true):
      let isHeldDown = recent.count { $0.showsKeys } >= most / 2
      return Self.wait(recent, at: now, limit: most, pause: isHeldDown ? evenPause : 0)
    case (.fast, false):
      let streamed = recent.filter { !$0.showsKeys }
      let share = streamed.count < recent.count ? most / 2 : most
      return max(
        Self.wait(streamed, at: now, limit: share, pause: 0),
        Self.wait(recent, at: now, limit: most - 2, pause: 1 / Double(most - 2)))
    }
  }

  /// Seconds until there are fewer than `limit` of these frames in the last second, and the last one
  /// is `pause` seconds old.
  private static func wait(
    _ recent: [Frame], at now: Double, limit: Int, pause: Double
  ) -> Double {
    let untilFree = recent.count < limit ? 0 : recent[recent.count - limit].at + 1 - now
    let untilPaused = (recent.last?.at ?? -.infinity) + pause - now
    return max(0, untilFree, untilPaused)
  }

  /// Notes a frame that was drawn at `now`.
  mutating func drew(at now: Double, forKeys: Bool) {
    frames.removeAll { $0.at <= now - 1 }
    frames.append(Frame(at: now, showsKeys: forKeys))
  }
}
