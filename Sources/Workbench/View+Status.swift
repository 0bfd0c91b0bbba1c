import Clinical
import Screen

extension WorkbenchState {
  /// The line of what just happened, or of what is being asked.
  func drawNotice(in layout: WorkbenchLayout, on frame: inout Frame) {
    let y = layout.notice.y
    switch overlay {
    case .confirm(let confirmation):
      frame.put(confirmation.text, x: 1, y: y, role: .prompt, maxColumns: size.columns - 2)
    case .commandLine(let line):
      if let completion = line.completion { draw(completion, y: y, on: &frame) }
      drawLine(":", line, y: y + layout.notice.rows - 1, on: &frame)
    case .findLine(let line):
      drawLine("/", line, y: y, on: &frame)
    case .branchLine(let line):
      drawLine("go on with: ", line, y: y, on: &frame)
    case .commentLine(let line):
      drawLine("comment: ", line, y: y, on: &frame)
    default:
      guard let notice = shownNotice else { return }
      for (index, line) in noticeLines(columns: size.columns).prefix(layout.notice.rows)
        .enumerated()
      {
        frame.put(
          line, x: 1, y: y + index, role: notice.kind.role, maxColumns: size.columns - 2)
      }
    }
  }

  /// The rows of the notice that is shown; none where there is none.
  func noticeLines(columns: Int) -> [String] {
    switch overlay {
    // The ways to complete a line stand above it.
    case .commandLine(let line): return line.completion == nil ? [] : ["", ""]
    case .confirm, .findLine, .branchLine, .commentLine: return []
    default: break
    }
    guard let notice = shownNotice else { return [] }
    let mark = notice.kind == .information ? "" : "! "
    return WrappedText(mark + notice.text, columns: max(1, columns - 2)).rows.map(\.text)
  }

  /// The newest notice, or the standing one that answers are not kept.
  private var shownNotice: Notice? {
    if let notice { return notice }
    guard case .failed(let reason, let accepted) = journal else { return nil }
    if deskKind != nil {
      return Notice(.error, "Not saved: \(reason)  Enter tries again; nothing else counts before.")
    }
    return Notice(
      .error, "Not saved: \(reason)" + (accepted ? "" : "  :unsafe goes on without saving"))
  }

  private func drawLine(_ mark: String, _ line: LineInput, y: Int, on frame: inout Frame) {
    let x = 1 + TextWidth.columns(of: mark)
    let room = max(1, size.columns - x - 2)
    let shown = line.editor.visibleRows(columns: room, height: 1)
    frame.put(mark, x: 1, y: y, role: .prompt, maxColumns: x - 1)
    frame.put(
      DisplayText.sanitize(shown.rows.first ?? ""), x: x, y: y, role: .text, maxColumns: room)
    frame.cursor = Point(x: min(size.columns - 1, x + shown.cursor.x), y: y)
  }

  /// The ways to complete a line in one row, the chosen one among them.
  private func draw(_ completion: Completion, y: Int, on frame: inout Frame) {
    guard !completion.candidates.isEmpty else {
      frame.put("nothing begins like this", x: 2, y: y, role: .dim, maxColumns: size.columns - 3)
      return
    }
    let names = completion.candidates.map { DisplayText.sanitize(completion.shownName(of: $0)) }
    let chosen = completion.chosen ?? 0
    var first = 0
    // As many of those before the chosen one as leave room for it.
    while first < chosen,
      names[first...chosen].reduce(0, { $0 + TextWidth.columns(of: $1) + 2 })
        > size.columns - 6
    { first += 1 }
    var x = 2
    for index in first..<names.count where x < size.columns - 3 {
      let role: Role = index == completion.chosen ? .selection : .text
      // The mark tells without colour which one is chosen.
      let name = index == completion.chosen ? ">" + names[index] : names[index]
      x += frame.put(name, x: x, y: y, role: role, maxColumns: size.columns - 1 - x) + 2
    }
  }

