/// Why a model could not be found, fetched or removed.
public enum ModelError: Error, Equatable, Sendable {
  /// Neither an installed model, nor one that can be fetched, nor a file.
  case unknownModel(name: String, known: [String])
  /// A model that can be fetched but is not here yet.
  case notInstalled(name: String)
  /// No adapter of that name in the folder of adapters.
  case unknownAdapter(name: String, known: [String], folder: String)
  /// A path that leads to no file.
  case missingFile(path: String)
  /// No folder is known to keep models in.
  case missingDataFolder
  /// There is no Python to run pip with.
  case missingPython
  /// There is Python, but without pip.
  case missingPip(python: String)
  /// pip or Python ended with an error; `message` is the end of what it wrote.
  case toolFailed(step: String, status: Int32, message: String)
  /// The transfer broke off again and again.
  case interrupted(name: String, received: Int, total: Int?, message: String)
  /// What was fetched is not what was expected; it has been deleted.
  case wrongDigest(file: String, expected: String, found: String)
  /// A file of the library is not, or no longer, what its name says.
  case alteredFile(path: String, name: String, expected: String, found: String)
  /// The model is larger than the memory that is free.
  case notEnoughMemory(path: String, needed: Int, free: Int)
  /// The disk is too full.
  case notEnoughSpace(folder: String, needed: Int, free: Int)
  /// A file or folder could not be worked on.
  case fileFailed(path: String, step: String, code: Int32)
}
