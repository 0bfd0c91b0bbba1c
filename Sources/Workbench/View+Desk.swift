import Clinical
import Grounding
import Screen

extension WorkbenchState {
  /// The place of a rater that is shown.
  func drawDesk(on frame: inout Frame) {
    guard let kind = deskKind, let place = deskPlace else { return }
    guard place.phase == .working || place.phase == .waiting, let sheet = place.sheet else {
      return drawDeskMessage(kind, place, on: &frame)
    }
    let layout = DeskLayout(self)
    drawTitle(
      "Instruction", right: DisplayText.sanitize(sheet.item.noteName), above: layout.instruction,
      focused: false, on: &frame)
    let rows = WrappedText(sheet.item.question, columns: max(1, layout.instruction.columns - 4))
      .rows
    for (index, row) in rows.prefix(layout.instruction.rows).enumerated() {
      frame.put(
        row.text, x: layout.instruction.x + 2, y: layout.instruction.y + index, role: .text,
        maxColumns: layout.instruction.columns - 3)
    }
    if layout.guidelines != layout.note { drawRated(.note, sheet, layout, on: &frame) }
    switch kind {
    case .rating:
      drawRated(.answer, sheet, layout, on: &frame)
      drawGrades(sheet, in: layout.form, on: &frame)
    case .comparison:
      if layout.guidelines != layout.answer { drawRated(.answer, sheet, layout, on: &frame) }
      drawRated(.right, sheet, layout, on: &frame)
      drawChoices(sheet.verdict, in: layout.form, on: &frame)
    }
    drawGuidelines(in: layout.guidelines, on: &frame)
    for line in layout.separators {
      frame.verticalRule(at: Point(x: line.x, y: line.y), rows: line.rows, chrome: chrome)
    }
  }

  /// `rater AB  item 37/200  ETA 41m`: what the row of tabs ends in.
  var deskTabText: String? {
    guard let kind = deskKind, let place = deskPlace, let desk else { return nil }
    let progress = place.progress
    let word = kind == .comparison ? "pair" : desk.purpose == .rating ? "item" : "open"
    let number = min(progress.done + progress.skipped + 1, progress.total)
    var text = "rater \(DisplayText.sanitize(desk.rater))  \(word) \(number)/\(progress.total)"
    let left = progress.total - progress.done - progress.skipped
    if let seconds = progress.secondsEach, left > 0 {
      let minutes = Int((seconds * Double(left) / 60).rounded(.up))
      text += minutes < 120 ? "  ETA \(minutes)m" : "  ETA \(minutes / 60)h"
    }
    return text
  }

  /// `RATING | 36 done 2 skipped 1 flagged | hints off until graded`: items of the status row.
  var deskStatusItems: [String]? {
    guard let kind = deskKind, let place = deskPlace, let desk else { return nil }
    let progress = place.progress
    let state = kind == .comparison ? "COMPARE" : desk.purpose == .rating ? "RATING" : "ADJUDICATE"
    var items = [place.phase == .waiting ? "WAIT" : state]
    var counts = "\(progress.done) done"
    if progress.skipped > 0 { counts += " \(progress.skipped) skipped" }
    if progress.flagged > 0 { counts += " \(progress.flagged) flagged" }
    items.append(counts)
    if let agreement = progress.agreement { items.append(agreement) }
    if kind == .rating, place.phase == .working {
      items.append(place.sheet?.rating.grade == nil ? "hints off until graded" : "hints on")
    }
    return items
  }

  private func drawDeskMessage(_ kind: DeskKind, _ place: DeskPlace, on frame: inout Frame) {
    let notice = WorkbenchLayout(self).notice
    let pane = Rect(x: 0, y: 2, columns: size.columns, rows: max(0, notice.y - 2))
    let again = keyMap.label(of: .skip, in: contexts) ?? ":"
    var lines: [String]
    var title = kind == .rating ? "QA" : "Compare"
    switch place.phase {
    case .held(let count, let by, let until):
      title += ": held by others"
      let which = count == 1 ? "The one answer" : "All \(grouped(count)) answers"
      lines = [
        "\(kind == .rating ? which : which.replacing("answer", with: "pair")) that you have not"
          + " done \(count == 1 ? "is" : "are") before other raters.",
        "The first is held by \(DisplayText.sanitize(by)) until \(until).", "\(again) looks again.",
      ]
    case .finished(let more):
      title += ": nothing is left"
      lines = place.progress.total == 0 ? [] : ["You are done: \(counted(place.progress))."]
      if place.progress.skipped > 0 { lines.append("\(again) goes through those passed over.") }
      lines += more
    case .idle, .waiting, .working: lines = ["One moment."]
    }
    drawTitle(title, above: pane, focused: true, on: &frame)
    let rows = WrappedText(lines.joined(separator: "\n"), columns: max(1, size.columns - 4)).rows
    for (index, row) in rows.prefix(max(0, pane.rows - 1)).enumerated() {
      frame.put(row.text, x: 2, y: pane.y + 1 + index, role: .text, maxColumns: size.columns - 3)
    }
  }

