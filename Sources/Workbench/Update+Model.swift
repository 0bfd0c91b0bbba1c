import Screen

extension WorkbenchState {
  mutating func receive(_ news: ModelNews) -> [Effect] {
    switch news {
    case .missing(let offer):
      model = .missing(offer)
    case .loading(let done, let total):
      model = .loading(done: done, total: total)
    case .ready(let description):
      model = .ready(description)
      countRequest = nil
      for index in notes.indices { notes[index].costs = .unknown }
    case .failed(let reason):
      model = .failed(reason: reason)
    case .downloading(let done, let total):
      model = .downloading(done: done, total: total)
    case .downloaded:
      model = .loading(done: 0, total: 0)
      notice = Notice(.information, "Downloaded and verified. Loading it now.")
      return [.loadModel]
    case .downloadFailed(let reason):
      model = .failed(reason: reason)
      notice = Notice(.error, "The download failed. :download tries again.")
    }
    return []
  }
}
