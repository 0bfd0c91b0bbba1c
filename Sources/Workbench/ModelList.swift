/// A model file and an adapter that are to be used together.
public struct ModelSelection: Equatable, Sendable {
  /// Name or path of the model, as `--model` takes it.
  public var model: String
  /// Name or path of the adapter; nil for none.
  public var adapter: String?

  /// Makes a selection.
  public init(model: String, adapter: String? = nil) {
    self.model = model
    self.adapter = adapter
  }
}

/// What can be chosen in the list of models.
public struct ModelItem: Equatable, Sendable {
  /// What kind of file it is.
  public enum Kind: Equatable, Sendable {
    case model
    case adapter
    /// A model that is not here and can be fetched.
    case offer(ModelOffer)
  }

  /// What kind of file it is.
  public var kind: Kind
  /// What it is called.
  public var name: String
  /// What `ModelSelection` names it by.
  public var path: String
  /// How most weights are stored; empty where that is not known.
  public var type = ""
  /// Bytes of the file.
  public var byteCount: Int64
  /// Tokens that it can hold; nil where that is not known.
  public var contextLength: Int?
  /// True for what answers now.
  public var isLoaded = false

  /// Makes an item that is not loaded.
  public init(_ kind: Kind, name: String, path: String, byteCount: Int64) {
    self.kind = kind
    self.name = name
    self.path = path
    self.byteCount = byteCount
  }
}
