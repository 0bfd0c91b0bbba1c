import Clinical
import Screen

extension WorkbenchState {
  /// True where keys move through the tokens of an answer.
  var isInspecting: Bool {
    tokenCursor != nil && mode == .query && focus == .answer && overlay == nil
  }

  /// Opens the token inspector on the chosen answer, or closes it.
  mutating func toggleInspector() {
    guard tokenCursor == nil else {
      tokenCursor = nil
      return
    }
    guard let chosen = chosenExchange, let first = transcript.entries[chosen].tokens.first else {
      notice = Notice(.information, "There is no answer to look into yet.")
      return
    }
    guard first.text != nil else {
      let again = keyMap.label(of: .again).map { " \($0) asks again." } ?? ""
      notice = Notice(
        .information, "Probabilities are kept only while the program runs.\(again)")
      return
    }
    notice = nil
    focus = .answer
    tokenCursor = TokenCursor(exchange: chosen)
    moveToken(to: 0)
  }

  /// Keeps the cursor within the answer that is chosen.
  mutating func settleTokenCursor() {
    guard var cursor = tokenCursor else { return }
    guard let chosen = chosenExchange else {
      tokenCursor = nil
      return
    }
    let last = lastTokenPlace(of: chosen)
    guard cursor.exchange != chosen || cursor.token > last else { return }
    cursor.exchange = chosen
    cursor.token = min(cursor.token, last)
    tokenCursor = cursor
    selectStandingOption()
  }

  /// The last place of the cursor: behind the tokens where the model weighed the end.
  private func lastTokenPlace(of exchange: Int) -> Int {
    let entry = transcript.entries[exchange]
    return entry.summary?.endChoice == nil ? max(0, entry.tokens.count - 1) : entry.tokens.count
  }

  mutating func moveToken(to target: Int) {
    guard var cursor = tokenCursor else { return }
    cursor.token = min(max(0, target), lastTokenPlace(of: cursor.exchange))
    tokenCursor = cursor
    selectStandingOption()
    showTokenCursor()
  }

  mutating func moveToken(by step: Int) {
    if let cursor = tokenCursor { moveToken(to: cursor.token + step) }
  }

  /// Goes to the next token that the model was unsure of.
  mutating func goToUncertainToken() {
    guard let cursor = tokenCursor else { return }
    let tokens = transcript.entries[cursor.exchange].tokens
    let rest = tokens.indices.dropFirst(cursor.token + 1)
    guard let next = rest.first(where: { tokens[$0].isUncertain }) else {
      notice = Notice(
        .information, "No token behind this one had a probability below 0.5.")
      return
    }
    notice = nil
    moveToken(to: next)
  }

  /// Marks another of the words that could stand at the cursor.
  mutating func chooseOption(by step: Int) {
    guard var cursor = tokenCursor else { return }
    let last = options(at: cursor).count - 1
    cursor.option = min(max(0, cursor.option + step), max(0, last))
    tokenCursor = cursor
  }

  private mutating func selectStandingOption() {
    guard var cursor = tokenCursor else { return }
    let standing = standingToken(at: cursor)
    cursor.option = options(at: cursor).firstIndex { $0.id == standing?.id } ?? 0
    tokenCursor = cursor
  }

  private mutating func showTokenCursor() {
    guard let cursor = tokenCursor,
      let place = transcript.place(of: cursor.exchange)
    else { return }
    let layout = transcript.layouts[cursor.exchange]
    let places = TokenPlaces(
      rows: layout.answer.rows, tokens: transcript.entries[cursor.exchange].tokens)
    guard let piece = places.pieces(of: cursor.token).first else { return }
    show(
      row: transcript.firstRow(ofPlace: place) + layout.answerStart + piece.row, of: .answer)
  }

  // MARK: What could stand there

  /// The token at the cursor; nil for the end of the answer.
  func standingToken(at cursor: TokenCursor) -> AnswerToken? {
    let tokens = transcript.entries[cursor.exchange].tokens
    return tokens.indices.contains(cursor.token) ? tokens[cursor.token] : nil
  }

