import Clinical
import Screen
import Testing

@testable import Workbench

/// Runs of other processes in Jobs.
@Suite struct RunJobTests {
  /// A pipeline that runs, one whose process is gone, and a training run.
  static func runs() -> [ObservedRun] {
    var build = RunStatus(
      arguments: ["dataset", "build", "reports.csv", "--output", "run"], directory: "/home/ward",
      model: "SmolLM2-135M-Instruct")
    build.stage = "answer"
    (build.doneCount, build.totalCount) = (412, 900)
    (build.promptTokenCount, build.tokenCount) = (512_345, 41_234)
    (build.tokensPerSecond, build.secondsLeft, build.workedSeconds) = (317.4, 2280, 3905)
    build.cost = 0.1234
    var gone = build
    gone.stage = "synthesize"
    gone.cost = nil
    var train = RunStatus(
      arguments: ["train", "train.jsonl", "--output", "lora"], directory: "/home/ward",
      model: "SmolLM2-135M-Instruct")
    train.stage = "train"
    (train.doneCount, train.totalCount, train.tokenCount) = (60, 100, 491_520)
    (train.tokensPerSecond, train.secondsLeft, train.workedSeconds) = (1024.25, 320, 480)
    train.losses = LossHistory(
      stepCount: 100,
      training: (1...60).map {
        .init(step: $0, loss: 1 + 2 / (1 + Double($0) / 10) + Double($0 * 7 % 5) / 20)
      },
      validation: [(0, 3.1), (20, 1.9), (40, 1.55), (60, 1.6)].map { .init(step: $0, loss: $1) })
    return [
      ObservedRun(folder: "/home/ward/run", status: build, isAlive: true),
      ObservedRun(folder: "/home/ward/old", status: gone, isAlive: false),
      ObservedRun(folder: "/home/ward/lora", status: train, isAlive: true),
    ]
  }

  private func bench(_ change: (inout [ObservedRun]) -> Void = { _ in }) -> Bench {
    var bench = Bench()
    var runs = Self.runs()
    change(&runs)
    bench.send(.runsObserved(runs))
    bench.press(.function(5))
    return bench
  }

  private func row(_ bench: Bench, _ words: String) -> String? {
    bench.screen.first { $0.contains(words) }
  }

  @Test func runsJoinTheListWithWhatTheyCost() throws {
    var bench = bench()
    #expect(bench.screen[0].contains("F5 Jobs*(2)"))
    let train = try #require(row(bench, "> train in lora"))
    #expect(train.contains("RUN") && train.contains("60/100") && train.contains("1024"))
    #expect(row(bench, "training 1.286, o validation 1.600, best 1.550") != nil)
    bench.press(.up)
    #expect(try #require(row(bench, "> dataset build in old")).contains("STOPPED"))
    #expect(row(bench, "Its process is gone. What it had is kept.") != nil)
    bench.press(.up)
    #expect(try #require(row(bench, "> dataset build in run")).contains("412/900"))
    #expect(row(bench, "answer: 412 of 900, 38:00 left, 1h05 of work") != nil)
    #expect(row(bench, "read 512,345 tokens, wrote 41,234, 317.4 a second; cost") != nil)
    #expect(row(bench, "so far $0.12") != nil)
  }

  @Test func keysReachTheRunThatIsChosen() {
    var bench = bench()
    #expect(bench.press(.character("p")) == [.control(.pause, folder: "/home/ward/lora")])
    #expect(bench.press(.character("c")) == [.control(.stop, folder: "/home/ward/lora")])
    #expect(bench.press(.character("r")).isEmpty)
    #expect(bench.noticeRow.contains("It runs."))
    bench.press(.up)
    #expect(bench.press(.character("p")).isEmpty)
    #expect(bench.noticeRow.contains("It does not run now."))
    #expect(bench.press(.character("c")).isEmpty)
    #expect(bench.press(.character("r")) == [.control(.start, folder: "/home/ward/old")])
    bench.press(.enter)
    #expect(bench.noticeRow.contains("/home/ward/old"))
    bench.press(.home)
    for key in ["p", "r"] as [Character] {
      #expect(bench.press(.character(key)).isEmpty)
      #expect(bench.noticeRow.contains("Only a run can be"))
    }
  }

  @Test func aPausedRunGoesOnWithEitherKey() {
    var bench = bench { $0[2].status.state = .paused }
    #expect(row(bench, "> train in lora")?.contains("PAUSED") == true)
    #expect(bench.screen[0].contains("F5 Jobs*(1)"))
    for key in ["p", "r"] as [Character] {
      #expect(bench.press(.character(key)) == [.control(.goOn, folder: "/home/ward/lora")])
    }
  }

  @Test func whatWaitsAndWhatFailedSayWhy() {
    var bench = bench {
      $0[2].status.state = .waiting
      $0[1].status.state = .failed
      $0[1].status.problem = "the endpoint does not answer"
    }
    #expect(row(bench, "questions go first") != nil)
    bench.press(.up)
    #expect(row(bench, "the endpoint does not answer") != nil)
    #expect(row(bench, "> dataset build in old")?.contains("FAILED") == true)
  }

  /// Rows that join the list must not move another run under the keys.
  @Test func theChosenRunStaysChosen() throws {
    var bench = bench()
    bench.press(.up)
    bench.press(.function(2))
    _ = try bench.asked("Diuretic?")
    bench.press(.function(5))
    #expect(row(bench, "> dataset build in old") != nil)
    bench.send(.runsObserved(Array(Self.runs()[1...])))
    #expect(row(bench, "> dataset build in old") != nil)
    bench.send(.runsObserved([Self.runs()[0]]))
    #expect(row(bench, "> dataset build in run") != nil)
  }

  @Test func aFurtherFolderIsWatched() {
    var bench = Bench()
    #expect(bench.send(.command("jobs ~/runs/a")) == [.watchRun(folder: "~/runs/a")])
    #expect(bench.state.mode == .jobs)
    #expect(bench.send(.command("jobs")).isEmpty)
  }

  @Test func aFolderWithControlCharactersDrawsNone() {
    let bench = bench { $0[2].folder = "/home/\u{1B}[2Jward" }
    #expect(!bench.screen.joined().contains("\u{1B}"))
    #expect(row(bench, "/home/^[[2Jward") != nil)
  }

  // MARK: Curves

  @Test func curvesGrowToTheRightAndFall() throws {
    let losses = LossHistory(
      stepCount: 4, training: (1...4).map { .init(step: $0, loss: 5 - Double($0)) },
      validation: [.init(step: 2, loss: 1)])
    #expect(
      LossPlot(losses, columns: 28, rows: 5).lines
        == [
          " 4.000 |    .               ",
          "       |         .          ",
          " 2.000 |              .     ",
          " 1.000 |         o         .",
          "       +------------- step 4",
        ])
  }

  @Test func withoutRoomOrLossesNothingIsDrawn() {
    let losses = LossHistory(
      stepCount: 4, training: [.init(step: 1, loss: 2)], validation: [])
    #expect(LossPlot(losses, columns: 80, rows: 3).lines.isEmpty)
    #expect(LossPlot(losses, columns: 23, rows: 10).lines.isEmpty)
    let none = LossHistory(stepCount: 4, training: [], validation: [])
    #expect(LossPlot(none, columns: 80, rows: 10).lines.isEmpty)
    // One value alone has no range; a step beyond the plan stays inside.
    let odd = LossHistory(stepCount: 0, training: [.init(step: 9, loss: 2)], validation: [])
    #expect(LossPlot(odd, columns: 30, rows: 4).lines.allSatisfy { $0.count == 30 })
  }
}