  /// State, context, model, sampling, and at the right edge when the session was saved. Where the
  /// row is short they go from the right, state and context never.
  func drawStatus(row: Int, on frame: inout Frame) {
    let role: Role = isInTrouble ? .statusProblem : .status
    frame.fill(Rect(x: 0, y: row, columns: size.columns, rows: 1), role: role)
    let room = max(0, size.columns - 2)
    let fixed = deskStatusItems.map { Array($0.prefix(2)) } ?? [stateText, contextText]
    let forms = statusForms(fixed: fixed)
    let fitting = forms.first { form in
      let items = TextWidth.columns(of: form.items.joined(separator: " | "))
      let saved = TextWidth.columns(of: form.saved)
      return items + (saved > 0 ? saved + 2 : 0) <= room
    }
    let form = fitting ?? (fixed, "")
    frame.put(form.items.joined(separator: " | "), x: 1, y: row, role: role, maxColumns: room)
    let savedX = size.columns - 1 - TextWidth.columns(of: form.saved)
    frame.put(form.saved, x: savedX, y: row, role: role, maxColumns: size.columns - savedX)
  }

  /// What the status row can hold, from the most to the least.
  private func statusForms(fixed: [String]) -> [(items: [String], saved: String)] {
    if let items = deskStatusItems {
      let short = savedText.isEmpty ? "" : "saved"
      return items.indices.reversed().flatMap { last in
        [(Array(items[...last]), savedText), (Array(items[...last]), short)]
      }
    }
    let full = fixed + [modelText, samplingText].compactMap { $0 }
    return [
      (
        fixed
          + [prefillText, reusedText, modelText, samplingText, threadText, memoryText]
          .compactMap { $0 }, savedText
      ),
      (full + [reusedText].compactMap { $0 }, savedText),
      (full, savedText),
      (fixed + [modelText].compactMap { $0 }, savedText),
      (fixed + [shortModelText].compactMap { $0 }, savedText),
      (fixed + [shortModelText].compactMap { $0 }, savedText.isEmpty ? "" : "saved"),
      (fixed, savedText),
    ]
  }

  /// Keys that are useful where the focus is; help at the right edge, always.
  func drawHints(row: Int, on frame: inout Frame) {
    frame.fill(Rect(x: 0, y: row, columns: size.columns, rows: 1), role: .hint)
    let key = keyMap.label(of: .help, in: overlay == nil ? contexts : [.everywhere]) ?? ":help"
    let help = "\(key) help "
    let helpX = max(0, size.columns - TextWidth.columns(of: help))
    var x = 1
    for hint in hints {
      let columns = TextWidth.columns(of: hint)
      guard x + columns + 2 <= helpX else { break }
      x += frame.put(hint, x: x, y: row, role: .hint, maxColumns: columns) + 2
    }
    frame.put(help, x: helpX, y: row, role: .hint, maxColumns: size.columns - helpX)
  }

  private var hints: [String] {
    let actions = hintedActions
    var hints = actions.compactMap { action -> String? in
      if action == .send, case .missing = model { return "Enter download" }
      if action == .versionPrevious, let back = label(of: action),
        let on = label(of: .versionNext)
      {
        return "\(back) \(on) versions"
      }
      if action == .settingMore, let back = label(of: .settingLess), let on = label(of: action) {
        return "\(back)/\(on) change"
      }
      if action == .tokenNext, let back = label(of: .tokenPrevious), let on = label(of: action) {
        return "\(back)/\(on) token"
      }
      if action == .optionNext, let up = label(of: .optionPrevious), let down = label(of: action) {
        return "\(up)/\(down) word"
      }
      if action == .lineDown, let up = label(of: .lineUp), let down = label(of: .lineDown) {
        return "\(up)/\(down) \(overlay?.isPage == true ? "scroll" : "choose")"
      }
      if action == .grade1, let last = label(of: .grade4) { return "1-\(last) grade" }
      if action == .spanNext, let back = label(of: .spanPrevious), let on = label(of: action) {
        return "\(on)/\(back) word"
      }
      if action == .chooseLeft {
        return [.chooseLeft, .chooseRight, .chooseTie, .chooseBothBad].compactMap { label(of: $0) }
          .joined(separator: " ") + " choose"
      }
      guard let key = label(of: action), let hint = action.hint else { return nil }
      return "\(key) \(hint)"
    }
    switch overlay {
    case .tasks: hints.insert("1-\(ClinicalTask.allCases.count) choose", at: 0)
    case .settings: hints.insert("0-9 type a value", at: 2)
    case .historySearch, .sessionSearch: hints.insert("type to search", at: 0)
    default: break
    }
    return hints
  }

