import Glibc
public import Screen

extension Terminal {
  /// How long the rest of a sequence is waited for, in milliseconds; within that time Escape is
  /// the start of one.
  private static let escapeDelay: Int32 = 25
  /// How long text that is not marked as pasted may pause, in milliseconds.
  private static let burstDelay: Int32 = 10
  private static let blockSize = 64 << 10

  /// The keys that have come since the last call, in their order; empty where there are none.
  ///
  /// Never waits for a key, only up to 25 ms for the rest of one. A paste is one key once its end
  /// has come; what exceeds 16 MiB of it is left out.
  public func pollKeys() -> [Key] {
    var keys: [Key] = []
    whileOpen {
      keys = readKeys()
      if !marksPastes, !parser.hasSeenPaste {
        while Self.mayContinue(keys), !inputHasEnded, isInputReady(within: Self.burstDelay) {
          let more = readKeys()
          if more.isEmpty { break }
          keys += more
        }
        keys = KeyParser.foldingBurst(keys)
      }
    }
    return keys
  }

  private func readKeys() -> [Key] {
    var keys = readBlocks()
    while parser.isWaiting {
      let isContinued = !inputHasEnded && isInputReady(within: Self.escapeDelay)
      keys += isContinued ? readBlocks() : parser.finish()
    }
    return keys
  }

  /// Reads all that is there.
  private func readBlocks() -> [Key] {
    var keys: [Key] = []
    var block = [UInt8](repeating: 0, count: Self.blockSize)
    while isInputReady(within: 0) {
      let count = block.withUnsafeMutableBytes { read(inputDescriptor, $0.baseAddress, $0.count) }
      // Ready without a byte is a line that is gone.
      inputHasEnded = count <= 0
      if inputHasEnded { break }
      keys += parser.take(block[..<count])
    }
    return keys
  }

  private func isInputReady(within milliseconds: Int32) -> Bool {
    var entry = pollfd(fd: inputDescriptor, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, milliseconds) > 0
  }

  /// True where an Enter ends keys that look as if they were pasted: its text may go on.
  private static func mayContinue(_ keys: [Key]) -> Bool {
    guard keys.count > 1, keys.last == .enter else { return false }
    if case .character = keys[keys.count - 2] { return true }
    return false
  }
}
