import Clinical
import Screen

extension WorkbenchState {
  /// Begins to look for the first word of a span, in the text that has the keys.
  mutating func beginMarking() {
    guard var sheet else { return }
    let text = sheet.text
    let height = DeskLayout(self).rect(of: sheet.focus).rows
    let top = text.scroll.visibleTop(rowCount: text.wrapped.rows.count, height: height)
    guard let word = text.word(atRow: top) ?? text.words.indices.first else { return }
    sheet.marking = WordMarking(head: word)
    self.sheet = sheet
    notice = Notice(.information, "Go to the first word, then v; a kind ends it. Esc gives it up.")
  }

  /// Does what a bound key means while words are marked.
  mutating func performInMarking(_ action: Action) -> [Effect]? {
    guard let marking = sheet?.marking else { return nil }
    switch action {
    case .spanNext: moveMarking(by: 1)
    case .spanPrevious: moveMarking(by: -1)
    case .lineDown: moveMarking(byRow: 1)
    case .lineUp: moveMarking(byRow: -1)
    case .beginSpan:
      sheet?.marking?.anchor = marking.anchor == nil ? marking.head : nil
    case .peel:
      sheet?.marking = nil
      notice = nil
    default:
      guard let kind = action.errorKind else { return nil }
      return endMarking(as: kind)
    }
    return []
  }

  private mutating func moveMarking(by step: Int) {
    guard var sheet, let marking = sheet.marking else { return }
    let count = sheet.text.words.count
    sheet.marking?.head = min(max(0, marking.head + step), count - 1)
    self.sheet = sheet
    showMarking()
  }

  private mutating func moveMarking(byRow step: Int) {
    guard let sheet, let marking = sheet.marking else { return }
    let text = sheet.text
    let row = text.row(ofWord: marking.head)
    var word = marking.head
    while text.words.indices.contains(word + step) {
      word += step
      if text.row(ofWord: word) != row { break }
    }
    moveMarking(by: word - marking.head)
  }

  /// Scrolls so that the word that the marking has come to is in sight.
  private mutating func showMarking() {
    guard var sheet, let marking = sheet.marking else { return }
    let row = sheet.text.row(ofWord: marking.head)
    let height = DeskLayout(self).rect(of: sheet.focus).rows
    let count = sheet.text.wrapped.rows.count
    let top = sheet.text.scroll.visibleTop(rowCount: count, height: height)
    let wanted = row < top ? row : row >= top + height ? row - height + 1 : top
    sheet.text.scroll.go(to: wanted, rowCount: count, height: height, attaches: false)
    self.sheet = sheet
  }

  private mutating func endMarking(as kind: AnswerErrorKind) -> [Effect] {
    guard var sheet, let marking = sheet.marking else { return [] }
    let isInNote = sheet.focus == .note
    guard kind.isInNote == isInNote else {
      let pane = kind.isInNote ? "note" : "answer"
      notice = Notice(
        .information,
        "\(kind.rawValue) is marked in the \(pane): Esc, then Tab, and mark it there.")
      return []
    }
    let words = sheet.text.words
    let range =
      words[marking.words.lowerBound].lowerBound..<words[marking.words.upperBound].upperBound
    sheet.marking = nil
    sheet.rating.spans.append(ErrorSpan(kind: kind, range: range))
    sheet.showSpans()
    self.sheet = sheet
    notice = nil
    return [keepDraft()].compactMap { $0 }
  }

  /// Takes the span that was marked last away.
  mutating func removeSpan() -> [Effect] {
    guard var sheet, sheet.rating.spans.popLast() != nil else {
      notice = Notice(.information, "No span is marked.")
      return []
    }
    sheet.showSpans()
    self.sheet = sheet
    return [keepDraft()].compactMap { $0 }
  }

  // MARK: Moving

  /// Goes to the next text of what is before the rater.
  mutating func moveDeskFocus(by step: Int) {
    guard let sheet else { return }
    let all: [DeskSheet.Focus] =
      deskKind == .comparison
      ? (desk?.hidesNote == true ? [.answer, .right] : [.note, .answer, .right])
      : [.note, .answer]
    let index = all.firstIndex(of: sheet.focus) ?? 0
    // The words that are being marked are counted in the text that is left.
    self.sheet?.marking = nil
    self.sheet?.focus = all[(index + step + all.count) % all.count]
  }

  /// Scrolls the text that has the keys; the two sides of Compare together, where that is chosen.
  mutating func scrollDesk(by delta: Int) {
    guard let sheet else { return }
    let together = deskKind == .comparison && desk?.scrollsTogether == true
    let moved: [DeskSheet.Focus] =
      together && sheet.focus != .note ? [.answer, .right] : [sheet.focus]
    let layout = DeskLayout(self)
    let shared = moved.map { layout.rowCount(of: $0, in: self) }.max() ?? 0
    for focus in moved {
      self.sheet?.focus = focus
      self.sheet?.text.scroll.move(
        by: delta, rowCount: shared, height: layout.rect(of: focus).rows, attaches: false)
    }
    self.sheet?.focus = sheet.focus
  }

  /// Breaks the texts before the rater anew where panes have other widths.
  mutating func settleDesk() {
    guard desk != nil, sheet != nil else { return }
    let layout = DeskLayout(self)
    for focus in DeskSheet.Focus.allCases where focus != .right || deskKind == .comparison {
      let columns = layout.textColumns(of: focus)
      let kept = sheet?.focus
      sheet?.focus = focus
      sheet?.text.layOut(columns: columns)
      if let kept { sheet?.focus = kept }
    }
    if deskKind == .comparison, desk?.showsDifferences == true { sheet?.findDifferences() }
  }
}

extension Action {
  var errorKind: AnswerErrorKind? {
    switch self {
    case .markUnsupported: .unsupported
    case .markContradiction: .contradiction
    case .markOmission: .omission
    case .markIrrelevant: .irrelevant
    case .markNumber: .number
    case .markNegation: .negation
    case .markTime: .time
    default: nil
    }
  }
}
