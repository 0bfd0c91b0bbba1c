import Clinical
import Foundation
import Store
import Workbench

/// Carries out effects in the background and posts what comes of them.
@MainActor
final class EffectRunner {
  /// Tokens whose probability is recorded at each place of an answer.
  nonisolated static let alternativeCount = 8

  private let services: WorkbenchServices
  private let mailbox: WorkbenchMailbox
  private let journalQueue = DispatchQueue(label: "asclepius.journal")
  private var generator: TextGenerator?
  private var generation: Task<Void, Never>?
  private var counting: Task<Void, Never>?
  private var download: Task<Void, Never>?
  private let runWatch: RunWatch

  init(services: WorkbenchServices, mailbox: WorkbenchMailbox) {
    self.services = services
    self.mailbox = mailbox
    runWatch = RunWatch(services.runs, mailbox)
    services.hearNotices { mailbox.post(.reported($0)) }
  }

  /// Takes the model that was loaded; later questions go to it.
  func use(_ generator: TextGenerator) { self.generator = generator }

  /// Asks the journal for what an earlier run left behind.
  func openJournal() {
    inJournal { journal, mailbox in
      mailbox.post(.historyLoaded(try journal.history()))
      if let offer = try journal.unfinished() { mailbox.post(.sessionOffered(offer)) }
    }
    let mailbox = mailbox
    journalQueue.async { mailbox.post(.journalOpened) }
  }

  /// Saves what is still waiting and closes the journal; `.journalEnded` follows.
  func endJournal(_ departure: Departure) {
    inJournal { journal, _ in try journal.end(departure) }
    let mailbox = mailbox
    journalQueue.async { mailbox.post(.journalEnded) }
  }

  func save(_ record: ExchangeRecord) {
    inJournal { journal, mailbox in
      try journal.save(record)
      mailbox.post(.saved)
    }
  }

  /// Does what a rater asks for, after what they asked for before.
  func carryOut(_ order: DeskOrder) {
    let desk = services.desk
    let mailbox = mailbox
    journalQueue.async {
      do {
        if let news = try desk(order) { mailbox.post(.desk(news)) }
      } catch {
        mailbox.post(.desk(.failed(order.kind, reason: "\(error)")))
      }
    }
  }

  func resume(_ offer: SessionOffer) {
    inJournal { journal, mailbox in
      do {
        mailbox.post(.sessionRestored(try journal.resume(offer)))
      } catch {
        mailbox.post(.reported(Notice(.error, "The session cannot be resumed: \(error)")))
      }
    }
  }

  func dismiss(_ offer: SessionOffer) {
    inJournal { journal, _ in try journal.dismiss(offer) }
  }

  func searchSessions(_ words: String) {
    inJournal { journal, mailbox in
      do {
        mailbox.post(.sessionsFound(words, try journal.search(words)))
      } catch {
        mailbox.post(.sessionsFound(words, []))
        mailbox.post(.reported(Notice(.error, "The sessions cannot be searched: \(error)")))
      }
    }
  }

  func openSession(_ hit: SessionHit) {
    inJournal { journal, mailbox in
      do {
        mailbox.post(.sessionOpened(try journal.open(hit)))
      } catch {
        mailbox.post(.reported(Notice(.error, "The session cannot be opened: \(error)")))
      }
    }
  }

  private func inJournal(
    _ body: @escaping @Sendable (SessionJournal, WorkbenchMailbox) throws -> Void
  ) {
    let journal = services.journal
    let mailbox = mailbox
    journalQueue.async {
      do {
        try body(journal, mailbox)
      } catch {
        mailbox.post(.saveFailed(reason: "\(error)"))
      }
    }
  }

  // MARK: Model

