// Training: from tokens to better weights.
//
// Purpose: forward and backward of the `llama` architecture in single precision, losses with exact
// masks, LoRA and full tuning, AdamW, schedules and checkpoints. Texts that begin alike are one
// example: the trunk is computed once, each branch sees the trunk and itself only.
// Invariants: a position counts in the loss because its index says so, never because of what its
// token is; a run that was killed continues to the same weights to the bit.
// May import Llama, Tensors, Tokenization, GGUF, Kernels, COpenBLAS; knows nothing of notes,
// prompts or the screen.

public import Tokenization

/// What is trained on at once: tokens that several texts begin with, and how each goes on.
///
/// Gradients are those of the texts `trunk + branch`, one by one, except that the trunk's own
/// targets count once. Documents packed for pre-training are the branches of an empty trunk: they see
/// nothing of each other, and each begins at position 0.
public struct TrainingExample: Equatable, Sendable {
  /// What reports call it.
  public var id: String
  /// Tokens that all branches begin with: the prompt up to the end of the note, or one document for
  /// pre-training.
  public var trunk: [TokenID]
  /// Positions in `trunk` whose tokens are predicted with loss, not the first; empty for instruction
  /// tuning.
  public var trunkTargets: Range<Int>
  /// How the texts go on, each seeing the trunk and itself only.
  public var branches: [Branch]

  /// One way that the trunk goes on.
  public struct Branch: Equatable, Sendable {
    /// Question and answer.
    public var tokens: [TokenID]
    /// Positions in `tokens` that are predicted with loss: the answer and its end token.
    public var targets: Range<Int>

    /// A branch of `tokens`, with loss on those at `targets`.
    public init(tokens: [TokenID], targets: Range<Int>) {
      self.tokens = tokens
      self.targets = targets
    }
  }

  /// An example of a trunk and its branches.
  public init(id: String, trunk: [TokenID], trunkTargets: Range<Int>, branches: [Branch]) {
    self.id = id
    self.trunk = trunk
    self.trunkTargets = trunkTargets
    self.branches = branches
  }
}
