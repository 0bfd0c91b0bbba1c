import Testing

@testable import Grounding

@Suite struct ModelTraceTests {
  private func token(
    _ range: Range<Int>, _ lookedAt: [[Float]], with: Double = -0.5, without: Double = -2.5
  ) -> ModelTrace.Token {
    ModelTrace.Token(
      range: range, logProbability: with, bestLogProbability: -0.25, entropy: 1,
      withoutNote: without, lookedAt: lookedAt)
  }

  @Test("each head counts alike, and shares are those within the note")
  func shares() {
    // The first head gives the note a tenth of its attention, the second all, the third nothing.
    let token = token(0..<2, [[0.075, 0.025, 0], [0, 0.5, 0.5], [0, 0, 0]])
    let shares = ModelTrace.shares(of: token, sentenceCount: 3)
    for (share, expected) in zip(shares, [0.375, 0.375, 0.25]) {
      #expect(abs(share - expected) < 1e-6)
    }
    #expect(token.grounding == 2)
    #expect(ModelTrace.shares(of: self.token(0..<1, [[0, 0, 0]]), sentenceCount: 3).isEmpty)
  }

  @Test("what was looked at in a stretch is the mean over its tokens")
  func stretches() {
    let trace = ModelTrace(tokens: [
      token(0..<2, [[1, 0]], with: -1), token(2..<5, [[0, 1]], with: -3), token(5..<6, [[0, 1]]),
    ])
    #expect(trace.lookedAt(in: 0..<5, sentenceCount: 2) == [0.5, 0.5])
    #expect(trace.lookedAt(in: 9..<12, sentenceCount: 2) == [0, 0])
    #expect(trace.meanLogProbability(in: 0..<3) == -2)
    #expect(trace.meanLogProbability(in: 9..<12) == nil)
  }

  @Test("a table is read with its shape, heads and trees")
  func tables() throws {
    let text =
      "# words\n@ 30 9 576\n20.3 7.0\n= evidence\n0.5 0.7\n0 1.5 1 2 -1 -1 -1 2\n@ 2 2 8\n1.1\n"
    let tables = ModelTables.all(in: Array(text.utf8))
    let table = try #require(tables["30 9 576"])
    #expect(table.heads.map(\.layer) == [20, 7] && table.heads.map(\.head) == [3, 0])
    let trees = try #require(table.trees["evidence"])
    #expect(trees.threshold == 0.7)
    // 1 / (1 + e^0.5) and 1 / (1 + e^-2.5).
    #expect(abs(trees.probability([1]) - 0.3775407) < 1e-6)
    #expect(abs(trees.probability([2]) - 0.9241418) < 1e-6)
    #expect(tables["2 2 8"]?.heads.count == 1)
  }

  @Test("a trace that does not fit its table or note is not used")
  func unfitting() {
    let note = NoteIndex("Metoprolol 25 mg daily was started. Follow-up in two weeks.")
    let tables = ModelTables.all(in: Array("@ 1 1 1\n0.0\n= evidence\n-9 0.5\n-1 0\n".utf8))[
      "1 1 1"]
    let plain = note.claims(of: "Metoprolol 25 mg.")
    for lookedAt: [[Float]] in [[], [[1]], [[1, 0], [1, 0]]] {
      let model = ModelLayer(ModelTrace(tokens: [token(0..<5, lookedAt)]), tables)
      #expect(note.claims(of: "Metoprolol 25 mg.", model: model) == plain)
    }
    #expect(
      note.claims(of: "Metoprolol 25 mg.", model: ModelLayer(ModelTrace(tokens: []), tables))
        == plain)
  }

  @Test("features of the rules come first, those of the trace behind them")
  func features() throws {
    let note = NoteIndex("Metoprolol 25 mg daily was started. Follow-up in two weeks.")
    let model = ModelLayer(
      ModelTrace(tokens: [token(0..<10, [[0.5, 0]]), token(10..<16, [[0.1, 0.3]], with: -4)]), nil)
    let plain = note.features(of: "Metoprolol 25 mg").rows
    let rows = note.features(of: "Metoprolol 25 mg", model: model).rows
    #expect(rows.count == plain.count)
    for (row, plain) in zip(rows, plain) {
      let more = row.kind == "evidence" ? TraceReading.sentenceFeatureCount(headCount: 1) : 8
      #expect(row.values.count == plain.values.count + more)
      #expect(Array(row.values.prefix(plain.values.count)) == plain.values)
    }
    let first = try #require(rows.first)
    // Shares of the first sentence: 1 for one token, a quarter for the other.
    #expect(abs(first.values[plain[0].values.count] - 0.625) < 1e-6)
  }

  @Test("changed facts are numbers and sides that answer and evidence share")
  func changes() {
    let note = NoteIndex("Metoprolol 25 mg daily. Left knee replaced in 2019.")
    let claims = note.claims(of: "Metoprolol 25 mg daily. The left knee was replaced.")
    let changes = note.changes(for: claims)
    #expect(changes.map(\.old) == ["25", "Left"] && changes.map(\.new) == ["50", "right"])
    #expect(
      changes.first?.applied(to: "Metoprolol 25 mg daily. Left knee replaced in 2019.")
        == "Metoprolol 50 mg daily. Left knee replaced in 2019.")
  }

  @Test("a question that takes a medicine for granted is told so")
  func premises() {
    let note = NoteIndex("Metoprolol 25 mg daily was started for atrial fibrillation.")
    #expect(note.doubtfulPremises(of: "Why was metoprolol started?").isEmpty)
    #expect(!note.doubtfulPremises(of: "Why was amiodarone 200 mg stopped?").isEmpty)
  }
}
