internal import ArgumentParser
internal import Foundation
internal import GGUF
internal import Llama
internal import Models
internal import Tokenization

/// The vocabulary of a model, without its weights: a GGUF that holds a vocabulary alone is enough.
private func tokenizer(_ options: ModelOptions) throws -> Tokenizer {
  try Tokenizer(Vocabulary(GGUFFile(path: options.path())))
}

/// Prints the tokens of a text.
struct TokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize", abstract: "Text on standard input to token ids on one line.")

  @Flag(
    name: .long,
    help: "No begin- or end-of-text added; special tokens in the text are read as plain text.")
  var noSpecial = false

  @OptionGroup var modelOptions: ModelOptions

  func run() throws {
    let text = try TextInput.read("-")
    let tokens = try tokenizer(modelOptions).encode(
      text, addingSpecialTokens: !noSpecial, readingSpecialTokens: !noSpecial)
    print(tokens.map(String.init).joined(separator: " "))
  }
}

/// Prints the text of tokens.
struct DetokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detokenize", abstract: "Token ids on standard input to text.")

  @Flag(name: .long, help: "Leave special tokens out.")
  var noSpecial = false

  @OptionGroup var modelOptions: ModelOptions

  func run() throws {
    let tokenizer = try tokenizer(modelOptions)
    let words = try TextInput.read("-").split { $0.isWhitespace || $0 == "," }
    let tokens = try words.map { word in
      guard let token = TokenID(word), token >= 0, token < tokenizer.count else {
        throw ValidationError("'\(word)' is not a token id from 0 to \(tokenizer.count - 1)")
      }
      return token
    }
    let text = tokenizer.decode(tokens, showingSpecialTokens: !noSpecial)
    FileHandle.standardOutput.write(Data(text.utf8))
  }
}
