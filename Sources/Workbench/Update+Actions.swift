import Clinical
import Screen

extension WorkbenchState {
  mutating func perform(_ action: Action) -> [Effect] {
    if let effects = performInMarking(action) ?? performAtDesk(action) { return effects }
    switch action {
    case .send: return send()
    case .stop: return stop()
    case .suspend: return [.suspend]
    case .redraw: return [.redraw]
    case .peel: return peel()
    case .again: return askAgain(newSeed: false)
    case .newSeed: return askAgain(newSeed: true)
    case .continueAnswer: return continueAnswer()
    case .help: overlay = .help(top: 0)
    case .find: overlay = .findLine(LineInput())
    case .command: overlay = .commandLine(LineInput())
    case .export: overlay = .commandLine(LineInput("w "))
    case .tasks: overlay = .tasks(selected: 0)
    case .historySearch: overlay = .historySearch(query: TextEditor(), selected: 0)
    case .findNext: goToMatch(by: 1)
    case .findPrevious: goToMatch(by: -1)
    case .models: return openModelList()
    case .settings: overlay = .settings(SettingsPanel())
    case .sessions: return searchSessions("")
    case .newline:
      notice = nil
      editor.insert("\n")
    case .historyOlder: recallOlder()
    case .historyNewer: recallNewer()
    case .notePrevious: showNote(by: -1)
    case .noteNext: showNote(by: 1)
    case .select: switchNoteSelection()
    case .askAbout: askAboutSelection()
    case .notes: openNoteList()
    case .outline: openOutline()
    case .toggleSection: toggleSection()
    case .goToSection: leaveOutlineForSection()
    case .versionPrevious: showVersion(by: -1)
    case .versionNext: showVersion(by: 1)
    case .questionPrevious: chooseQuestion(by: -1)
    case .questionNext: chooseQuestion(by: 1)
    case .editQuestion: editQuestion()
    case .sentencePrevious: moveClaim(by: -1)
    case .sentenceNext: moveClaim(by: 1)
    case .unsupportedNext: goToUnsupported()
    case .showEvidence: showEvidence()
    case .branches: openBranches()
    case .marks: switchMarks()
    case .tokens: toggleInspector()
    case .branch: return branch()
    case .branchWithText: askForBranchText()
    case .copy: return copyAnswer()
    case .editor: return [.editExternally(editor.text)]
    case .bare: overlay = .bare(top: 0)
    case .blank: isBlank = true
    case .openItem: openItem()
    case .cancelItem: return cancelItem()
    case .pauseItem: return pauseItem()
    case .resumeItem: return resumeItem()
    default:
      if let change = action.edit { edit(change) } else { move(action) }
    }
    return []
  }

  /// Actions that only change what is shown.
  private mutating func move(_ action: Action) {
    switch action {
    case .showQuery: mode = .query
    case .showRating: mode = .rating
    case .showCompare: mode = .compare
    case .showJobs: mode = .jobs
    case .back: if mode == .query { focus = .instruction } else { mode = .query }
    case .focusNext: moveFocus(by: 1)
    case .focusPrevious: moveFocus(by: -1)
    case .lineUp: scroll(by: -1)
    case .lineDown: scroll(by: 1)
    case .pageUp: scroll(by: -pageHeight)
    case .pageDown: scroll(by: pageHeight)
    case .top: scroll(by: -(.max / 4))
    case .end: scroll(by: .max / 4)
    case .answerPageUp: scrollAnswer(by: -answerPageHeight)
    case .answerPageDown: scrollAnswer(by: answerPageHeight)
    case .sectionPrevious: goToSection(by: -1)
    case .sectionNext: goToSection(by: 1)
    case .tokenPrevious: moveToken(by: -1)
    case .tokenNext: moveToken(by: 1)
    case .tokenFirst: moveToken(to: 0)
    case .tokenLast: moveToken(to: .max)
    case .tokenUncertain: goToUncertainToken()
    case .optionPrevious: chooseOption(by: -1)
    case .optionNext: chooseOption(by: 1)
    case .pairPrevious: choosePair(by: -1)
    case .pairNext: choosePair(by: 1)
    default: break
    }
  }

  private mutating func stop() -> [Effect] {
    if generation != nil { return stopGeneration() }
    overlay = .confirm(.quit)
    return []
  }

  /// Takes away the topmost of: mode, token inspector, marking, search, running answer, download, text of the instruction, focus.
  private mutating func peel() -> [Effect] {
    if mode != .query, search != nil, deskKind != nil {
      search = nil
      notice = nil
    } else if deskKind != nil {
      notice = nil
    } else if mode != .query {
      mode = .query
    } else if isInspecting {
      tokenCursor = nil
    } else if focus == .note, note?.selection != nil {
      notes[noteIndex].selection = nil
    } else if search != nil {
      search = nil
      notice = nil
    } else if generation != nil {
      return stopGeneration()
    } else if case .downloading = model {
      return cancelDownload()
    } else if focus != .instruction {
      focus = .instruction
    } else if !editor.text.isEmpty {
      history.add(question)
      editor = TextEditor()
      task = nil
      editedFrom = nil
      notice = Notice(.information, "Cleared. Up brings it back.")
    } else {
      notice = nil
    }
    return []
  }

  private mutating func moveFocus(by step: Int) {
    if deskKind != nil { return moveDeskFocus(by: step) }
    guard mode == .query else { return }
    let hasOutline = WorkbenchLayout(self).form == .threeColumns
    let order: [Focus] =
      hasOutline ? [.instruction, .outline, .note, .answer] : [.instruction, .note, .answer]
    let index = order.firstIndex(of: focus) ?? 0
    focus = order[(index + step + order.count) % order.count]
    if focus == .outline { selectSectionInView() }
  }

  private mutating func askAgain(newSeed: Bool) -> [Effect] {
    guard let chosen = chosenExchange else {
      notice = Notice(.information, "There is no question yet.")
      return []
    }
    if let obstacle = obstacleToAnswering {
      notice = Notice(.warning, obstacle)
      return []
    }
    if newSeed {
      guard parameters.temperature > 0 || parameters.beamCount > 1 else {
        notice = Notice(
          .information,
          "At temperature 0 each seed gives the same answer. Try :set temperature 0.7 first.")
        return []
      }
      parameters.seed &+= 1
    }
    let entry = transcript.entries[chosen]
    showNote(of: entry)
    return ask(entry.question, task: entry.task, versionOf: transcript.first(of: chosen))
  }

  // MARK: Instructions of before

  mutating func replaceInstruction(by text: String) {
    editor = TextEditor()
    editor.insert(text)
  }

  private mutating func recallOlder() {
    if editor.moveUp() { return }
    if let text = history.older(than: editor.text) { replaceInstruction(by: text) }
  }

  private mutating func recallNewer() {
    if editor.moveDown() { return }
    if let text = history.newer() { replaceInstruction(by: text) }
  }
}
