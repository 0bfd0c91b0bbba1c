/// GPT-2's way of writing any bytes as printable text: bytes that are printable in Latin-1 stand
/// for themselves, the rest are scalars from U+0100 on.
///
/// - Source: `bytes_to_unicode` of the GPT-2 encoder.
enum ByteAlphabet {
  /// The scalar that stands for each byte.
  static let scalars: [Unicode.Scalar] = {
    var scalars: [Unicode.Scalar] = []
    var nextFree: UInt32 = 0x100
    for byte in UInt8.min...UInt8.max {
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF:
        scalars.append(Unicode.Scalar(byte))
      default:
        scalars.append(Unicode.Scalar(nextFree) ?? "\u{FFFD}")
        nextFree += 1
      }
    }
    return scalars
  }()

  /// The UTF-8 of each byte's scalar.
  static let encodedScalars: [[UInt8]] = scalars.map { Array(String(Character($0)).utf8) }

  /// The byte that each scalar up to U+0143 stands for; nil for those that stand for none.
  private static let bytes: [UInt8?] = {
    var bytes = [UInt8?](repeating: nil, count: 0x144)
    for (byte, scalar) in zip(UInt8.min...UInt8.max, scalars) { bytes[Int(scalar.value)] = byte }
    return bytes
  }()

  /// The bytes that a piece stands for. Scalars outside the alphabet stand for themselves.
  static func decode(_ piece: String) -> [UInt8] {
    var decoded: [UInt8] = []
    for scalar in piece.unicodeScalars {
      if Int(scalar.value) < bytes.count, let byte = bytes[Int(scalar.value)] {
        decoded.append(byte)
      } else {
        decoded.append(contentsOf: String(Character(scalar)).utf8)
      }
    }
    return decoded
  }
}
