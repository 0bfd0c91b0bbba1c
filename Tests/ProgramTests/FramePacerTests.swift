import Testing

@testable import asclepius

/// Frames of a terminal whose model writes all the time.
@Suite struct FramePacerTests {
  /// Draws for some seconds, in steps of a millisecond; a key comes at each of `keys`.
  private func run(
    _ link: WorkbenchOptions.Link, seconds: Double, keys: [Double]
  ) -> (frames: [Double], keyDelays: [Double]) {
    var pacer = FramePacer()
    var frames: [Double] = []
    var delays: [Double] = []
    var waiting = keys[...]
    for step in 0..<Int(seconds * 1000) {
      let now = Double(step) / 1000
      let typed = waiting.prefix { $0 <= now }
      guard pacer.secondsToWait(at: now, forKeys: !typed.isEmpty, link: link) == 0 else { continue }
      pacer.drew(at: now, forKeys: !typed.isEmpty)
      frames.append(now)
      delays += typed.map { now - $0 }
      waiting = waiting.dropFirst(typed.count)
    }
    return (frames, delays)
  }

  private func busiestSecond(_ frames: [Double]) -> Int {
    frames.map { at in frames.filter { (at..<at + 1).contains($0) }.count }.max() ?? 0
  }

  @Test func aStreamIsDrawnEighteenTimesASecondAndFourTimesOnASlowLink() {
    #expect(busiestSecond(run(.fast, seconds: 5, keys: []).frames) == 18)
    #expect(busiestSecond(run(.slow, seconds: 5, keys: []).frames) == 4)
  }

  @Test(arguments: [2.0, 5.0, 9.0])
  func typedKeysShowAtOnceWithinTheFramesOfASecond(keysPerSecond: Double) {
    let keys = stride(from: 2.0, to: 8, by: 1 / keysPerSecond).map { $0 }
    let result = run(.fast, seconds: 10, keys: keys)
    #expect(result.keyDelays.count == keys.count)
    #expect(result.keyDelays.allSatisfy { $0 < 0.002 }, "\(result.keyDelays.max() ?? 0)")
    #expect(busiestSecond(result.frames) <= 20)
  }

  @Test func aKeyThatIsHeldDownShowsTwentyTimesASecond() {
    let keys = (0..<200).map { 2 + Double($0) / 40 }
    let result = run(.fast, seconds: 8, keys: keys)
    #expect(result.keyDelays.count == keys.count)
    #expect(busiestSecond(result.frames) == 20)
    // Nothing that streams in waits longer than half a second either.
    #expect(zip(result.frames, result.frames.dropFirst()).allSatisfy { $1 - $0 < 0.5 })
  }

  @Test func onASlowLinkKeysWaitForTheirFrame() {
    let result = run(.slow, seconds: 6, keys: (0..<30).map { 1 + Double($0) / 10 })
    #expect(busiestSecond(result.frames) == 4)
    #expect((result.keyDelays.max() ?? 0) <= 0.25)
  }
}