  private func counted(_ progress: DeskProgress) -> String {
    "\(progress.done) of \(progress.total) done, \(progress.skipped) passed over, "
      + "\(progress.flagged) flagged"
  }

  // MARK: Texts

  private func title(of focus: DeskSheet.Focus, _ sheet: DeskSheet) -> (String, String) {
    switch focus {
    case .note:
      return ("Note", search?.target == .rated ? "n next  N before" : "")
    case .answer where deskKind == .comparison:
      return ("LEFT", desk?.scrollsTogether == true ? "scrolls together" : "scrolls alone")
    case .right:
      return ("RIGHT", desk?.showsDifferences == true ? "+differences+" : "")
    case .answer:
      var right =
        "\(sheet.rating.spans.count) error span\(sheet.rating.spans.count == 1 ? "" : "s")"
      if let hints = sheet.hints {
        right = "\(hints.claims.count - hints.missingCount)/\(hints.claims.count) in note, " + right
      }
      return ("Output (model hidden)", sheet.rating.isFlagged ? right + ", flagged" : right)
    }
  }

  private func drawRated(
    _ focus: DeskSheet.Focus, _ sheet: DeskSheet, _ layout: DeskLayout, on frame: inout Frame
  ) {
    let pane = layout.rect(of: focus)
    guard !pane.isEmpty else { return }
    var focused = sheet
    focused.focus = focus
    let text = focused.text
    let titles = title(of: focus, sheet)
    drawTitle(titles.0, right: titles.1, above: pane, focused: sheet.focus == focus, on: &frame)
    let rows = text.wrapped.rows
    let top = text.scroll.visibleTop(
      rowCount: deskKind == .comparison && desk?.scrollsTogether == true && focus != .note
        ? max(layout.rowCount(of: .answer, in: self), layout.rowCount(of: .right, in: self))
        : rows.count, height: pane.rows)
    let x = pane.x + DeskLayout.margin
    let columns = layout.textColumns(of: focus)
    for (index, row) in rows.enumerated().dropFirst(top).prefix(pane.rows) {
      frame.put(row.text, x: x, y: pane.y + index - top, role: .text, maxColumns: columns)
    }
    func mark(_ parts: [(row: Int, characters: Range<Int>)], _ role: Role, sign: String?) {
      for part in parts where (top..<top + pane.rows).contains(part.row) {
        let y = pane.y + part.row - top
        if let sign { frame.put(sign, x: pane.x + 1, y: y, role: role, maxColumns: 1) }
        let characters = Array(rows[part.row].text)
        let before = TextWidth.columns(of: String(characters[..<part.characters.lowerBound]))
        let width = TextWidth.columns(of: String(characters[part.characters]))
        frame.mark(
          Rect(x: x + before, y: y, columns: max(0, min(width, columns - before)), rows: 1),
          role: role)
      }
    }
    if deskKind == .comparison {
      guard focus != .note, desk?.showsDifferences == true else { return }
      for range in sheet.differences?[focus == .answer ? 0 : 1] ?? [] {
        mark(text.parts(of: range), .uncertain, sign: "+")
      }
      return
    }
    drawHints(focus, sheet, text, mark)
    for span in sheet.rating.spans where span.kind.isInNote == (focus == .note) {
      mark(text.parts(of: span.range), .warning, sign: "*")
    }
    if search?.target == .rated, focus == .note {
      for row in top..<min(rows.count, top + pane.rows) {
        for range in search?.characters(inRow: row) ?? [] {
          mark([(row, range)], .match, sign: nil)
        }
      }
    }
    if let marking = sheet.marking, sheet.focus == focus {
      for word in marking.words { mark(text.parts(of: text.words[word]), .selection, sign: ">") }
    }
  }