  func loadModel(_ selection: ModelSelection? = nil) {
    let services = services
    let mailbox = mailbox
    generator = nil
    Task.detached {
      var isReady = false
      do {
        for try await step in services.loadModel(selection) {
          switch step {
          case .missing(let offer):
            mailbox.post(.model(.missing(offer)))
            return
          case .progress(let bytes):
            mailbox.post(.model(.loading(done: bytes.done, total: bytes.total)))
          case .ready(let generator):
            isReady = true
            mailbox.post(.generator(generator))
          case .identified(let description):
            mailbox.post(.model(.identified(description)))
          case .unfit(let reason):
            mailbox.post(.model(.failed(reason: reason)))
          }
        }
        guard !isReady else { return }
        let reason = "there is no such model here, and none that could be downloaded for it"
        mailbox.post(.model(.failed(reason: reason)))
      } catch  where isReady {
        mailbox.post(
          .reported(Notice(.warning, "The digest of the model is not known: \(error)")))
      } catch {
        mailbox.post(.model(.failed(reason: "\(error)")))
      }
    }
  }

  func listModels() {
    let services = services
    let mailbox = mailbox
    Task.detached { mailbox.post(.modelsListed(services.listModels())) }
  }

  /// Stops the download; its part stays where it is.
  func cancelDownload() {
    download?.cancel()
    download = nil
  }

  func downloadModel() {
    let services = services
    let mailbox = mailbox
    download?.cancel()
    download = Task.detached {
      do {
        for try await bytes in services.downloadDefault() {
          mailbox.post(.model(.downloading(done: bytes.done, total: bytes.total)))
        }
        guard !Task.isCancelled else { return }
        mailbox.post(.model(.downloaded))
      } catch is CancellationError {
        // Whoever stopped it has said so.
      } catch {
        mailbox.post(.model(.downloadFailed(reason: "\(error)")))
      }
    }
  }

  // MARK: Answers

  func generate(_ id: GenerationID, _ order: GenerationOrder) {
    guard let generator else {
      mailbox.post(.generation(id, .failed(reason: "no model is loaded")))
      return
    }
    let services = services
    let mailbox = mailbox
    generation?.cancel()
    generation = Task.detached {
      // Runs in other processes leave the processor to the answer.
      let query = services.runs.beginQuery()
      defer { query?.release() }
      do {
        let prompt = try services.renderPrompt(order, generator)
        var request = GenerationRequest(prompt: prompt, parameters: order.parameters)
        request.given = order.given
        request.lookup = order.lookup == .on ? .on : .off
        request.alternativeCount = Self.alternativeCount
        for try await event in generator.generate(request) {
          mailbox.post(.generation(id, .event(event)))
        }
      } catch let refusal as PromptTooLong {
        mailbox.post(.generation(id, .refused(refusal)))
      } catch {
        mailbox.post(.generation(id, .failed(reason: "\(error)")))
      }
    }
  }

  /// Stops the answer at its next token. What it still posts bears an old id.
  func cancelGeneration() {
    generation?.cancel()
    generation = nil
  }

  /// Cuts words of the person into the tokens that they are to stand in an answer as.
  func readBranch(_ request: BranchRequest) {
    let services = services
    let mailbox = mailbox
    Task.detached {
      do {
        mailbox.post(.branchRead(request, try services.answerTokens(request.text)))
      } catch {
        mailbox.post(.branchRead(request, []))
        mailbox.post(.reported(Notice(.error, "The answer cannot branch here: \(error)")))
      }
    }
  }

  /// Counts after a moment without a newer request, so that typing costs no counting.
  func countTokens(_ request: TokenCountRequest, after delay: Duration) {
    counting?.cancel()
    guard let generator else { return }
    let services = services
    let mailbox = mailbox
    counting = Task.detached {
      do {
        if delay > .zero { try await Task.sleep(for: delay) }
        let order = GenerationOrder(
          note: request.note, question: request.question, parameters: GenerationParameters(),
          template: request.template)
        let prompt = try services.renderPrompt(order, generator)
        let costs = TokenCosts(
          note: try await generator.countTokens(request.note),
          prompt: try await services.countPrompt(prompt, generator))
        try Task.checkCancellation()
        mailbox.post(.tokensCounted(request, costs))
      } catch is CancellationError {
        // A newer request has taken its place.
      } catch {
        mailbox.post(.countingFailed(request))
      }
    }
  }

