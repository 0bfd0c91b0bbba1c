/// An answer of a batch.
public struct BatchAnswer<ID: Sendable>: Sendable {
  /// Whose answer it is.
  public let id: ID
  /// What was written, or why nothing was.
  public let result: Result<EngineResult, any Error>
}

extension InferenceEngine {
  /// Writes many texts side by side and gives each out when it ends.
  ///
  /// Each text is the one that its request would give alone. Requests are taken from the sequence
  /// only as fast as they are answered. Questions on one note should follow each other: the note is
  /// then read once. Ending the iteration cancels what is under way.
  ///
  /// - Parameter requests: What to write, each with an id of the caller's; their urgency is taken as
  ///   background.
  /// - Returns: The answers in the order in which they end. A request that cannot be answered is one
  ///   of them and stops no other.
  public nonisolated func answers<ID: Sendable>(
    to requests: some Sequence<(id: ID, request: EngineRequest)> & Sendable
  ) -> AsyncStream<BatchAnswer<ID>> {
    AsyncStream { continuation in
      let task = Task {
        await withTaskGroup(of: BatchAnswer<ID>.self) { group in
          var rest = requests.makeIterator()
          func addNext() {
            guard !Task.isCancelled, let next = rest.next() else { return }
            group.addTask { await self.answer(next.id, next.request) }
          }
          // Twice the width: the next ones are there when a place becomes free.
          for _ in 0..<2 * settings.batchWidth { addNext() }
          while let answer = await group.next() {
            addNext()
            continuation.yield(answer)
          }
        }
        continuation.finish()
      }
      continuation.onTermination = { @Sendable _ in task.cancel() }
    }
  }

  private nonisolated func answer<ID>(
    _ id: ID, _ request: EngineRequest
  ) async -> BatchAnswer<ID> {
    var request = request
    request.urgency = .background
    do {
      return BatchAnswer(id: id, result: .success(try await generate(request)))
    } catch {
      return BatchAnswer(id: id, result: .failure(error))
    }
  }
}
