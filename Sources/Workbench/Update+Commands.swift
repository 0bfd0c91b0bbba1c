import Clinical
import Screen

extension WorkbenchState {
  /// Does what a line typed after `:` says.
  mutating func run(_ line: String) -> [Effect] {
    if trimmingBlanks(line) == "set" {
      notice = Notice(.information, settingsLine)
      return []
    }
    do throws(Command.Problem) {
      return run(try Command.parse(line))
    } catch {
      notice = Notice(.warning, DisplayText.sanitize(error.text))
      return []
    }
  }

  private mutating func run(_ command: Command) -> [Effect] {
    switch command {
    case .quit:
      return stopGeneration() + [.quit(.chosen)]
    case .help:
      overlay = .help(top: 0)
    case .open(let path):
      isOpening = true
      return [.openNotes(path)]
    case .notes:
      openNoteList()
    case .sessions(let words):
      return searchSessions(words)
    case .with(let choice):
      openTogether(choice)
    case .write(let path):
      guard !transcript.entries.isEmpty else {
        notice = Notice(.information, "There is nothing to write yet.")
        return []
      }
      guard let format = ExportFormat(path: path) else {
        notice = Notice(.warning, "Name a file that ends in .md, .jsonl or .txt, not \(path)")
        return []
      }
      return [.writeFile(path: path, contents: handedOut.exported(as: format))]
    case .receipt(let path):
      return writeReceipt(to: path)
    case .continueAnswer:
      return continueAnswer()
    case .outline:
      openOutline()
    case .bare:
      overlay = .bare(top: 0)
    case .blank:
      isBlank = true
    case .jobs(let folder):
      mode = .jobs
      if !folder.isEmpty { return [.watchRun(folder: folder)] }
    case .theme(let name):
      return [.setTheme(name: name)]
    case .saveDisplay(let path):
      return [.saveDisplay(path: path)]
    case .settings:
      overlay = .settings(SettingsPanel())
    case .set(let setting):
      set(setting)
    case .loadModel:
      guard generation == nil else { return [] }
      return loadAgain()
    case .useModel(let name):
      return use(ModelSelection(model: name), named: name)
    case .models:
      return openModelList()
    case .download:
      guard generation == nil, model.description == nil else {
        notice = Notice(.information, "A model is loaded already.")
        return []
      }
      model = .downloading(done: 0, total: 0)
      return [.downloadModel]
    case .unsafe:
      acceptUnsaved()
    }
    return []
  }

  private mutating func writeReceipt(to path: String) -> [Effect] {
    guard let chosen = chosenExchange, !transcript.entries[chosen].status.isRunning else {
      notice = Notice(.information, "There is no finished answer to write a receipt of.")
      return []
    }
    guard transcript.entries[chosen].model?.digest.isEmpty == false else {
      let reason =
        chosen >= firstExchangeOfModel && !isModelIdentified
        ? "is still being computed. Try again in a moment." : "was not recorded with this answer."
      notice = Notice(.warning, "The digest of the model \(reason)")
      return []
    }
    return [.writeFile(path: path, contents: receipt(of: chosen))]
  }

  private mutating func acceptUnsaved() {
    guard case .failed(let reason, _) = journal else {
      notice = Notice(.information, "Answers are being saved; there is nothing to accept.")
      return
    }
    journal = .failed(reason: reason, accepted: true)
  }

  private mutating func set(_ setting: Command.Setting) {
    apply(setting)
    notice = Notice(.information, settingsLine)
  }
}
