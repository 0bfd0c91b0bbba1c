import Screen

extension WorkbenchState {
  func drawSettings(_ panel: SettingsPanel, on frame: inout Frame) {
    let width = min(72, max(1, size.columns - 6))
    let all = GenerationSetting.allCases
    let changed = all.count { !isDefault($0) }
    let explanation = WrappedText(panel.setting.explanation, columns: width - 4).rows
    let foot = 1 + explanation.count + 1
    let room = max(1, min(all.count, size.rows - 6 - foot))
    let first = max(0, min(panel.selected - room / 2, all.count - room))
    var rows = all.enumerated().dropFirst(first).prefix(room).map { index, setting in
      let isChosen = index == panel.selected
      return PopUpRow(
        text: settingRow(setting, panel, isChosen: isChosen),
        role: isChosen ? .selection : .text)
    }
    rows.append(PopUpRow(text: ""))
    rows += explanation.map { PopUpRow(text: "  \($0.text)", role: .dim) }
    rows.append(
      panel.complaint.map { PopUpRow(text: "! \($0)", role: .warning) }
        ?? PopUpRow(text: "  For answers from now on; what was asked keeps its own.", role: .dim))
    let right = changed == 0 ? "all as by default" : "* \(changed) changed"
    drawBox("Generation", right: right, rows: rows, columns: width, on: &frame)
  }

  /// `> temperature     * 0.7            0 to 10                default 0`.
  private func settingRow(
    _ setting: GenerationSetting, _ panel: SettingsPanel, isChosen: Bool
  ) -> String {
    let mark = isDefault(setting) ? " " : "*"
    let typed = isChosen ? panel.typed.map { "\($0)_" } : nil
    return Self.cell(isChosen ? ">" : "", 2) + Self.cell(setting.rawValue, 16)
      + Self.cell(mark, 2) + Self.cell(typed ?? value(of: setting), 21)
      + Self.cell(setting.bounds, 23)
      + (isDefault(setting) ? "" : "(\(defaultValue(of: setting)))")
  }

  private static func cell(_ text: String, _ columns: Int) -> String {
    text + String(repeating: " ", count: max(text.isEmpty ? 0 : 1, columns - text.count))
  }
}