  /// The key of an action as it is bound where keys go now.
  private func label(of action: Action) -> String? { keyMap.label(of: action, in: contexts) }

  private var hintedActions: [Action] {
    switch overlay {
    case .help, .bare: return [.lineDown, .pageDown, .close]
    case .outline: return [.toggleSection, .goToSection, .peel]
    case .settings:
      return [.lineDown, .settingMore, .settingDefault, .allDefaults, .accept, .close]
    case .notes: return [.lineDown, .accept, .markNote, .askTogether, .close]
    case .tasks, .historySearch, .sessionSearch, .branches, .models, .harm:
      return [.lineDown, .accept, .close]
    case .commandLine: return [.accept, .complete, .close]
    case .findLine, .branchLine, .commentLine: return [.accept, .close]
    case .confirm: return [.yes, .no]
    case nil: break
    }
    let stop: [Action] = generation == nil ? [] : [.stop]
    switch deskKind {
    case .rating where sheet?.marking != nil:
      return [
        .spanNext, .beginSpan, .markUnsupported, .markContradiction, .markOmission,
        .markIrrelevant, .markNumber, .markNegation, .markTime,
      ]
    case .rating:
      return sheet == nil
        ? [.skip, .undo, .showCompare, .command]
        : [.grade1, .beginSpan, .harm, .comment, .submit, .skip, .flag, .undo, .guidelines]
    case .comparison:
      return sheet == nil
        ? [.skip, .undo, .showRating, .command]
        : [
          .chooseLeft, .submit, .comment, .skip, .undo, .scrollTogether, .differences, .hideNote,
          .guidelines,
        ]
    case nil: break
    }
    switch (mode, focus) {
    case (.rating, _): return stop + [.openItem, .lineDown, .showQuery, .command, .back]
    case (.compare, _):
      return stop + [.questionNext, .pairNext, .openItem, .showQuery, .command, .back]
    case (.jobs, _):
      return [.pauseItem, .cancelItem, .resumeItem, .openItem, .lineDown, .showQuery, .back]
    case (.query, .instruction):
      return [generation == nil ? .send : .stop, .focusNext, .tasks, .historySearch]
    case (.query, .note) where note?.selection != nil:
      return [.lineDown, .askAbout, .select, .peel]
    case (.query, .note):
      return stop + [.focusNext, .outline, .sectionNext, .find]
        + (notes.count > 1 ? [.noteNext, .notes] : []) + [.command, .back]
    case (.query, .outline):
      return [.toggleSection, .goToSection, .focusNext, .command, .back]
    case (.query, .answer) where isInspecting:
      return stop + [
        .tokenNext, .optionNext, .branch, .branchWithText, .tokenUncertain, .tokens, .peel,
      ]
    case (.query, .answer):
      return stop + [.focusNext] + (canContinue ? [.continueAnswer] : []) + [.again, .newSeed]
        + (hasVersions ? [.versionPrevious] : [])
        + [.tokens, .editQuestion, .find, .export, .command, .back]
    }
  }

  private var canContinue: Bool {
    generation == nil
      && chosenExchange.map { transcript.entries[$0].status.canContinue } ?? false
  }

  private var hasVersions: Bool {
    chosenExchange.map { transcript.versions(of: $0).count > 1 } ?? false
  }

  // MARK: Items of the status row

  /// True where the state asks for attention.
  private var isInTrouble: Bool {
    if case .failed = journal { return true }
    if deskKind != nil { return false }
    if case .failed = model { return true }
    return generation == nil && transcript.entries.last?.status.isProblem == true
  }

