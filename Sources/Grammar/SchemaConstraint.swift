public import Llama
public import Tokenization

/// Holds an answer to a JSON schema: what is written is a JSON text that validates, also where the
/// limit of tokens comes early.
///
/// The text stands on one line with a blank behind each colon and comma, and members in the order of
/// the schema. Copies share their tables, so one constraint serves many requests.
public struct SchemaConstraint: TokenConstraint {
  private let tables: MaskTables
  private var set: Int32

  /// Holds texts to a schema.
  ///
  /// - Parameters:
  ///   - source: What strings that are marked `x-verbatim` are taken from; nil where there is none.
  ///   - vocabularySize: Tokens that the model has logits for.
  /// - Throws: `SchemaError` where the schema needs a source and there is none, allows no text, or
  ///   where the vocabulary cannot spell one.
  public init(
    _ schema: JSONSchema, source: VerbatimSource? = nil, tokenizer: Tokenizer, vocabularySize: Int
  ) throws(SchemaError) {
    var compiler = SchemaCompiler(schema, source: source)
    let grammar = try compiler.grammar()
    let tables = MaskTables(grammar, TokenBytes(tokenizer, vocabularySize: vocabularySize))
    guard tables.leastTokenCount < Int(GrammarMachine.endless) else { throw .cannotBeSpelled }
    self.tables = tables
    set = tables.start
  }

  /// With a limit of this many tokens or more, what is written is whole.
  public var leastTokenCount: Int { tables.leastTokenCount }

  /// True where nothing can follow.
  public var isComplete: Bool { tables.isComplete(set) }

  /// True where the text may end.
  public var isValid: Bool { tables.accepts(set) }

  /// The tokens that keep to the schema and leave room to close the text.
  public mutating func allowed(remainingTokenCount: Int) -> TokenMask? {
    tables.allowed(set, remainingTokenCount: remainingTokenCount)
  }

  /// Moves on behind a token.
  public mutating func accept(_ token: TokenID) {
    set = tables.next(set, token)
  }

  /// The names and marks that the schema leaves no choice of.
  public func draft(limit: Int) -> [TokenID] { tables.certain(set, limit: limit) }
}
