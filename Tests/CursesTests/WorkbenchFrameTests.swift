import Clinical
import Screen
import Testing
import Workbench

@testable import Curses

private let screens = [
  (Size(columns: 80, rows: 24), Chrome.ascii), (Size(columns: 120, rows: 40), Chrome.unicode),
  (Size(columns: 200, rows: 60), Chrome.ascii), (Size(columns: 60, rows: 16), Chrome.unicode),
]

extension TerminalTests {
  /// Frames as the workbench makes them, in each of its places.
  @Suite(.serialized) @MainActor
  struct WorkbenchFrames {
    @Test(
      "Whatever is done in whichever place, the changes show what a full redraw shows",
      arguments: screens)
    func changesEqualRedraw(size: Size, chrome: Chrome) throws {
      var source = SeededSource(state: UInt64(size.columns))
      let piped = try PipedTerminal(size, theme: ThemeLibrary.embedded.theme(named: "dark"))
      defer { piped.end() }
      var reader = ScreenReader(size)
      var session = RandomSession(size: size, chrome: chrome)
      var modes: Set<WorkbenchState.Mode> = []
      for step in 0..<80 {
        if step % 20 == 0 {
          session.go(toPlace: step / 20)
          modes.insert(session.state.mode)
        }
        session.doSomething(&source)
        let frame = view(session.state, size: size)
        reader.take(piped.draw(frame))
        #expect(reader.text == frame.text, "step \(step), \(session.last)")
        guard step % 15 == 14 else { continue }
        try expectHeld(frame, by: piped.terminal)
        var whole = ScreenReader(size)
        let bytes = piped.redraw()
        whole.take(bytes)
        reader.take(bytes)
        #expect(whole.text == frame.text, "step \(step), redrawn")
      }
      #expect(modes == Set(WorkbenchState.Mode.allCases))
      #expect(reader.unknown.isEmpty)
    }
  }
}

/// A person and a model who do things at random, the same each time.
private struct RandomSession {
  var state: WorkbenchState
  /// What was done last, for the report of a failure.
  var last = ""
  private var generation: GenerationID?
  private var seconds = 0.0

  private static let note = """
    ADMISSION
    67-year-old man, Größe 178 cm, admitted with progressive dyspnoea. 退院後は心不全外来。

    DISCHARGE MEDICATIONS
    Furosemide 40 mg by mouth twice daily.
    Metoprolol succinate 25 mg by mouth daily.
    """

  init(size: Size, chrome: Chrome) {
    state = WorkbenchState(
      size: size, chrome: chrome, notes: [NoteDocument(name: "0142.txt", text: Self.note)])
    let model = ModelDescription(name: "M", quantization: "Q8_0", contextLength: 2048)
    send(.model(.ready(model)))
  }

  /// Leaves whatever is open and goes to Query, QA, Compare or Jobs, counted from 0.
  mutating func go(toPlace place: Int) {
    for _ in 0..<3 { press(.escape) }
    press(.function(2 + place))
  }

  mutating func doSomething(_ source: inout SeededSource) {
    seconds += 0.3
    send(.tick(Moment(seconds: seconds, hour: 14, minute: Int(seconds) / 60)))
    switch Int.random(in: 0..<10, using: &source) {
    case 0..<4: press(Self.keys.randomElement(using: &source) ?? .tab)
    case 4: press(.function(Int.random(in: 1...5, using: &source)))
    case 5: ask()
    case 6: send(.saved)
    default: write(&source)
    }
  }

  private static let keys: [Key] = [
    .tab, .backTab, .up, .down, .pageUp, .pageDown, .home, .end, .escape, .enter, .newline,
    .control("t"), .control("r"), .alt("l"), .character("/"), .character("n"), .character(":"),
    .character("o"), .character(" "), .character("}"), .character(">"), .character("r"),
    .character("日"), .character("é"), .paste("two words\nand 退院後 more of them"),
  ]

  private mutating func press(_ key: Key) { send(.key(key)) }

  private mutating func ask() {
    send(.instruction("Which diuretic was he sent home on, 何ミリ, and who adjusts the dose?"))
  }

  private mutating func write(_ source: inout SeededSource) {
    guard let generation else { return }
    let pieces = ["Furosemide", " 40 mg", " 退院", "\n", " e\u{301}té", "\n- item", "\u{1B}[2J"]
    for _ in 0..<Int.random(in: 1...6, using: &source) {
      let text = pieces.randomElement(using: &source) ?? ""
      send(.generation(generation, .event(.token(id: 1, text: text))))
    }
    guard Int.random(in: 0..<8, using: &source) == 0 else { return }
    send(.generation(generation, .failed(reason: "numbers that are not finite in layer 3")))
  }

  private mutating func send(_ message: Message) {
    last = "\(message)"
    for case .generate(let id, _) in update(&state, message) { generation = id }
    if !state.isGenerating { generation = nil }
  }
}