  /// `IDLE`, `LOAD 43%`, `PREFILL 812/1248`, `DECODE 17.4 tok/s 0:03`, `STOPPED`, `ERROR`.
  var stateText: String {
    if let generation {
      if let since = generation.decodingSince {
        return "DECODE \(oneDecimal(generation.shownRate)) tok/s"
          + " \(minutesAndSeconds(generation.rateShownAt < 0 ? 0 : generation.rateShownAt - since))"
      }
      let prefill = generation.prefill
      return prefill.total > 0 ? "PREFILL \(prefill.done)/\(prefill.total)" : "PREFILL"
    }
    switch model {
    case .starting: return "LOAD"
    case .missing: return "NO MODEL"
    case .downloading(let done, let total): return "GET \(percent(done, of: total))%"
    case .loading(let done, let total): return "LOAD \(percent(done, of: total))%"
    case .failed: return "ERROR"
    case .ready:
      switch transcript.entries.last?.status {
      case .stopped: return "STOPPED"
      case .limit: return "LIMIT"
      case .loop: return "LOOP"
      case .failed: return "ERROR"
      default: return "IDLE"
      }
    }
  }

  /// `ctx 1312/2048 64%`: what prompt and answer take of what the model can hold.
  var contextText: String {
    guard let limit = model.description?.contextLength else { return "ctx -" }
    let used: Int?
    if let generation, generation.prefill.total > 0 {
      used = generation.prefill.total + generation.tokenCount
    } else {
      used = costs?.prompt
    }
    guard let used else { return "ctx ?/\(limit)" }
    let share = limit > 0 ? used * 100 / limit : 0
    let note = generation == nil ? costs.map { " (note \($0.note))" } ?? "" : ""
    let over = used > limit ? " TOO LONG" : ""
    // A count of an older text is marked until the new one is there.
    return "ctx \(used)/\(limit) \(share)%\(over)"
      + (size.columns >= 100 ? note : "") + (costsAreCurrent || generation != nil ? "" : " ~")
  }

  private var modelText: String? {
    model.description.map { description in
      let digest =
        size.columns < 160 || description.digest.isEmpty
        ? "" : " sha \(description.digest.prefix(4))"
      return DisplayText.sanitize(description.title) + digest
    }
  }

  private var shortModelText: String? {
    model.description.map { description in
      let name = DisplayText.sanitize(description.name)
      let short = name.count > 16 ? name.prefix(15) + "~" : name[...]
      let adapter = description.adapter == nil ? "" : " +"
      return description.quantization.isEmpty
        ? "\(short)\(adapter)" : "\(short) \(description.quantization)\(adapter)"
    }
  }

  private var samplingText: String? {
    guard model.description != nil else { return nil }
    let temperature =
      parameters.temperature == parameters.temperature.rounded()
      ? "\(Int(parameters.temperature))" : "\(parameters.temperature)"
    return "temp \(temperature) seed \(parameters.seed)"
  }

  /// How much of the prompt did not have to be read again.
  private var reusedText: String? {
    let reused = generation?.prefill.reused ?? transcript.entries.last?.summary?.reusedTokenCount
    guard let reused, reused > 0 else { return nil }
    return "\(reused) tok reused"
  }

  /// How fast the prompt was read, of what had to be read.
  private var prefillText: String? {
    guard let summary = transcript.entries.last?.summary, summary.prefillSeconds > 0 else {
      return nil
    }
    let count = summary.promptTokenCount - summary.reusedTokenCount
    return count > 1
      ? "prefill \(grouped(Int((Double(count) / summary.prefillSeconds).rounded()))) tok/s" : nil
  }

  private var threadText: String? { threadCount.map { "\($0) thr" } }

  private var memoryText: String? { memoryByteCount.map { "RSS \(gigabytes($0))" } }

  private var savedText: String {
    if case .saved(let moment) = journal { return "saved \(moment.clock)" }
    return ""
  }
}

extension Notice.Kind {
  var role: Role {
    switch self {
    case .information: .notice
    case .warning: .warning
    case .error: .error
    }
  }
}

extension Overlay {
  /// True for a text that is scrolled, not chosen from.
  fileprivate var isPage: Bool {
    switch self {
    case .help, .bare: true
    default: false
    }
  }
}
