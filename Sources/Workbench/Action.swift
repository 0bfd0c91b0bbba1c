import Screen

/// What a key can be bound to.
public enum Action: String, CaseIterable, Sendable {
  case accept
  case close
  case complete
  case completePrevious = "complete-previous"
  case yes
  case no

  case help
  case focusNext = "focus-next"
  case focusPrevious = "focus-previous"
  case stop
  case suspend
  case redraw
  case peel
  case find
  case findNext = "find-next"
  case findPrevious = "find-previous"
  case command
  case tasks
  case historySearch = "history-search"
  case sessions
  case models
  case settings
  case settingLess = "setting-less"
  case settingMore = "setting-more"
  case settingDefault = "setting-default"
  case allDefaults = "all-defaults"
  case showQuery = "query"
  case showRating = "qa"
  case showCompare = "compare"
  case showJobs = "jobs"
  case back

  case send
  case newline
  case historyOlder = "history-older"
  case historyNewer = "history-newer"
  case answerPageUp = "answer-page-up"
  case answerPageDown = "answer-page-down"

  case lineUp = "line-up"
  case lineDown = "line-down"
  case pageUp = "page-up"
  case pageDown = "page-down"
  case top
  case end

  case sectionPrevious = "section-previous"
  case sectionNext = "section-next"
  case notePrevious = "note-previous"
  case noteNext = "note-next"

  case select
  case askAbout = "ask-about"
  case notes
  case markNote = "mark-note"
  case askTogether = "ask-together"

  case outline
  case toggleSection = "toggle-section"
  case goToSection = "go-to-section"

  case again
  case newSeed = "new-seed"
  case continueAnswer = "continue"
  case versionPrevious = "version-previous"
  case versionNext = "version-next"
  case questionPrevious = "question-previous"
  case questionNext = "question-next"
  case editQuestion = "edit-question"
  case branches
  case marks
  case tokens
  case tokenPrevious = "token-previous"
  case tokenNext = "token-next"
  case tokenFirst = "token-first"
  case tokenLast = "token-last"
  case tokenUncertain = "token-uncertain"
  case optionPrevious = "option-previous"
  case optionNext = "option-next"
  case branch
  case branchWithText = "branch-with-text"
  case sentencePrevious = "sentence-previous"
  case sentenceNext = "sentence-next"
  case unsupportedNext = "unsupported-next"
  case showEvidence = "show-evidence"
  case copy
  case export

  case left
  case right
  case wordLeft = "word-left"
  case wordRight = "word-right"
  case lineStart = "line-start"
  case lineEnd = "line-end"
  case deleteLeft = "delete-left"
  case deleteRight = "delete-right"
  case deleteWordLeft = "delete-word-left"
  case deleteWordRight = "delete-word-right"
  case deleteToLineStart = "delete-to-line-start"
  case deleteToLineEnd = "delete-to-line-end"

  case openItem = "open-item"
  case cancelItem = "cancel-item"
  case pauseItem = "pause-item"
  case resumeItem = "resume-item"
  case pairPrevious = "pair-previous"
  case pairNext = "pair-next"

  case grade1 = "grade-1"
  case grade2 = "grade-2"
  case grade3 = "grade-3"
  case grade4 = "grade-4"
  case beginSpan = "begin-span"
  case spanNext = "span-next"
  case spanPrevious = "span-previous"
  case markUnsupported = "mark-unsupported"
  case markContradiction = "mark-contradiction"
  case markOmission = "mark-omission"
  case markIrrelevant = "mark-irrelevant"
  case markNumber = "mark-number"
  case markNegation = "mark-negation"
  case markTime = "mark-time"
  case removeSpan = "remove-span"
  case harm
  case comment
  case flag
  case submit
  case skip
  case undo
  case redo
  case previousItem = "previous-item"
  case guidelines
  case chooseLeft = "choose-left"
  case chooseRight = "choose-right"
  case chooseTie = "choose-tie"
  case chooseBothBad = "choose-both-bad"
  case slightly
  case clearly
  case forAccuracy = "for-accuracy"
  case forCompleteness = "for-completeness"
  case forNotStated = "for-not-stated"
  case forBrevity = "for-brevity"
  case scrollTogether = "scroll-together"
  case differences
  case hideNote = "hide-note"

  case editor
  case bare
  case blank
}

// MARK: Texts

