import Foundation

/// What a terminal takes as text for its clipboard.
enum ClipboardSequence {
  /// OSC 52 with `text`, wrapped where tmux stands between this program and the terminal.
  static func setting(_ text: String, insideTmux: Bool) -> String {
    let sequence = "\u{1B}]52;c;\(Data(text.utf8).base64EncodedString())\u{07}"
    guard insideTmux else { return sequence }
    // tmux hands on what stands between these, each Escape in it written twice.
    return "\u{1B}Ptmux;"
      + sequence.replacingOccurrences(of: "\u{1B}", with: "\u{1B}\u{1B}") + "\u{1B}\\"
  }
}