  /// Evidence of the answer, once it is graded: in the note `=` where a sentence rests on, in the
  /// answer `!` at what the note does not have.
  private func drawHints(
    _ focus: DeskSheet.Focus, _ sheet: DeskSheet, _ text: RatedText,
    _ mark: ([(row: Int, characters: Range<Int>)], Role, String?) -> Void
  ) {
    for claim in sheet.hints?.claims ?? [] {
      if focus == .note {
        for span in claim.spans { mark(text.parts(of: span), .supportFound, "=") }
      } else if claim.verdict != .supported {
        mark(text.parts(of: claim.range), .supportNone, "!")
      }
    }
  }

  // MARK: Forms

  private func drawGrades(_ sheet: DeskSheet, in pane: Rect, on frame: inout Frame) {
    let key = keyMap.label(of: .guidelines, in: [.grading]).map { "\($0) guidelines" } ?? ""
    let title = desk?.purpose == .adjudication ? "Settle the grade" : "Rating"
    drawTitle(title, right: key, above: pane, focused: false, on: &frame)
    var y = pane.y
    for earlier in sheet.item.earlier.prefix(max(0, pane.rows - 5)) {
      let rating = earlier.rating
      let spans = Set(rating.spans.map(\.kind.rawValue)).sorted().joined(separator: ", ")
      let parts = [
        rating.grade.map { "\($0.rawValue) \($0.title)" }, spans.isEmpty ? nil : spans,
        rating.harm.map { "harm \($0.rawValue)" }, rating.isFlagged ? "flagged" : nil,
        rating.comment.isEmpty ? nil : "\"\(DisplayText.sanitize(rating.comment))\"",
      ]
      frame.put(
        "\(DisplayText.sanitize(earlier.rater)): "
          + parts.compactMap { $0 }.joined(separator: "; "), x: pane.x + 3, y: y, role: .dim,
        maxColumns: pane.columns - 4)
      y += 1
    }
    for grade in AnswerGrade.allCases where y < pane.endY {
      let isChosen = sheet.rating.grade == grade
      let name = grade.title.padding(to: 14)
      frame.put(
        "\(isChosen ? "*" : " ") (\(grade.rawValue)) \(name)\(grade.criterion)", x: pane.x + 1,
        y: y, role: isChosen ? .selection : .text, maxColumns: pane.columns - 2)
      y += 1
    }
    guard y < pane.endY else { return }
    let harm = keyMap.label(of: .harm, in: [.grading]) ?? ":"
    let comment = keyMap.label(of: .comment, in: [.grading]) ?? ":"
    let said = sheet.rating.comment.isEmpty ? "-" : DisplayText.sanitize(sheet.rating.comment)
    let kinds = sheet.rating.spans.enumerated().map {
      "\($0.offset + 1) \($0.element.kind.rawValue)"
    }
    let spans = kinds.isEmpty ? "" : "   spans: " + kinds.joined(separator: ", ")
    frame.put(
      "\(harm) harm: \(sheet.rating.harm?.rawValue ?? "-")   \(comment) comment: \(said)\(spans)",
      x: pane.x + 3, y: y, role: .dim, maxColumns: pane.columns - 4)
  }

