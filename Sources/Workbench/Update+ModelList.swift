import Clinical

extension WorkbenchState {
  mutating func openModelList() -> [Effect] {
    overlay = .models(nil, selected: 0)
    isListingModels = true
    return [.listModels]
  }

  /// Takes in what there is; the model that is loaded is chosen.
  mutating func take(_ items: [ModelItem]) {
    isListingModels = false
    guard case .models = overlay else { return }
    overlay = .models(items, selected: items.firstIndex(where: \.isLoaded) ?? 0)
  }

  mutating func performInModels(
    _ action: Action, _ items: [ModelItem]?, selected: Int
  ) -> [Effect] {
    let last = max(0, (items?.count ?? 0) - 1)
    guard action == .accept else {
      overlay = action.target(from: selected, page: 8, last: last)
        .map { .models(items, selected: $0) }
      return []
    }
    guard let items, items.indices.contains(selected) else { return [] }
    overlay = nil
    return choose(items[selected], among: items)
  }

  private mutating func choose(_ item: ModelItem, among items: [ModelItem]) -> [Effect] {
    let loaded = items.first { $0.isLoaded && $0.kind == .model }
    let adapter = items.first { $0.isLoaded && $0.kind == .adapter }
    switch item.kind {
    case .model where item.isLoaded && adapter == nil:
      notice = Notice(.information, "\(item.name) is what answers now.")
      return []
    case .model:
      return use(ModelSelection(model: item.path), named: item.name)
    case .adapter:
      guard let loaded else {
        notice = Notice(.information, "An adapter is added to a model. Choose a model first.")
        return []
      }
      // Chosen once more, it is taken off again.
      return use(
        ModelSelection(model: loaded.path, adapter: item.isLoaded ? nil : item.path),
        named: item.isLoaded ? loaded.name : "\(loaded.name) + \(item.name)")
    case .offer(let offer):
      guard model.description == nil else {
        notice = Notice(
          .information,
          "A model is loaded. asclepius model get \(item.name) fetches this one beside it.")
        return []
      }
      overlay = .confirm(.download(offer))
      return []
    }
  }

  /// Loads other files. What is on the screen stays; should they not work, the model before comes
  /// back.
  mutating func use(_ selection: ModelSelection, named name: String) -> [Effect] {
    guard generation == nil else {
      notice = Notice(.warning, "An answer is being written. ^C stops it.")
      return []
    }
    if case .downloading = model {
      notice = Notice(.warning, "A model is being downloaded. Esc stops that.")
      return []
    }
    nextSelection = selection
    model = .loading(done: 0, total: 0)
    notice = Notice(.information, "Loading \(name). What is on the screen stays.")
    return [.useModel(selection)]
  }

  /// Loads what is in use once more.
  mutating func loadAgain() -> [Effect] {
    model = .starting
    return [reloading]
  }

  /// What loads the files that are in use.
  var reloading: Effect { selection.map { .useModel($0) } ?? .loadModel }

  /// What is to be done once other files cannot be used; nil where none were chosen.
  mutating func giveUpSelection(_ reason: String) -> [Effect]? {
    guard nextSelection != nil else { return nil }
    nextSelection = nil
    model = .loading(done: 0, total: 0)
    notice = Notice(.error, "It cannot be used, so the model before comes back: \(reason)")
    return [reloading]
  }

  /// Takes note that the files that were chosen work.
  mutating func settleSelection(_ description: ModelDescription) {
    guard let next = nextSelection else { return }
    selection = next
    nextSelection = nil
    notice = Notice(
      .information, "\(description.title) answers from now on; earlier answers stay.")
  }

  /// Stops a download. What came of it is kept for the next one.
  mutating func cancelDownload() -> [Effect] {
    model =
      downloadOffer.map { .missing($0) }
      ?? .failed(reason: "The download was stopped; :download goes on with it.")
    notice = Notice(
      .information, "Stopped. What came of it is kept; the next download goes on from there.")
    return [.cancelDownload]
  }
}
