import Clinical
import Screen

extension WorkbenchState {
  mutating func receive(_ news: ModelNews) -> [Effect] {
    switch news {
    case .downloading, .downloaded, .downloadFailed:
      // What a download that was stopped still had to say.
      guard case .downloading = model else { return [] }
      return receiveFromDownload(news)
    case .missing(let offer):
      // Once it is here, it is the one that was chosen.
      selection = nextSelection ?? selection
      nextSelection = nil
      model = .missing(offer)
    case .loading(let done, let total):
      model = .loading(done: done, total: total)
    case .ready(let description):
      model = .ready(description)
      settleSelection(description)
      firstExchangeOfModel = transcript.entries.count
      countRequest = nil
      textCosts = [:]
      for index in notes.indices { notes[index].costs = .unknown }
    case .identified(let description):
      return identify(description)
    case .failed(let reason):
      if let effects = giveUpSelection(reason) { return effects }
      model = .failed(reason: reason)
      // It may already write: its digest is known only later.
      return stopGeneration()
    }
    return []
  }

  private mutating func receiveFromDownload(_ news: ModelNews) -> [Effect] {
    switch news {
    case .downloading(let done, let total):
      model = .downloading(done: done, total: total)
    case .downloaded:
      model = .loading(done: 0, total: 0)
      notice = Notice(.information, "Downloaded and verified. Loading it now.")
      return [reloading]
    case .downloadFailed(let reason):
      model = .failed(reason: reason)
      notice = Notice(.error, "The download failed. :download tries again.")
    default:
      break
    }
    return []
  }

  /// Records the digest of the model, also with the answers that it has given already.
  private mutating func identify(_ description: ModelDescription) -> [Effect] {
    var unnamed = description
    unnamed.digest = ""
    guard model.description == unnamed else { return [] }
    model = .ready(description)
    var effects: [Effect] = []
    for index in firstExchangeOfModel..<transcript.entries.count
    where transcript.entries[index].model == unnamed {
      transcript.setModel(at: index, to: description)
      // One that is still being written is kept when it has ended.
      if !transcript.entries[index].status.isRunning { effects.append(.save(record(of: index))) }
    }
    return effects
  }
}