  private func drawChoices(_ verdict: PairVerdict, in pane: Rect, on frame: inout Frame) {
    drawTitle(
      "Which is better?",
      right: size.columns >= 100 ? "identities shown only after the set is closed" : "",
      above: pane, focused: false, on: &frame)
    let choices: [(Action, String, Bool)] = [
      (.chooseLeft, "left", verdict.choice == .left),
      (.chooseRight, "right", verdict.choice == .right),
      (.chooseTie, "same", verdict.choice == .tie),
      (.chooseBothBad, "both bad", verdict.choice == .bothBad),
    ]
    let strengths: [(Action, String, Bool)] = [
      (.slightly, "slightly", verdict.strength == .slightly),
      (.clearly, "clearly", verdict.strength == .clearly),
    ]
    let reasons: [(Action, String, Bool)] = [
      (.forAccuracy, PairVerdict.Reason.accuracy), (.forCompleteness, .completeness),
      (.forNotStated, .notStated), (.forBrevity, .brevity),
    ].map { ($0, $1.title, verdict.reasons.contains($1)) }
    var x = pane.x + 1
    for choice in choices { x = draw(choice, x: x, y: pane.y, in: pane, on: &frame) }
    if size.columns >= 78 {
      x += frame.put("then:", x: x, y: pane.y, role: .dim, maxColumns: 6) + 1
    }
    for strength in strengths { x = draw(strength, x: x, y: pane.y, in: pane, on: &frame) }
    x = pane.x + 1
    for reason in reasons { x = draw(reason, x: x, y: pane.y + 1, in: pane, on: &frame) }
    let comment = keyMap.label(of: .comment, in: [.comparing]) ?? ":"
    let said = verdict.comment.isEmpty ? "-" : DisplayText.sanitize(verdict.comment)
    frame.put(
      "\(comment) comment: \(said)", x: pane.x + 3, y: pane.y + 2, role: .dim,
      maxColumns: pane.columns - 4)
  }

  /// `*h left`: a choice with its key and, where it is chosen, a star.
  private func draw(
    _ choice: (action: Action, title: String, isChosen: Bool), x: Int, y: Int, in pane: Rect,
    on frame: inout Frame
  ) -> Int {
    let key = keyMap.label(of: choice.action, in: [.comparing]) ?? ":"
    return x + 2
      + frame.put(
        "\(choice.isChosen ? "*" : " ")\(key) \(choice.title)", x: x, y: y,
        role: choice.isChosen ? .selection : .text, maxColumns: pane.endX - 1 - x)
  }

  private func drawGuidelines(in pane: Rect, on frame: inout Frame) {
    guard !pane.isEmpty else { return }
    let key = keyMap.label(of: .guidelines, in: [.grading]).map { "\($0): hide" } ?? ""
    drawTitle("Guidelines", right: key, above: pane, focused: false, on: &frame)
    var y = pane.y
    for line in RatingGuidelines.lines {
      let isHeading = !line.number.contains(".")
      let indent = isHeading ? 2 : 6
      let rows = WrappedText(line.text, columns: max(1, pane.columns - indent - 1)).rows
      for (index, row) in rows.enumerated() where y < pane.endY {
        if index == 0 {
          frame.put(
            line.number, x: pane.x + 1, y: y, role: isHeading ? .heading : .dim,
            maxColumns: pane.columns - 2)
        }
        frame.put(
          row.text, x: pane.x + indent + (isHeading ? 1 : 0), y: y,
          role: isHeading ? .heading : .text, maxColumns: pane.columns - indent - 1)
        y += 1
      }
    }
  }

  /// The levels of harm to choose from.
  func drawHarm(selected: Int, on frame: inout Frame) {
    let rows = HarmLevel.allCases.enumerated().map { index, level in
      PopUpRow(
        text: "\(index == selected ? ">" : " ") \(index)  \(level.rawValue.padding(to: 10))"
          + level.explanation, role: index == selected ? .selection : .text)
    }
    drawBox(
      "Harm if somebody acted on it", right: "Enter: take", rows: rows, columns: 66, on: &frame)
  }
}

extension String {
  /// The text with blanks up to `columns` columns.
  fileprivate func padding(to columns: Int) -> String {
    self + String(repeating: " ", count: max(0, columns - TextWidth.columns(of: self)))
  }
}

extension RatedText {
  /// Longer texts are not compared word by word.
  private static let longest = 1500

  /// The runs of words that `other` does not have in the same order.
  func differences(from other: RatedText) -> [Range<Int>] {
    let mine = words.map { String(String.UnicodeScalarView(source[$0])).lowercased() }
    let theirs = other.words.map {
      String(String.UnicodeScalarView(other.source[$0])).lowercased()
    }
    guard mine.count <= Self.longest, theirs.count <= Self.longest else { return [] }
    var ranges: [Range<Int>] = []
    for case .insert(let index, _, _) in mine.difference(from: theirs) {
      if let last = ranges.last, index > 0, last.upperBound == words[index - 1].upperBound {
        ranges[ranges.count - 1] = last.lowerBound..<words[index].upperBound
      } else {
        ranges.append(words[index])
      }
    }
    return ranges
  }
}
