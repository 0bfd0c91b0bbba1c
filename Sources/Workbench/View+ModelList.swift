import Screen

extension WorkbenchState {
  func drawModels(_ items: [ModelItem]?, selected: Int, on frame: inout Frame) {
    let columns = min(84, max(40, size.columns - 8))
    var rows: [PopUpRow] = []
    for (index, item) in (items ?? []).enumerated() {
      let isChosen = index == selected
      rows.append(
        PopUpRow(
          text: modelRow(item, isChosen: isChosen, columns: columns - 2),
          role: isChosen ? .selection : .text))
    }
    let room = max(1, size.rows - 10)
    if rows.count > room {
      let first = max(0, min(selected - room / 2, rows.count - room))
      rows = Array(rows[first..<first + room])
    }
    if items == nil { rows.append(PopUpRow(text: "  looking", role: .dim)) }
    if items?.isEmpty == true {
      rows.append(PopUpRow(text: "  no model is here, and none can be fetched", role: .dim))
    }
    rows.append(PopUpRow(text: ""))
    rows.append(PopUpRow(text: modelHint(items, selected: selected), role: .dim))
    drawBox("Models", right: "Enter: use it", rows: rows, columns: columns, on: &frame)
  }

  /// `>* SmolLM2-135M-Instruct.Q4_1    Q4_1     98 MB   8,192 tok`.
  private func modelRow(_ item: ModelItem, isChosen: Bool, columns: Int) -> String {
    let head = "\(isChosen ? ">" : " ")\(item.isLoaded ? "*" : " ") "
    let kind =
      switch item.kind {
      case .model: item.type
      case .adapter: "adapter"
      case .offer: "not here"
      }
    let context = item.contextLength.map { "\(grouped($0)) tok" } ?? ""
    let tail = [(kind, 9), (megabytes(item.byteCount), 9), (context, 13)]
      .map { text, width in String(repeating: " ", count: max(1, width - text.count)) + text }
      .joined()
    let room = max(1, columns - head.count - tail.count)
    var name = DisplayText.sanitize(item.name)
    if TextWidth.columns(of: name) > room {
      while TextWidth.columns(of: name) >= room, !name.isEmpty { name.removeLast() }
      name += "~"
    }
    let gap = String(repeating: " ", count: max(0, room - TextWidth.columns(of: name)))
    return head + name + gap + tail
  }

  private func modelHint(_ items: [ModelItem]?, selected: Int) -> String {
    guard let items, items.indices.contains(selected) else { return "" }
    let item = items[selected]
    return switch item.kind {
    case .model: item.isLoaded ? "* answers now" : "loads it; answers and notes stay"
    case .adapter: item.isLoaded ? "takes the adapter off" : "adds it to the model that is loaded"
    case .offer(let offer): "downloads \(offer.name), license \(offer.license)"
    }
  }
}
