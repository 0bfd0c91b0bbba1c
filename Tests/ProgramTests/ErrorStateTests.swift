import Clinical
import Curses
import Foundation
import GGUF
import GRDB
import Screen
import Store
import Testing
import Workbench

@testable import asclepius
@testable import Store

/// Brings about each state in which something is wrong, in the real program.
@Suite(.enabled(if: Program.executable != nil, "the program was not built"))
struct ErrorStateTests {
  @Test(arguments: ErrorState.allCases.filter { !$0.needsTerminal })
  func theStateIsShownWithWhatCanBeDone(state: ErrorState) throws {
    try expect(state)
  }

  @Test(
    .enabled(if: TmuxTerminal.isThere, "tmux or bash is missing"),
    arguments: ErrorState.allCases.filter(\.needsTerminal))
  func theStateIsShownOnATerminal(state: ErrorState) throws {
    try expect(state)
  }

  @Test func whereNothingIsWrongNoneOfThemIsShown() throws {
    let program = try Program()
    defer { program.remove() }
    var screens = try program.screens("wait ready\nsave-display first.txt\n", ["first.txt"])
    screens += try program.screens(
      "wait ready\ntype Q?\nkey enter\nwait ready\nsave-display last.txt\n", ["last.txt"],
      ["--replay", "quick.jsonl"])
    for state in ErrorState.allCases {
      #expect(!state.words.allSatisfy(screens.contains), "\(state)")
    }
  }

  @Test func eachWayToFailHasItsState() {
    #expect(ErrorState(AnswerStatus.complete) == nil)
    #expect(ErrorState(AnswerStatus.failed(reason: "")) == .notFinite)
    #expect(ErrorState(ModelPhase.failed(reason: "")) == .modelFileMissing)
    #expect(ErrorState(NoteDocument.Problem.notUTF8(byte: 0, offset: 0)) == .noteNotUTF8)
    #expect(ErrorState(TerminalError.notATerminal(descriptor: 0)) == .notATerminal)
  }