extension Action {
  /// What it does, for the help page.
  public var explanation: String {
    switch self {
    case .accept: "take what is chosen, or do what is typed"
    case .close: "close this"
    case .complete: "complete what is typed, then the next way to"
    case .completePrevious: "the way to complete it before"
    case .yes: "yes"
    case .no: "no"
    case .help: "show this help"
    case .focusNext: "go to the next pane"
    case .focusPrevious: "go to the pane before"
    case .stop: "stop the answer and keep what there is; idle: quit"
    case .suspend: "suspend (fg brings it back)"
    case .redraw: "draw the screen again"
    case .peel: "close what is on top: pop-up, search, answer in progress, text"
    case .find: "find in the note or the answers"
    case .findNext: "next place found"
    case .findPrevious: "place found before"
    case .command: "type a command; its names, files and themes complete"
    case .tasks: "choose one of the eight tasks as a template"
    case .historySearch: "search earlier instructions"
    case .sessions: "search all sessions that were kept"
    case .models: "list the models and adapters, and use another"
    case .settings: "how answers are written: temperature, seed, template and others"
    case .settingLess: "less, or the choice before"
    case .settingMore: "more, or the next choice"
    case .settingDefault: "this setting as by default"
    case .allDefaults: "all settings as by default"
    case .showQuery: "Query: ask about a note"
    case .showRating: "QA: rate answers"
    case .showCompare: "Compare: choose the better of two answers"
    case .showJobs: "Jobs: work that runs in the background"
    case .back: "back to the instruction"
    case .send: "send the instruction"
    case .newline: "new line in the instruction"
    case .historyOlder: "the line above, then what was typed before"
    case .historyNewer: "the line below, then what was typed later"
    case .answerPageUp: "scroll the answers up"
    case .answerPageDown: "scroll the answers down"
    case .lineUp: "one line up"
    case .lineDown: "one line down"
    case .pageUp: "one page up"
    case .pageDown: "one page down"
    case .top: "to the start"
    case .end: "to the end; the pane follows new text again"
    case .sectionPrevious: "section before"
    case .sectionNext: "next section"
    case .notePrevious: "note before"
    case .noteNext: "next note"
    case .select: "mark lines of the note, or no longer"
    case .askAbout: "ask about the marked lines"
    case .notes: "list the notes that are open and what they cost"
    case .markNote: "mark this note to be asked about with others"
    case .askTogether: "ask about the marked notes together"
    case .outline: "sections of the note and what they cost"
    case .toggleSection: "leave this section out, or take it in again"
    case .goToSection: "show this section in the note"
    case .again: "ask this question again, same seed: a new version"
    case .newSeed: "ask it again with a new seed"
    case .continueAnswer: "let an answer that was stopped or cut off go on"
    case .versionPrevious: "the version of this answer before"
    case .versionNext: "the next version of this answer"
    case .questionPrevious: "choose the question before"
    case .questionNext: "choose the next question"
    case .editQuestion: "edit this question into a new one"
    case .branches: "list the versions of this answer and what each came of"
    case .marks: "underline the words that the model was unsure of, or no longer"
    case .tokens: "look into the answer token by token: probabilities, other words"
    case .tokenPrevious: "token before"
    case .tokenNext: "next token"
    case .tokenFirst: "first token"
    case .tokenLast: "last token"
    case .tokenUncertain: "next token with a probability below 0.5"
    case .optionPrevious: "mark the word above"
    case .optionNext: "mark the word below"
    case .branch: "let the answer go on from here with the marked word"
    case .branchWithText: "let it go on from here with words of your own"
    case .sentencePrevious: "the sentence before, with its place in the note"
    case .sentenceNext: "the next sentence of the answer, with its place in the note"
    case .unsupportedNext: "the next sentence that is not found in the note"
    case .showEvidence: "go to where the note says this"
    case .copy: "copy this answer, where the configuration allows it"
    case .export: "write the session to a file: .md, .jsonl or .txt"
    case .left: "one character left"
    case .right: "one character right"
    case .wordLeft: "to the start of the word"
    case .wordRight: "to the end of the word"
    case .lineStart: "to the start of the line"
    case .lineEnd: "to the end of the line"
    case .deleteLeft: "delete the character before"
    case .deleteRight: "delete the character behind"
    case .deleteWordLeft: "delete the word before"
    case .deleteWordRight: "delete the word behind"
    case .deleteToLineStart: "delete to the start of the line"
    case .deleteToLineEnd: "delete to the end of the line"
    case .openItem: "show it in Query"
    case .cancelItem: "stop it"
    case .pauseItem: "let a run rest, or go on"
    case .resumeItem: "let a run go on that was paused, stopped or broken off"
    case .pairPrevious: "the two versions before"
    case .pairNext: "the next two versions"
    case .grade1: "grade 1, unacceptable: wrong, irrelevant, or missed \"unanswerable\""
    case .grade2: "grade 2, poor: something significant is left out"
    case .grade3: "grade 3, satisfactory: only minor omissions"
    case .grade4: "grade 4, excellent: complete"
    case .beginSpan: "mark words: look for the first, then again to mark from it"
    case .spanNext: "next word"
    case .spanPrevious: "word before"
    case .markUnsupported: "unsupported: the note does not say this"
    case .markContradiction: "contradiction: the note says otherwise"
    case .markOmission: "omission: left out; marked in the note"
    case .markIrrelevant: "irrelevant: not what was asked"
    case .markNumber: "wrong number, dose or unit"
    case .markNegation: "denied for affirmed, or the reverse"
    case .markTime: "wrong time or order"
    case .removeSpan: "take the span that was marked last away"
    case .harm: "what could come of it to a patient"
    case .comment: "write a comment"
    case .flag: "flag it to be talked about, or no longer"
    case .submit: "submit what is said, and go on"
    case .skip: "pass this over; at the end: go through those passed over"
    case .undo: "take back what was submitted last, and show it again"
    case .redo: "let what was taken back count again"
    case .previousItem: "show the one before once more, to say otherwise"
    case .guidelines: "show the guidelines, or no longer"
    case .chooseLeft: "the left answer is better"
    case .chooseRight: "the right answer is better"
    case .chooseTie: "both are as good"
    case .chooseBothBad: "both are bad"
    case .slightly: "slightly better"
    case .clearly: "clearly better"
    case .forAccuracy: "because of accuracy, or not because of it"
    case .forCompleteness: "because of completeness"
    case .forNotStated: "because it says what the note does not state"
    case .forBrevity: "because of brevity"
    case .scrollTogether: "scroll both sides together, or each alone"
    case .differences: "set off the words that the other side does not have"
    case .hideNote: "hide the note, or show it"
    case .editor: "write the instruction in $VISUAL or $EDITOR"
    case .bare: "plain text without frames, to select and copy"
    case .blank: "blank the screen; any key brings it back"
    }
  }

