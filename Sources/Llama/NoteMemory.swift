internal import Dispatch
#if canImport(Glibc)
  internal import Glibc
#endif
public import Kernels
internal import Tensors
public import Tokenization

/// What was read of notes, on the disk: after a restart the first question on a known note starts
/// behind the note, with the same logits to the bit.
///
/// A note's keys and values are kept in one file each, in a folder that only its owner can look
/// into; as many as `Settings.byteLimit` allows, those used last. Restoring is the caller's time and
/// verifies every byte; keeping happens on a queue of its own, after the answer. A file that was
/// damaged, cut or made by another program, model or kernel is never used. Several processes may
/// share a folder.
public final class NoteMemory: Sendable {
  /// What is kept, and how much of it.
  public struct Settings: Equatable, Sendable {
    /// Bytes that all notes together may take.
    public var byteLimit = 2 << 30
    /// Shorter prefixes are computed sooner than they are worth a file.
    public var smallestTokenCount = 128
    /// Digest of the adapter in force; nil for none.
    public var adapterDigest: String?
    /// What is kept of keys and values.
    public var keyValueType = KeyValueType.f16
    /// Name of the kernels that compute; other ones give other bits.
    public var kernelName = KernelTable.best.name

    /// 2 GiB, notes from 128 tokens, no adapter, half precision, the kernels of this machine.
    public init() {}
  }

  private let folder: NoteMemoryFolder
  private let settings: Settings
  private let key: NoteMemoryKey
  private let layout: KeyValueSequence.Layout
  private let report: @Sendable (NoteMemoryProblem) -> Void
  private let queue = DispatchQueue(label: "asclepius.note-memory", qos: .utility)

  /// The memory of `model` in `folder`, which is made when there is something to keep.
  ///
  /// - Parameter report: Told what goes wrong, which never stops an answer. Called on the queue of
  ///   whoever restores, or on the memory's own.
  public init(
    _ model: LlamaModel, folder: String, settings: Settings = Settings(),
    report: @escaping @Sendable (NoteMemoryProblem) -> Void
  ) {
    self.folder = NoteMemoryFolder(path: folder)
    self.settings = settings
    self.report = report
    key = NoteMemoryKey(
      model, kernelName: settings.kernelName, adapterDigest: settings.adapterDigest,
      keyValueType: settings.keyValueType)
    layout = KeyValueSequence.Layout(model.configuration, settings.keyValueType)
  }

  /// `$XDG_STATE_HOME/asclepius/note-memory`, or under `~/.local/state` where that is not set; nil
  /// where the environment names neither as an absolute path.
  public static func defaultFolder(environment: [String: String]) -> String? {
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
      return state + "/asclepius/note-memory"
    }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return home + "/.local/state/asclepius/note-memory"
  }

  /// What was kept of exactly these tokens; nil where nothing was, or nothing that can be used.
  public func restore(_ tokens: [TokenID]) -> KeyValueSequence? {
    guard tokens.count >= settings.smallestTokenCount else { return nil }
    let file = file(of: tokens)
    let path = folder.path(of: file.name)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno != ENOENT, errno != ENOTDIR { report(.unreadable(path: path, code: errno)) }
      return nil
    }
    defer { close(descriptor) }
    do throws(NoteMemoryProblem) {
      let sequence = try file.read(descriptor, path: path)
      NoteMemoryFolder.touch(descriptor)
      return sequence
    } catch {
      if case .damaged = error { unlink(path) }
      report(error)
      return nil
    }
  }

  /// Keeps what `sequence` remembers of `tokens`, its first ones, and returns at once.
  public func keep(_ tokens: [TokenID], _ sequence: KeyValueSequence) {
    precondition(sequence.layout == layout, "the file holds pages of the memory's own kind")
    guard tokens.count >= settings.smallestTokenCount, sequence.count >= tokens.count else {
      return
    }
    var kept = sequence
    kept.truncate(to: tokens.count)
    queue.async { [self, kept] in write(tokens, kept) }
  }

  /// Returns when all that `keep` was given is on the disk.
  public func waitUntilWritten() {
    queue.sync {}
  }

  /// Forgets every note of every model in the folder.
  ///
  /// - Throws: `NoteMemoryProblem.unwritable` for a file that cannot be removed.
  public func removeAll() throws(NoteMemoryProblem) {
    try Self.removeAll(in: folder.path)
  }

  /// Forgets every note of every model in `folder`; other files there stay.
  ///
  /// - Throws: `NoteMemoryProblem.unwritable` for a file that cannot be removed.
  public static func removeAll(in folder: String) throws(NoteMemoryProblem) {
    try NoteMemoryFolder(path: folder).removeAll()
  }

  private func file(of tokens: [TokenID]) -> NoteMemoryFile {
    NoteMemoryFile(key: key, tokens: tokens, layout: layout)
  }

  private func write(_ tokens: [TokenID], _ sequence: KeyValueSequence) {
    let file = file(of: tokens)
    guard file.byteCount <= settings.byteLimit, !isKept(file) else { return }
    do throws(NoteMemoryProblem) {
      try folder.makeFile(file.name) { (descriptor, path) throws(NoteMemoryProblem) in
        try file.write(sequence, to: descriptor, path: path)
      }
      folder.evict(byteLimit: settings.byteLimit, keeping: file.name)
    } catch {
      report(error)
    }
  }

  /// Whether the note is on the disk already; it then counts as used now. Its bytes are verified
  /// when they are needed.
  private func isKept(_ file: NoteMemoryFile) -> Bool {
    let path = folder.path(of: file.name)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_size == file.byteCount else { return false }
    NoteMemoryFolder.touch(descriptor)
    return true
  }
}

extension NoteMemory {
  /// The prompt's shared part, where that is more than the `known` tokens and leaves one to compute.
  func shared(_ request: EngineRequest, known: Int) -> PrefixMemory.Entry? {
    let tokens = request.sharedTokens
    guard min(tokens.count, request.prompt.count - 1) > known, var sequence = restore(tokens)
    else { return nil }
    let count = min(tokens.count, request.prompt.count - 1)
    sequence.truncate(to: count)
    return PrefixMemory.Entry(tokens: Array(tokens.prefix(count)), sequence: sequence)
  }

  /// Keeps the prompt's shared part, where it was read to its end.
  func keep(_ remembered: PrefixMemory.Entry, of request: EngineRequest) {
    let tokens = request.sharedTokens
    guard remembered.tokens.starts(with: tokens) else { return }
    keep(tokens, remembered.sequence)
  }
}

extension EngineRequest {
  /// The first tokens of the prompt, which every question on the note shares.
  fileprivate var sharedTokens: [TokenID] {
    Array(prompt.prefix(max(sharedTokenCount ?? 0, 0)))
  }
}
