internal import Evaluation
public import Clinical

/// The questions written so far, as examples for those to come, and the guard against writing one
/// twice. A value: what it gives depends on what was added alone.
///
/// - Source: three seeds and up to two of the pool, from the Asclepius paper; near-duplicates by
///   ROUGE-L from Wang et al., "Self-Instruct", ACL 2023.
public struct InstructionPool: Sendable {
  /// Seed questions shown with each request.
  public static let shownSeedCount = 3
  /// Questions of the pool shown at most.
  public static let shownPoolCount = 2
  /// A question this like an earlier one of its task is refused: ROUGE-L, 0 to 1.
  public static let nearDuplicateScore = 0.7

  private var questions: [ClinicalTask: [String]] = [:]
  private var folded: Set<String> = []

  /// An empty pool.
  public init() {}

  /// Questions of a task, oldest first.
  public func questions(of task: ClinicalTask) -> [String] { questions[task] ?? [] }

  /// Questions of all tasks.
  public var count: Int { questions.values.reduce(0) { $0 + $1.count } }

  /// The examples for a request: seeds, then questions of the pool, both drawn.
  public func examples(
    of task: ClinicalTask, using random: inout some RandomNumberGenerator
  ) -> [String] {
    let seeds = task.seedQuestions.shuffled(using: &random).prefix(Self.shownSeedCount)
    let own = questions(of: task).shuffled(using: &random).prefix(Self.shownPoolCount)
    return Array(seeds) + own
  }

  /// Whether `question` is new enough: not a seed, not one of the pool, and none nearly the same
  /// among the last of its task.
  public func accepts(_ question: String, task: ClinicalTask) -> Bool {
    guard !folded.contains(Self.fold(question)) else { return false }
    let earlier = task.seedQuestions + questions(of: task).suffix(Self.comparedCount)
    return !earlier.contains {
      Rouge(answer: question, reference: $0).longest.f1 >= Self.nearDuplicateScore
    }
  }

  /// Adds a question.
  public mutating func add(_ question: String, task: ClinicalTask) {
    questions[task, default: []].append(question)
    folded.insert(Self.fold(question))
  }

  /// Earlier questions that a new one is compared with; all of them would make a run of hundreds of
  /// thousands of rows quadratic. Exact repeats are found however old.
  private static let comparedCount = 2000

  private static func fold(_ question: String) -> String {
    question.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: " ")
  }
}
