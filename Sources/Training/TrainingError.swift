/// Why training cannot begin or go on.
public enum TrainingError: Error, Equatable, Sendable {
  /// A library that is opened at run time is not there.
  case missingLibrary(name: String, package: String)
  /// A tensor of the model has another shape than its configuration says.
  case wrongShape(tensor: String, expected: [Int], found: [Int])
  /// A model with a part that cannot be trained here.
  case unsupported(part: String)
  /// An example that cannot be trained on.
  case badExample(id: String, problem: String)
  /// A line of a file of examples that is none.
  case badLine(path: String, line: Int, problem: String)
  /// There is nothing to train on.
  case noExamples(path: String)
  /// A setting out of its range.
  case badSetting(name: String, expected: String, found: String)
  /// A checkpoint of another run: other settings, other data or another model.
  case otherRun(path: String, part: String)
  /// A checkpoint that is damaged.
  case badCheckpoint(path: String, problem: String)
  /// Loss or gradients were no numbers in several steps one after the other.
  case notFinite(step: Int)
}

extension TrainingError: CustomStringConvertible {
  /// What happened and what to do.
  public var description: String {
    switch self {
    case .missingLibrary(let name, let package):
      "training needs \(name), which is not installed; install the package \(package)"
    case .wrongShape(let tensor, let expected, let found):
      "the model's tensor \(tensor) has the shape \(found), but \(expected) was expected; "
        + "the file is damaged or not a llama model"
    case .unsupported(let part):
      "the model has \(part), which cannot be trained here; choose another model"
    case .badExample(let id, let problem):
      "example \(id) cannot be trained on: \(problem)"
    case .badLine(let path, let line, let problem):
      "\(path), line \(line): \(problem)"
    case .noExamples(let path):
      "\(path) holds no example; there is nothing to train on"
    case .badSetting(let name, let expected, let found):
      "\(name) is \(found), but must be \(expected)"
    case .otherRun(let path, let part):
      "\(path) is the checkpoint of a run with another \(part); choose another --output, or "
        + "remove it to begin anew"
    case .badCheckpoint(let path, let problem):
      "\(path) is no checkpoint that can be gone on from: \(problem); remove it to begin anew"
    case .notFinite(let step):
      "loss or gradients are not finite in several steps up to step \(step); the weights are those "
        + "before them; try a smaller --learning-rate"
    }
  }
}
