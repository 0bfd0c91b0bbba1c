/// The SHA-256 of `bytes` in lower-case hexadecimal, 64 characters.
///
/// Notes, templates and receipts are named by it, so that `sha256sum` on any machine can check them.
/// It stands here in plain Swift because this room depends on nothing; weight files, which are
/// large, are hashed elsewhere by a library.
///
/// - Source: FIPS 180-4, sections 4.1.2, 5.1.1 and 6.2.
public func contentDigest(of bytes: some Sequence<UInt8>) -> String {
  var state = SHA256State()
  var block: [UInt8] = []
  block.reserveCapacity(64)
  var byteCount: UInt64 = 0
  for byte in bytes {
    block.append(byte)
    byteCount += 1
    if block.count == 64 {
      state.absorb(block)
      block.removeAll(keepingCapacity: true)
    }
  }
  block.append(0x80)
  if block.count > 56 {
    state.absorb(block + [UInt8](repeating: 0, count: 64 - block.count))
    block.removeAll(keepingCapacity: true)
  }
  block += [UInt8](repeating: 0, count: 56 - block.count)
  let bitCount = byteCount << 3
  block += (0..<8).map { UInt8(truncatingIfNeeded: bitCount >> (56 - 8 * $0)) }
  state.absorb(block)
  return state.hexadecimal
}

/// The SHA-256 of the UTF-8 form of `text` in lower-case hexadecimal, 64 characters.
public func contentDigest(of text: String) -> String {
  contentDigest(of: text.utf8)
}

/// The eight words that SHA-256 carries from block to block.
private struct SHA256State {
  private var words: [UInt32] = [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  ]

  var hexadecimal: String {
    words.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  /// Mixes in one block of 64 bytes.
  mutating func absorb(_ block: [UInt8]) {
    let schedule = Self.schedule(of: block)
    var (a, b, c, d) = (words[0], words[1], words[2], words[3])
    var (e, f, g, h) = (words[4], words[5], words[6], words[7])
    for round in 0..<64 {
      let sum1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
      let choice = (e & f) ^ (~e & g)
      let first = h &+ sum1 &+ choice &+ roundConstants[round] &+ schedule[round]
      let sum0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
      let majority = (a & b) ^ (a & c) ^ (b & c)
      (h, g, f, e) = (g, f, e, d &+ first)
      (d, c, b, a) = (c, b, a, first &+ sum0 &+ majority)
    }
    for (index, value) in [a, b, c, d, e, f, g, h].enumerated() {
      words[index] &+= value
    }
  }

  private static func schedule(of block: [UInt8]) -> [UInt32] {
    var schedule = stride(from: 0, to: 64, by: 4).map { start in
      block[start..<start + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
    for index in 16..<64 {
      let (early, late) = (schedule[index - 15], schedule[index - 2])
      let sigma0 = rotated(early, 7) ^ rotated(early, 18) ^ (early >> 3)
      let sigma1 = rotated(late, 17) ^ rotated(late, 19) ^ (late >> 10)
      schedule.append(schedule[index - 16] &+ sigma0 &+ schedule[index - 7] &+ sigma1)
    }
    return schedule
  }
}

private func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
  word >> count | word << (32 - count)
}

/// The first 32 bits behind the point of the cube roots of the first 64 primes.
private let roundConstants: [UInt32] = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]