  /// Counts the tokens of the note up to the end of each section. The differences are what each
  /// section costs where it stands, and together exactly what the note costs.
  func countSections(_ note: String) {
    guard let generator else {
      mailbox.post(.sectionsCounted(note: note, tokenCounts: nil))
      return
    }
    let mailbox = mailbox
    Task.detached {
      var counts: [Int] = []
      var text = ""
      var before = 0
      do {
        for section in NoteSection.split(note) {
          text += section.text
          let count = try await generator.countTokens(text)
          counts.append(count - before)
          before = count
        }
        mailbox.post(.sectionsCounted(note: note, tokenCounts: counts))
      } catch {
        mailbox.post(.sectionsCounted(note: note, tokenCounts: nil))
      }
    }
  }

  func countText(_ text: String) {
    guard let generator else {
      mailbox.post(.textCounted(text, nil))
      return
    }
    let mailbox = mailbox
    Task.detached {
      mailbox.post(.textCounted(text, try? await generator.countTokens(text)))
    }
  }

  func findEvidence(_ request: EvidenceRequest) {
    let mailbox = mailbox
    Task.detached(priority: .utility) {
      mailbox.post(.evidenceFound(request, request.find()))
    }
  }

  // MARK: Runs

  func beginWatchingRuns() { runWatch.begin() }

  /// Shows the run in `folder` too.
  func watchRun(in folder: String) { runWatch.add(folder: expandingHome(folder)) }

  func control(_ control: RunControl, runIn folder: String) {
    let services = services
    let mailbox = mailbox
    let runWatch = runWatch
    Task.detached {
      do {
        try services.runs.control(control, folder)
        runWatch.look()
      } catch {
        mailbox.post(.reported(Notice(.error, "\(error)")))
      }
    }
  }

  // MARK: Files

  func listFiles(beginningWith prefix: String) {
    let mailbox = mailbox
    Task.detached {
      mailbox.post(.filesListed(prefix: prefix, paths: paths(beginningWith: prefix)))
    }
  }

  /// Reads notes from a path, or from several with blanks between them where there is none like
  /// that. What cannot be read is told; the others are opened.
  func openNotes(_ typed: String) {
    let mailbox = mailbox
    Task.detached {
      let whole = FileManager.default.fileExists(atPath: expandingHome(typed))
      let paths = whole ? [typed] : typed.split(separator: " ").map(String.init)
      var notes: [NoteDocument] = []
      var failures: [Message] = []
      for path in paths {
        do {
          notes += try NoteDocument.notes(at: path)
        } catch WorkbenchError.unreadable(let path, let reason) {
          failures.append(.noteFailed(path: path, reason: reason))
        } catch {
          failures.append(.noteFailed(path: path, reason: "\(error)"))
        }
      }
      if !notes.isEmpty { mailbox.post(.notesOpened(notes)) }
      for failure in failures { mailbox.post(failure) }
      mailbox.post(.openingEnded)
    }
  }

  func write(_ contents: String, toNewFile path: String) {
    let mailbox = mailbox
    Task.detached {
      do {
        try writeNewFile(contents, path: path)
        mailbox.post(.reported(Notice(.information, "Written to \(path)")))
      } catch WorkbenchError.system(_, EEXIST) {
        mailbox.post(.fileExists(path: path, contents: contents))
      } catch {
        mailbox.post(.reported(Notice(.error, "Not written: \(error)")))
      }
    }
  }

  /// Writes a file whose old contents the person gave up.
  func write(_ contents: String, toFile path: String) {
    let mailbox = mailbox
    Task.detached {
      do {
        try overwriteFile(contents, path: path)
        mailbox.post(.reported(Notice(.information, "Written to \(path), over what was there")))
      } catch {
        mailbox.post(.reported(Notice(.error, "Not written: \(error)")))
      }
    }
  }
}