  /// What the model weighed at the cursor; nil where that is not known.
  func choice(at cursor: TokenCursor) -> TokenChoice? {
    let entry = transcript.entries[cursor.exchange]
    return cursor.token < entry.tokens.count
      ? entry.tokens[cursor.token].choice : entry.summary?.endChoice
  }

  /// The most probable tokens at the cursor, and the one that stands there if it is none of them.
  func options(at cursor: TokenCursor) -> [TokenChoice.Alternative] {
    guard let choice = choice(at: cursor) else { return [] }
    var options = choice.alternatives
    if let standing = standingToken(at: cursor), !options.contains(where: { $0.id == standing.id })
    {
      options.append(
        TokenChoice.Alternative(
          id: standing.id, text: standing.text, probability: choice.probability))
    }
    return options
  }

  // MARK: Branching

  /// Lets the answer go on from the cursor with the marked word, as a new version.
  mutating func branch() -> [Effect] {
    guard let cursor = tokenCursor, let choice = choice(at: cursor) else { return [] }
    let options = options(at: cursor)
    guard options.indices.contains(cursor.option) else { return [] }
    let option = options[cursor.option]
    guard option.id != standingToken(at: cursor)?.id else {
      notice = Notice(.information, "This stands there already. Up and Down mark another word.")
      return []
    }
    guard let text = option.text else {
      notice = Notice(.information, "This would end the answer here: nothing is left to write.")
      return []
    }
    var token = AnswerToken(id: option.id, text: text)
    token.choice = choice
    token.choice?.probability = option.probability
    return branch(from: cursor.exchange, keeping: cursor.token, with: [token])
  }

  /// Asks for the words that are to stand at the cursor.
  mutating func askForBranchText() {
    guard tokenCursor != nil else { return }
    overlay = .branchLine(LineInput())
  }

  /// Lets the answer go on from the cursor with `text`.
  mutating func branch(with text: String) -> [Effect] {
    guard let cursor = tokenCursor, !text.isEmpty else { return [] }
    if let obstacle = obstacleToBranching(cursor.exchange) {
      notice = Notice(.warning, obstacle)
      return []
    }
    // Most words bring the blank before them along.
    let needsBlank = standingToken(at: cursor)?.text?.first == " "
    let isWord = text.first.map { $0.isLetter || $0.isNumber } ?? false
    let request = BranchRequest(
      exchange: cursor.exchange, keptTokenCount: cursor.token,
      text: needsBlank && isWord ? " " + text : text)
    branchRequest = request
    return [.readBranch(request)]
  }

  /// Takes in the tokens of the words that were asked for.
  mutating func receive(_ tokens: [AnswerToken], of request: BranchRequest) -> [Effect] {
    guard request == branchRequest else { return [] }
    branchRequest = nil
    guard !tokens.isEmpty, transcript.entries.indices.contains(request.exchange),
      request.keptTokenCount <= transcript.entries[request.exchange].tokens.count
    else { return [] }
    return branch(from: request.exchange, keeping: request.keptTokenCount, with: tokens)
  }

  private func obstacleToBranching(_ exchange: Int) -> String? {
    obstacleToAnswering ?? obstacleToContinuing(transcript.entries[exchange])
  }

  private mutating func branch(
    from exchange: Int, keeping count: Int, with tokens: [AnswerToken]
  ) -> [Effect] {
    if let obstacle = obstacleToBranching(exchange) {
      notice = Notice(.warning, obstacle)
      return []
    }
    let source = transcript.entries[exchange]
    var branch = source
    branch.tokens = source.tokens.prefix(count) + tokens
    branch.givenTokenCount = branch.tokens.count
    branch.answer = branch.tokens.compactMap(\.text).joined()
    branch.status = .waiting
    branch.summary = nil
    branch.askedAt = now
    branch.versionOf = transcript.first(of: exchange)
    branch.editedFrom = nil
    branch.model = model.description
    if branch.tokens.count >= branch.parameters.maximumTokenCount {
      // As many tokens behind the branch as an answer may have now.
      branch.parameters.maximumTokenCount =
        branch.tokens.count + parameters.maximumTokenCount
    }
    showNote(of: source)
    transcript.append(branch)
    return generate(transcript.entries.count - 1)
  }
}
