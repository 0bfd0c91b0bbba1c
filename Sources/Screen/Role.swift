/// What a cell is for. A theme says how each role looks; the raw value is its key in a theme.
public enum Role: String, CaseIterable, Hashable, Sendable {
  /// Notes and answers.
  case text
  /// Less important text, still meant to be read.
  case dim
  /// A heading inside a note or a help page.
  case heading
  /// Rules between panes.
  case border
  /// The rule of the pane that has the focus.
  case borderFocused = "border-focused"
  case title
  case titleFocused = "title-focused"
  case tab
  case tabActive = "tab-active"
  /// What must not be overlooked about the whole session: `SYNTHETIC`, `net:none`.
  case banner
  case status
  /// The status row while something is wrong.
  case statusProblem = "status-problem"
  /// Keys and what they do.
  case hint
  /// The sign in front of what is typed.
  case prompt
  /// What the person wrote.
  case you
  /// The name of who answers.
  case model
  case notice
  case warning
  case error
  /// The row or the text that is chosen.
  case selection
  /// A place that was searched for.
  case match
  /// A sentence whose words stand in the note.
  case supportFound = "support.found"
  /// A part of the note that the model looked at.
  case supportLooked = "support.looked"
  /// A sentence without support in the note.
  case supportNone = "support.none"
  /// A token that the model was unsure of.
  case uncertain
}