  /// Two words at most for the line at the bottom; nil for what is not shown there.
  var hint: String? {
    switch self {
    case .accept: "take"
    case .close: "close"
    case .complete: "complete"
    case .yes: "yes"
    case .no: "no"
    case .openItem: "show it"
    case .cancelItem: "stop it"
    case .pauseItem: "pause"
    case .resumeItem: "resume"
    case .pairNext: "next two"
    case .grade1: "grade"
    case .beginSpan: "span"
    case .spanNext: "word"
    case .markUnsupported: "unsupported"
    case .markContradiction: "contradiction"
    case .markOmission: "omission"
    case .markIrrelevant: "irrelevant"
    case .markNumber: "number"
    case .markNegation: "negation"
    case .markTime: "time"
    case .harm: "harm"
    case .comment: "comment"
    case .flag: "flag"
    case .submit: "submit"
    case .skip: "skip"
    case .undo: "undo"
    case .guidelines: "guidelines"
    case .chooseLeft: "choose"
    case .scrollTogether: "sync"
    case .differences: "diff"
    case .hideNote: "note"
    case .pageDown: "page"
    case .showQuery: "Query"
    case .questionNext: "question"
    case .send: "send"
    case .newline: "new line"
    case .tasks: "tasks"
    case .historySearch: "history"
    case .focusNext: "pane"
    case .stop: "stop"
    case .find: "find"
    case .sectionNext: "section"
    case .noteNext: "next note"
    case .select: "mark"
    case .askAbout: "ask about it"
    case .notes: "notes"
    case .settingDefault: "default"
    case .allDefaults: "all defaults"
    case .markNote: "mark"
    case .askTogether: "together"
    case .outline: "outline"
    case .toggleSection: "leave out or take in"
    case .goToSection: "show"
    case .editQuestion: "edit"
    case .showEvidence: "evidence"
    case .unsupportedNext: "unsupported"
    case .branches: "branches"
    case .tokens: "tokens"
    case .tokenUncertain: "unsure"
    case .branch: "branch"
    case .branchWithText: "own words"
    case .versionPrevious: "version"
    case .again: "again"
    case .newSeed: "new seed"
    case .continueAnswer: "continue"
    case .export: "write"
    case .command: "command"
    case .back: "back"
    case .help: "help"
    default: nil
    }
  }
}

// MARK: Editing

extension Action {
  /// What it does in a text that is being typed; nil for what is no editing.
  var edit: TextEditor.Edit? {
    switch self {
    case .left: .moveLeft
    case .right: .moveRight
    case .wordLeft: .moveWordLeft
    case .wordRight: .moveWordRight
    case .lineStart: .moveToLineStart
    case .lineEnd: .moveToLineEnd
    case .deleteLeft: .deleteLeft
    case .deleteRight: .deleteRight
    case .deleteWordLeft: .deleteWordLeft
    case .deleteWordRight: .deleteWordRight
    case .deleteToLineStart: .deleteToLineStart
    case .deleteToLineEnd: .deleteToLineEnd
    default: nil
    }
  }
}
