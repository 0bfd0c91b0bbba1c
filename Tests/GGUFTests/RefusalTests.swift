import GGUF
import Tensors
import Testing

/// Each fault that the reader names, made on purpose.
struct RefusalTests {
  private func refusal(_ file: HandmadeFile) throws -> GGUFError.Reason? {
    let folder = try TemporaryFolder()
    return GGUFTests.refusal(of: try folder.write(file.bytes))
  }

  @Test func opensTheSmallestFile() throws {
    #expect(try refusal(HandmadeFile()) == nil)
  }

  @Test func namesAMissingFile() {
    guard case .unreadable(let error) = GGUFTests.refusal(of: "/nonexistent/a.gguf") else {
      Issue.record("a missing file was opened")
      return
    }
    #expect(error.step == .open)
  }

  @Test func refusesOtherFormatsVersionsAndByteOrders() throws {
    #expect(
      try refusal(HandmadeFile(magic: Array("ggjt".utf8))) == .notGGUF(found: Array("ggjt".utf8)))
    for version: UInt32 in [0, 1, 4, 0x7fff_ffff] {
      #expect(try refusal(HandmadeFile(version: version)) == .unsupportedVersion(found: version))
    }
    #expect(try refusal(HandmadeFile(version: 0x0300_0000)) == .bigEndian)
    let folder = try TemporaryFolder()
    #expect(GGUFTests.refusal(of: try folder.write([])) == .notGGUF(found: []))
  }

  @Test func refusesCountsThatTheFileCannotHold() throws {
    #expect(
      try refusal(HandmadeFile(keyCount: 1_000))
        == .truncated(offset: 24, item: "a header of 1000 keys", expected: 13_000, found: 0))
    #expect(
      try refusal(HandmadeFile(tensorCount: 1_000))
        == .truncated(offset: 24, item: "a header of 1000 tensors", expected: 32_000, found: 0))
    #expect(
      try refusal(HandmadeFile(tensorCount: .max))
        == .aboveLimit(
          offset: 8, item: "the number of tensors", limit: GGUFLimits.tensorCount, found: .max))
    #expect(
      try refusal(HandmadeFile(keyCount: 1 << 40))
        == .aboveLimit(
          offset: 16, item: "the number of keys", limit: GGUFLimits.keyCount, found: 1 << 40))
  }

  @Test func refusesArraysThatTheFileCannotHold() throws {
    let array = little(UInt32(4)) + little(UInt64(1_000_000)) + [1, 2, 3, 4]
    let file = HandmadeFile(pairs: [HandmadeFile.pair("a.b", 9, array)])
    #expect(
      try refusal(file)
        == .truncated(offset: 51, item: "the array a.b", expected: 4_000_000, found: 4))
  }

  @Test func refusesArraysNestedTooDeeply() throws {
    var array = little(UInt32(0)) + little(UInt64(1)) + [7]
    for _ in 0..<3 { array = little(UInt32(9)) + little(UInt64(1)) + array }
    #expect(try refusal(HandmadeFile(pairs: [HandmadeFile.pair("a", 9, array)])) == nil)
    array = little(UInt32(9)) + little(UInt64(1)) + array
    let reason = try refusal(HandmadeFile(pairs: [HandmadeFile.pair("a", 9, array)]))
    guard case .aboveLimit(_, "the nesting of the array a", GGUFLimits.arrayDepth, 5) = reason
    else {
      Issue.record("unexpected: \(String(describing: reason))")
      return
    }
  }

  @Test func refusesKeysThatAreTwiceEmptyOrNoText() throws {
    let pair = HandmadeFile.pair("k", 0, [1])
    #expect(
      try refusal(HandmadeFile(pairs: [pair, pair]))
        == .malformed(offset: 38, item: "key 1", expected: "a new key", found: "k again"))
    #expect(
      try refusal(HandmadeFile(pairs: [HandmadeFile.pair("", 0, [1])]))
        == .malformed(offset: 24, item: "key 0", expected: "a name in UTF-8", found: "nothing"))
    let notText = HandmadeFile.text([0xff, 0xfe]) + little(UInt32(0)) + [1]
    #expect(
      try refusal(HandmadeFile(pairs: [notText]))
        == .malformed(
          offset: 24, item: "key 0", expected: "a name in UTF-8", found: "2 other bytes"))
  }

  @Test func refusesUnknownValueTypesAndOddTruthValues() throws {
    #expect(
      try refusal(HandmadeFile(pairs: [HandmadeFile.pair("k", 13, [1])]))
        == .malformed(
          offset: 33, item: "the value type of key k", expected: "a value type from 0 to 12",
          found: "13"))
    #expect(
      try refusal(HandmadeFile(pairs: [HandmadeFile.pair("k", 7, [2])]))
        == .wrongValue(key: "k", offset: 37, expected: "bool (0 or 1)", found: "2"))
  }

  @Test(arguments: [0, 4, 12, 1 << 21] as [UInt32])
  func refusesOddAlignments(alignment: UInt32) throws {
    let pair = HandmadeFile.pair("general.alignment", 4, little(alignment))
    #expect(
      try refusal(HandmadeFile(pairs: [pair]))
        == .wrongValue(
          key: "general.alignment", offset: 53, expected: "a multiple of 8 up to 1048576",
          found: "\(alignment)"))
  }

  @Test(arguments: [[], [0], [4, 0], [1, 1, 1, 1, 1], [.max], [1 << 40, 1 << 40]] as [[UInt64]])
  func refusesOddShapes(dimensions: [UInt64]) throws {
    let tensor = HandmadeFile.tensor("w", dimensions)
    let file = HandmadeFile(tensors: [tensor], dataByteCount: 64)
    guard case .malformed(_, let item, _, _) = try refusal(file) else {
      Issue.record("\(dimensions) was accepted")
      return
    }
    #expect(item.hasSuffix("of tensor w"))
  }

  @Test func refusesRowsThatAreNoWholeBlocks() throws {
    let tensor = HandmadeFile.tensor("w", [48, 2], type: 8)
    guard
      case .malformed(_, "the shape of tensor w", let expected, "[48, 2]") = try refusal(
        HandmadeFile(tensors: [tensor], dataByteCount: 256))
    else {
      Issue.record("half a block was accepted")
      return
    }
    #expect(expected.hasPrefix("rows of a multiple of 32 numbers, since it is Q8_0"))
  }

  @Test func refusesTensorsOutsideTheFile() throws {
    for (offset, byteCount) in [(0, 60), (64, 64), (UInt64.max - 31, 64)] as [(UInt64, Int)] {
      let tensor = HandmadeFile.tensor("w", [16], offset: offset)
      let file = HandmadeFile(tensors: [tensor], dataByteCount: byteCount)
      guard case .malformed(24, "the bytes of tensor w", _, _) = try refusal(file) else {
        Issue.record("offset \(offset) in \(byteCount) bytes was accepted")
        continue
      }
    }
  }

  @Test func refusesOverlappingUnalignedAndTwiceNamedTensors() throws {
    let first = HandmadeFile.tensor("v", [16])
    let overlapping = HandmadeFile.tensor("w", [16], offset: 32)
    #expect(
      try refusal(HandmadeFile(tensors: [first, overlapping], dataByteCount: 128))
        == .malformed(
          offset: 57, item: "the offset of tensor w", expected: "160 at least, behind v",
          found: "128"))
    let unaligned = HandmadeFile.tensor("w", [16], offset: 72)
    #expect(
      try refusal(HandmadeFile(tensors: [first, unaligned], dataByteCount: 256))
        == .malformed(
          offset: 82, item: "the offset of tensor w", expected: "a multiple of 32", found: "72"))
    let again = HandmadeFile.tensor("v", [16], offset: 64)
    #expect(
      try refusal(HandmadeFile(tensors: [first, again], dataByteCount: 256))
        == .malformed(offset: 57, item: "tensor 1", expected: "a new name", found: "v again"))
  }

  @Test func listsTensorsOfUnknownTypesButDoesNotLendThem() throws {
    let folder = try TemporaryFolder()
    let tensors = [
      HandmadeFile.tensor("known", [8]), HandmadeFile.tensor("odd", [8, 4], type: 39, offset: 32),
    ]
    let path = try folder.write(HandmadeFile(tensors: tensors, dataByteCount: 64).bytes)
    let file = try GGUFFile(path: path)
    #expect(file.tensors.map(\.name) == ["known"])
    #expect(file.unsupportedTensors.map(\.typeCode) == [39])
    #expect(file.unsupportedTensors.map(\.dimensions) == [[8, 4]])
    #expect(file.tensor(named: "odd") == nil)
    let expected = GGUFError(
      path: path, reason: .unsupportedElementType(tensor: "odd", offset: 160, code: 39))
    #expect(throws: expected) { try file.requiredTensor(named: "odd") }
    #expect(throws: GGUFError(path: path, reason: .missingTensor(name: "none"))) {
      try file.requiredTensor(named: "none")
    }
  }
}

