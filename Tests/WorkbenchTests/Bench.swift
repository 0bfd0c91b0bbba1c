import Clinical
import Screen
import Testing

@testable import Workbench

/// Drives the room as the run loop does, and remembers what it asked for.
struct Bench {
  var state: WorkbenchState
  var effects: [Effect] = []
  var seconds = 0.0

  static let note = """
    ADMISSION
    67-year-old man admitted with progressive dyspnoea and orthopnoea.

    HOSPITAL COURSE
    Echocardiogram showed an ejection fraction of 30%. He received intravenous furosemide with good \
    diuresis.
    Metoprolol succinate was started at 25 mg daily. Creatinine rose to 1.8 mg/dL and settled at 1.2.

    DISCHARGE MEDICATIONS
    Furosemide 40 mg by mouth twice daily.
    Metoprolol succinate 25 mg by mouth daily.

    FOLLOW-UP
    Heart failure clinic in two weeks.
    """

  static let model = ModelDescription(
    name: "SmolLM2-135M-Instruct", quantization: "Q4_1", contextLength: 2048)

  static let offer = ModelOffer(
    name: "SmolLM2-135M-Instruct Q4_1", byteCount: 98_000_000, license: "Apache 2.0",
    folder: "/home/ward/.local/share/asclepius/models")

  /// A room with the note above; with a model unless `isReady` is false.
  init(
    columns: Int = 80, rows: Int = 24, notes: [NoteDocument]? = nil, isReady: Bool = true
  ) {
    state = WorkbenchState(
      size: Size(columns: columns, rows: rows), chrome: .ascii,
      notes: notes ?? [NoteDocument(name: "0142.txt", text: Self.note)])
    tick(to: 0)
    if isReady { send(.model(.ready(Self.model))) }
    effects = []
  }

  /// Takes in a message and returns what it led to.
  @discardableResult
  mutating func send(_ message: Message) -> [Effect] {
    let new = update(&state, message)
    effects += new
    return new
  }

  @discardableResult
  mutating func press(_ keys: Key...) -> [Effect] {
    keys.flatMap { send(.key($0)) }
  }

  @discardableResult
  mutating func type(_ text: String) -> [Effect] {
    text.flatMap { send(.key(.character($0))) }
  }

  @discardableResult
  mutating func tick(to seconds: Double) -> [Effect] {
    self.seconds = seconds
    let whole = Int(seconds)
    return send(
      .tick(Moment(seconds: seconds, hour: 14, minute: whole / 60, second: whole % 60)))
  }

  /// Asks `question` and returns the id of the generation that was requested.
  mutating func ask(_ question: String) -> GenerationID? {
    type(question)
    return press(.enter).generation?.id
  }

  /// As `ask`, where an answer must be requested.
  mutating func asked(_ question: String) throws -> GenerationID {
    type(question)
    return try press(.enter).request().id
  }

  /// Writes tokens, one for each element.
  mutating func write(_ pieces: [String], in id: GenerationID, from firstToken: Int32 = 0) {
    for (index, piece) in pieces.enumerated() {
      send(.generation(id, .event(.token(id: firstToken + Int32(index), text: piece))))
    }
  }

  /// Answers the count of tokens that was asked for last, so that the room can be at rest.
  mutating func count() {
    guard let request = state.countRequest else { return }
    send(.tokensCounted(request, TokenCosts(note: 118, prompt: 160)))
  }

  mutating func prefill(_ id: GenerationID, done: Int = 1248, total: Int = 1248, reused: Int = 0) {
    send(.generation(id, .event(.prefill(done: done, total: total, reused: reused))))
  }

  mutating func finish(
    _ id: GenerationID, text: String, tokens: [Int32] = [], stop: StopReason = .end
  ) {
    let summary = GenerationSummary(
      stop: stop, text: text, tokens: tokens, promptTokenCount: 1248, reusedTokenCount: 0,
      prefillSeconds: 1, decodeSeconds: 1)
    send(.generation(id, .event(.finished(summary))))
  }

  /// Rows of the screen.
  var screen: [String] {
    view(state, size: state.size).text.split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
  }

  /// The row above the last but one, where notices stand.
  var noticeRow: String { screen.dropLast(2).last ?? "" }
  var statusRow: String { screen.dropLast(1).last ?? "" }
  var answers: [TranscriptEntry] { state.transcript.entries }
}

extension [Effect] {
  /// The generation that is asked for among these effects.
  var generation: (id: GenerationID, order: GenerationOrder)? {
    for case .generate(let id, let order) in self { return (id, order) }
    return nil
  }

  /// As `generation`, where there must be one.
  func request() throws -> (id: GenerationID, order: GenerationOrder) {
    try #require(generation)
  }

  /// The exchanges that are to be kept.
  var saved: [ExchangeRecord] {
    compactMap { if case .save(let record) = $0 { record } else { nil } }
  }
}
