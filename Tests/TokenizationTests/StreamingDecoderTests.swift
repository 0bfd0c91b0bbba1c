import Testing
import Tokenization

@Suite struct StreamingDecoderTests {
  @Test func charactersWaitForTheirLastByte() {
    var decoder = StreamingDecoder()
    #expect(decoder.append([0xC3]) == "")
    #expect(decoder.append([0xA9, 0x61]) == "éa")
    #expect(decoder.append([0xF0, 0x9F]) == "")
    #expect(decoder.append([0xA9]) == "")
    #expect(decoder.append([0xBA]) == "🩺")
    #expect(decoder.finish() == "")
  }

  @Test func whatCannotBecomeACharacterIsReplacedAtOnce() {
    var decoder = StreamingDecoder()
    #expect(decoder.append([0x80]) == "\u{FFFD}")
    #expect(decoder.append([0xFF, 0x61]) == "\u{FFFD}a")
    #expect(decoder.append([0xE2]) == "")
    #expect(decoder.append([0x28]) == "\u{FFFD}(")
    // No overlong form, surrogate or scalar beyond the last begins like this.
    #expect(decoder.append([0xC0]) == "\u{FFFD}")
    #expect(decoder.append([0xE0, 0x80]) == "\u{FFFD}\u{FFFD}")
    #expect(decoder.append([0xED, 0xA0]) == "\u{FFFD}\u{FFFD}")
    #expect(decoder.append([0xF4, 0x90]) == "\u{FFFD}\u{FFFD}")
    #expect(decoder.append([0xF0, 0x9F, 0x41]) == "\u{FFFD}A")
    #expect(decoder.append([0xF0, 0x9F, 0xFF]) == "\u{FFFD}\u{FFFD}")
  }

  @Test func aBrokenOffCharacterIsReplacedAtTheEnd() {
    var decoder = StreamingDecoder()
    #expect(decoder.append([0x61, 0xE2, 0x82]) == "a")
    #expect(decoder.finish() == "\u{FFFD}")
    #expect(decoder.finish() == "")
    #expect(decoder.append([0x62]) == "b")
  }

  /// The standard library's decoder, given all bytes at once, is the peer.
  @Test func piecesJoinToWhatTheWholeDecodesTo() {
    var generator = SeededGenerator(state: 41)
    let leads: [UInt8] = [0x41, 0x80, 0xBF, 0xC3, 0xE0, 0xE2, 0xED, 0xF0, 0xF4, 0xFF, 0x9F, 0xA0]
    for round in 0..<600 {
      var bytes: [UInt8] = []
      if round.isMultiple(of: 2) {
        bytes = Array(generator.text().utf8)
      } else {
        for _ in 0..<Int.random(in: 0...24, using: &generator) {
          bytes.append(leads[Int.random(in: leads.indices, using: &generator)])
        }
      }
      var decoder = StreamingDecoder()
      var text = ""
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Int.random(in: 0...min(3, rest.count), using: &generator)
        text += decoder.append(rest.prefix(count))
        rest = rest.dropFirst(count)
      }
      text += decoder.finish()
      #expect(Array(text.utf8) == Array(String(decoding: bytes, as: UTF8.self).utf8))
    }
  }

  @Test func tokensOfOneCharacterJoin() throws {
    let tokenizer = try Tokenizer(TinyGoldens.bytePairs())
    let tokens = tokenizer.encode("🩺", addingSpecialTokens: false, readingSpecialTokens: false)
    try #require(tokens.count > 1)
    var decoder = StreamingDecoder()
    let parts = tokens.map { decoder.append(tokenizer.bytes(of: $0)) }
    #expect(parts.dropLast().joined() == "")
    #expect(parts.last == "🩺")
  }
}