struct TypedReaderTests {
  @Test func namesKeyExpectedAndFound() throws {
    let path = try resource("every-value.gguf")
    let metadata = try GGUFFile(path: path).metadata
    func reason(_ body: () throws -> Void) -> GGUFError.Reason? {
      do {
        try body()
        return nil
      } catch {
        return (error as? GGUFError)?.reason
      }
    }
    #expect(
      reason { _ = try metadata.integer("t.none") }
        == .missingKey(key: "t.none", expected: "an integer"))
    #expect(
      reason { _ = try metadata.float("t.uint8") }
        == .wrongValue(
          key: "t.uint8", offset: 120, expected: "a floating-point number", found: "uint8 200"))
    #expect(
      reason { _ = try metadata.optionalInteger("t.uint64") }
        == .wrongValue(
          key: "t.uint64", offset: 275, expected: "an integer", found: "uint64"))
    guard
      case .wrongValue("t.strings", _, "an array of integers", "an array of string") = reason({
        _ = try metadata.integers("t.strings")
      })
    else {
      Issue.record("strings were read as integers")
      return
    }
  }

  @Test func readsOptionalKeys() throws {
    let metadata = try GGUFFile(path: resource("every-value.gguf")).metadata
    #expect(try metadata.optionalInteger("t.none") == nil)
    #expect(try metadata.optionalStrings("t.none") == nil)
    #expect(try metadata.optionalFloat("t.float64") == Float(0.1))
    #expect(try metadata.optionalBool("t.true") == true)
    #expect(try metadata.integer("t.int64") == -9_000_000_000_000_000_000)
  }

  @Test func tellsWhatWhereAndWhatToDo() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array("GGUF".utf8) + little(UInt32(1)))
    do {
      _ = try GGUFFile(path: path)
      Issue.record("version 1 was accepted")
    } catch {
      #expect(
        error.description
          == "\(path): byte 4: GGUF version 1; versions 2 and 3 can be read. Convert the model "
          + "again with a current converter.")
    }
  }
}
