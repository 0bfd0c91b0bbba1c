/// Reads the templates and tasks that are compiled into the program. All prompts of the program come
/// from here.
enum PromptLibrary {
  /// A part of a template.
  enum Piece: Equatable {
    case text(String)
    case note
    case question
  }

  /// The text of `template`, with `{note}` and `{question}` in their places.
  static func text(of template: PromptTemplate) -> String {
    String(decoding: resource(of: template), as: UTF8.self)
  }

  /// The template cut at its places, in one pass: braces in a note are never taken for a place.
  static func pieces(of template: PromptTemplate) -> [Piece] {
    var pieces: [Piece] = []
    var rest = text(of: template)[...]
    let places: [(mark: String, piece: Piece)] = [("{note}", .note), ("{question}", .question)]
    while true {
      let found = places.compactMap { place in
        rest.firstRange(of: place.mark).map { (range: $0, piece: place.piece) }
      }
      guard let next = found.min(by: { $0.range.lowerBound < $1.range.lowerBound }) else { break }
      pieces.append(.text(String(rest[..<next.range.lowerBound])))
      pieces.append(next.piece)
      rest = rest[next.range.upperBound...]
    }
    pieces.append(.text(String(rest)))
    return pieces.filter { $0 != .text("") }
  }

  /// A text that is compiled in, without the line end of its file.
  static func text(_ resource: [UInt8]) -> String {
    let text = String(decoding: resource, as: UTF8.self)
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }

  /// `template` with `fillings` in the places `{name}`. What is filled in is never searched for
  /// places again; places without a filling stay as they are.
  static func filled(_ template: String, _ fillings: [String: String]) -> String {
    var result = ""
    var rest = template[...]
    while let start = rest.firstIndex(of: "{"), let end = rest[start...].firstIndex(of: "}") {
      let name = String(rest[rest.index(after: start)..<end])
      result += rest[..<start] + (fillings[name] ?? String(rest[start...end]))
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  /// The task descriptions as JSON.
  static var tasks: [UInt8] { PackageResources.tasks_json }

  private static func resource(of template: PromptTemplate) -> [UInt8] {
    switch template {
    case .asclepius: PackageResources.asclepius_txt
    case .asclepiusPublished: PackageResources.asclepius_published_txt
    case .plain: PackageResources.plain_txt
    case .alpaca: PackageResources.alpaca_txt
    case .medalpaca: PackageResources.medalpaca_txt
    case .vicuna: PackageResources.vicuna_txt
    case .chat: PackageResources.chat_txt
    }
  }
}
