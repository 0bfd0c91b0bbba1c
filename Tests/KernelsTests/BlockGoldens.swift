import Foundation
import Kernels
import Testing

/// Blocks of every element type and the floats that gguf-py makes of them; the recipe is
/// `Tests/Recipes/block_goldens.py`, which also describes the file.
struct BlockGoldens {
  struct Section {
    let elementType: ElementType
    let bytes: [UInt8]
    let values: [Float]
  }

  let sections: [Section]

  init() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Resources/block-goldens.bin")
    let data = try [UInt8](Data(contentsOf: path))
    var offset = 12
    func number() -> Int {
      defer { offset += 4 }
      return (0..<4).reduce(0) { $0 | Int(data[offset + $1]) << (8 * $1) }
    }
    offset = 8
    sections = try (0..<number()).map { _ in
      let type = try #require(ElementType(rawValue: UInt32(number())))
      let (elementCount, byteCount) = (number(), number())
      let bytes = Array(data[offset..<offset + byteCount])
      offset += (byteCount + 3) / 4 * 4
      let values = (0..<elementCount).map { _ in
        Float(bitPattern: UInt32(truncatingIfNeeded: number()))
      }
      return Section(elementType: type, bytes: bytes, values: values)
    }
  }
}