  private func expect(_ state: ErrorState) throws {
    let program = try Program()
    defer { program.remove() }
    // Rows break a sentence anywhere.
    let screen = try bringAbout(state, program).split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
    for words in state.words { #expect(screen.contains(words), "\(state): \(screen)") }
  }

  private static let ask = "wait ready\ntype Q?\nkey enter\n"

  /// What the program says in that state.
  private func bringAbout(_ state: ErrorState, _ program: Program) throws -> String {
    let shown = ["a.txt"]
    let showing = "wait ready\nsave-display a.txt\n"
    switch state {
    case .promptTooLong:
      try String(repeating: "Furosemide 40 mg. ", count: 400).write(
        to: program.file("0142.txt"), atomically: true, encoding: .utf8)
      return try program.screens(Self.ask + showing, shown)
    case .stoppedByPerson:
      return try program.screens(
        Self.ask + "wait tokens 5\nkey ^c\n" + showing, shown, ["--no-loop-guard"])
    case .stoppedByHangUp:
      return try hangUp(program)
    case .tokenLimit:
      return try program.screens(Self.ask + showing, shown, ["--max-tokens", "5"])
    case .loop:
      return try program.screens(Self.ask + showing, shown, ["--max-tokens", "1500"])
    case .notFinite:
      try damage(try program.tinyModel())
      return try program.screens(Self.ask + showing, shown)
    case .noModel:
      return try program.screens(showing, shown, ["--model", "default"])
    case .modelFileMissing:
      return try program.screens(showing, shown, ["--model", "nowhere.gguf"])
    case .modelAltered:
      // As large as the catalogue says, and another file.
      let folder = program.file("data/asclepius/models")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let file = folder.appendingPathComponent("SmolLM2-135M-Instruct.Q4_1.gguf")
      try FileManager.default.moveItem(at: try program.tinyModel(), to: file)
      try extend(file, to: 98_362_432)
      return try program.screens("wait digest\n" + showing, shown, ["--model", "default"])
    case .notEnoughMemory:
      try extend(try program.tinyModel(), to: 1 << 40)
      return try program.screens(showing, shown)
    case .journalNotWritable:
      try Data().write(to: program.file("state"))
      return try program.screens(
        "wait ready\nsave-display b.txt\n" + Self.ask + showing, ["b.txt", "a.txt"])
    case .diskFull:
      return try fullDisk(program)
    case .noteNotUTF8, .noteControlByte:
      let bytes: [UInt8] =
        switch state {
        case .noteNotUTF8: Array("Gewicht: ".utf8) + [0xE4, 0x0A]
        default: Array("Dose \u{1B}[2J".utf8)
        }
      try Data(bytes).write(to: program.file("0142.txt"))
      return try program.screens(Self.ask + "save-display a.txt\n", shown)
    case .notATerminal:
      return try program.run(["0142.txt", "--replay", "quick.jsonl"]).problems
    case .clipboardNotConfirmed, .themeFault, .terminalCannotDraw, .terminalUnknown,
      .localeNotUTF8:
      return try onTerminal(state, program)
    }
  }

  // MARK: Causes

  /// Makes one weight of the second layer no number.
  private func damage(_ model: URL) throws {
    let tensor = try GGUFFile(path: model.path).requiredTensor(named: "blk.1.ffn_down.weight")
    let handle = try FileHandle(forWritingTo: model)
    try handle.seek(toOffset: UInt64(tensor.byteRange.lowerBound))
    // A quiet NaN in float32, lowest byte first.
    try handle.write(contentsOf: Data([0x00, 0x00, 0xC0, 0x7F]))
    try handle.close()
  }

  /// Lets a file end in a hole, which takes no room on the disk.
  private func extend(_ file: URL, to byteCount: UInt64) throws {
    let handle = try FileHandle(forWritingTo: file)
    try handle.truncate(atOffset: byteCount)
    try handle.close()
  }

  /// Drops the line in the middle of an answer, and starts the program again.
  private func hangUp(_ program: Program) throws -> String {
    let model = try program.tinyModel(contextLength: 65_536)
    let process = Process()
    process.executableURL = program.executable
    process.arguments = [
      "0142.txt", "--plain", "--model", model.path, "--max-tokens", "60000", "--no-loop-guard",
    ]
    process.environment = program.environment
    process.currentDirectoryURL = program.folder
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    try input.fileHandleForWriting.write(contentsOf: Data("Q?\n".utf8))
    var said = ""
    let start = "You: Q?\nModel: "
    while said.range(of: start).map({ said[$0.upperBound...].utf8.count > 20 }) != true {
      let bytes = output.fileHandleForReading.availableData
      guard !bytes.isEmpty else { break }
      said += String(decoding: bytes, as: UTF8.self)
    }
    kill(process.processIdentifier, SIGHUP)
    _ = try output.fileHandleForReading.readToEnd()
    process.waitUntilExit()
    return try program.screens(
      "wait ready\nkey y\nwait ready\nsave-display a.txt\n", ["a.txt"])
  }

  /// What the workbench shows once a store on a full disk has refused an answer.
  private func fullDisk(_ program: Program) throws -> String {
    let store = try SessionStore(path: program.file("own/sessions.sqlite").path)
    try store.database.writeWithoutTransaction { database in
      // SQLite answers the end of this allowance as it does that of a disk.
      try database.execute(sql: "PRAGMA max_page_count = 1")
    }
    let journal = SessionJournal.kept(in: store, template: { .plain })
    var state = WorkbenchState(size: Size(columns: 120, rows: 40), chrome: .ascii)
    let entry = TranscriptEntry(
      noteName: "a.txt", note: String(repeating: "Furosemide. ", count: 20_000), question: "Q?")
    do {
      try journal.save(ExchangeRecord(number: 0, entry: entry))
    } catch {
      _ = update(&state, .saveFailed(reason: "\(error)"))
    }
    return view(state, size: state.size).text
  }

  private func onTerminal(_ state: ErrorState, _ program: Program) throws -> String {
    let folder = program.file("config/asclepius")
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent("themes"), withIntermediateDirectories: true)
    let start = "\(program.executable.path) 0142.txt --replay quick.jsonl"
    let terminal = try TmuxTerminal(program, columns: 120, rows: 40)
    let wanted = try #require(state.words.last)
    switch state {
    case .clipboardNotConfirmed:
      try "clipboard = \"osc52\"\n".write(
        to: folder.appendingPathComponent("config.toml"), atomically: true, encoding: .utf8)
      try terminal.run(start)
      try terminal.wait(for: "IDLE")
      try terminal.run("Q?")
      try terminal.wait(for: "word-60")
      try terminal.wait(for: "IDLE")
      try terminal.press("BTab", "y")
    case .themeFault:
      try "name = \"mine\"\n[roles]\nwarning = { fg = \"nocolor\" }\n".write(
        to: folder.appendingPathComponent("themes/mine.toml"), atomically: true, encoding: .utf8)
      try terminal.run(start + " --theme mine")
    case .localeNotUTF8:
      try terminal.run("LANG=C " + start)
    case .terminalCannotDraw:
      try terminal.run("TERM=dumb " + start)
    default:
      try terminal.run("TERM=nosuchterm " + start)
    }
    return try terminal.wait(for: wanted)
  }
}

extension Program {
  /// Runs a script with the tiny model and returns the screens that it wrote, one after another.
  ///
  /// - Parameter more: Arguments behind the note; those for the tiny model are added where none says
  ///   what answers.
  func screens(_ script: String, _ names: [String], _ more: [String] = []) throws -> String {
    try script.write(to: file("a.script"), atomically: true, encoding: .utf8)
    var arguments = ["0142.txt", "--script", "a.script", "--size", "99x40"] + more
    if !more.contains("--model"), !more.contains("--replay") {
      let tiny = file("tiny.gguf")
      let model = FileManager.default.fileExists(atPath: tiny.path) ? tiny : try tinyModel()
      arguments += ["--model", model.path, "--template", "plain"]
    }
    let result = try run(arguments)
    #expect(result.status == 0, "\(result.problems)")
    return try names.map { try String(contentsOf: file($0), encoding: .utf8) }
      .joined(separator: "\n")
  }
}
