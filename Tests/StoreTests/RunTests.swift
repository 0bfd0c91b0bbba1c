import Clinical
import Foundation
import Store
import Testing

/// How a run and those who watch it talk.
// The limit is against hanging alone: all tests share the cores, and its clock runs while they wait.
@Suite("Runs", .timeLimit(.minutes(10)))
struct RunTests {
  private let folder: TemporaryFolder
  private let registry: RunRegistry
  private var run: String { folder.path + "/run" }

  init() throws {
    folder = try TemporaryFolder()
    registry = try RunRegistry(path: folder.path + "/runs")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/run", withIntermediateDirectories: false)
  }

  private func begin() throws -> RunRecorder {
    try RunRecorder(
      RunStatus(arguments: ["train", "d.jsonl"], directory: "/", model: "m"), folder: run,
      registry: registry)
  }

  private func wait(until isSo: () -> Bool) async throws {
    while !isSo() { try await Task.sleep(for: .milliseconds(5)) }
  }

  private func wait(for state: RunStatus.State) async throws {
    try await wait { RunFiles(folder: run).observe()?.state == state }
  }

  @Test("are seen while they work, and with their last word")
  func areSeen() async throws {
    let recorder = try begin()
    recorder.update { status in
      status.stage = "train"
      status.doneCount = 3
      status.totalCount = 12
      status.losses = LossHistory(
        stepCount: 12, training: [.init(step: 1, loss: 2.5)], validation: [])
    }
    try await wait { registry.runs().first?.status.doneCount == 3 }
    let seen = try #require(registry.runs().first)
    #expect(seen.folder == run)
    #expect(seen.isAlive)
    #expect(seen.state == .running)
    #expect(seen.status.arguments == ["train", "d.jsonl"])
    #expect(seen.status.losses?.training == [.init(step: 1, loss: 2.5)])
    recorder.end(.failed, problem: "the disk is full")
    let last = try #require(registry.runs().first)
    #expect(last.state == .failed)
    #expect(last.status.problem == "the disk is full")
  }

  @Test("whose process is gone without a word have stopped, and can be begun again")
  func mayBeKilled() async throws {
    do {
      let recorder = try begin()
      try await wait(for: .running)
      withExtendedLifetime(recorder) {}
    }
    try await wait(for: .stopped)
    #expect(registry.runs().first?.isAlive == false)
    let next = try begin()
    try await wait(for: .running)
    next.end(.done)
    #expect(registry.runs().map(\.state) == [.done])
  }

  @Test("have their folder to themselves")
  func areAlone() throws {
    let recorder = try begin()
    #expect(throws: RunFilesError.inUse(folder: run)) { try begin() }
    withExtendedLifetime(recorder) {}
  }

  @Test("rest while they are paused, and go on; a pause does not outlive its process")
  func rest() async throws {
    let files = RunFiles(folder: run)
    do {
      let recorder = try begin()
      #expect(!recorder.isHeld)
      try files.pause()
      try await wait(for: .paused)
      #expect(recorder.isHeld)
      let waiting = Task { try await recorder.waitWhileHeld() }
      files.goOn()
      try await waiting.value
      try await wait(for: .running)
      try files.pause()
      try await wait(for: .paused)
    }
    let next = try begin()
    try await wait(for: .running)
    #expect(!next.isHeld)
  }

  @Test("rest while a question is being answered, by however many programs")
  func questionsGoFirst() async throws {
    let recorder = try begin()
    #expect(!registry.isQueryActive)
    var first = registry.beginQuery()
    let second = registry.beginQuery()
    #expect(first != nil && second != nil)
    try await wait(for: .waiting)
    #expect(recorder.isHeld)
    // However the program ends.
    first = nil
    #expect(registry.isQueryActive)
    second?.release()
    #expect(!registry.isQueryActive)
    try await wait(for: .running)
    #expect(!recorder.isHeld)
  }

  @Test("end when they are told to")
  func stop() async throws {
    let recorder = try begin()
    let told = FileManager.default
    recorder.onStop { [run] in _ = told.createFile(atPath: run + "/told", contents: nil) }
    try RunFiles(folder: run).stop()
    try await wait { told.fileExists(atPath: run + "/told") }
    #expect(recorder.isStopped)
  }

  @Test("are measured by what their own process did, without the time in which it rested")
  func pace() async throws {
    let recorder = try begin()
    recorder.takeUp(promptTokenCount: 1000, tokenCount: 500)
    recorder.update { status in
      status.stage = "answer"
      status.doneCount = 40
      status.totalCount = 100
    }
    try await wait { recorder.status.workedSeconds > 1.1 }
    recorder.update { status in
      status.doneCount += 20
      status.tokenCount += 300
    }
    let status = recorder.status
    let left = try #require(status.secondsLeft)
    // 20 of 60 are done, and 40 are left: twice the time so far.
    #expect(abs(left - 2 * status.workedSeconds) < 0.4)
    #expect(abs(status.tokensPerSecond * status.workedSeconds - 300) < 90)
    try RunFiles(folder: run).pause()
    try await wait(for: .paused)
    let worked = recorder.status.workedSeconds
    try await wait { (RunFiles(folder: run).observe()?.status.updatedAt ?? 0) > status.updatedAt }
    #expect(recorder.status.workedSeconds == worked)
  }

  @Test("are forgotten with their folder, and shown from folders that are named")
  func folders() async throws {
    try begin().end(.done)
    #expect(registry.runs().count == 1)
    let moved = folder.path + "/elsewhere"
    try FileManager.default.moveItem(atPath: run, toPath: moved)
    #expect(registry.runs().isEmpty)
    #expect(registry.runs(and: [moved]).map(\.folder) == [moved])
  }

  @Test("with files that are no status are none")
  func damage() throws {
    for text in ["", "{", "[]", #"{"state": "dancing"}"#] {
      try text.write(toFile: run + "/run.json", atomically: true, encoding: .utf8)
      #expect(RunFiles(folder: run).observe() == nil)
    }
  }
}
