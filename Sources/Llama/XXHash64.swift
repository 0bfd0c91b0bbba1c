/// A fast checksum: finds accidents, not forgeries.
///
/// Four independent lanes of 64-bit products, so it runs at memory speed without vectors; a
/// cryptographic digest would take longer than what it protects takes to compute again.
///
/// - Source: Yann Collet, "xxHash fast digest algorithm", version 0.1.1, XXH64.
enum XXHash64 {
  private static let primes: (UInt64, UInt64, UInt64, UInt64, UInt64) = (
    0x9E37_79B1_85EB_CA87, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x85EB_CA77_C2B2_AE63,
    0x27D4_EB2F_1656_67C5
  )

  /// The checksum of `bytes`.
  static func digest(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
    guard let start = bytes.baseAddress else { return finish(seed &+ primes.4) }
    var offset = 0
    var hash = seed &+ primes.4
    if bytes.count >= 32 {
      hash = stripes(start, count: bytes.count / 32, seed: seed)
      offset = bytes.count / 32 * 32
    }
    hash &+= UInt64(bytes.count)
    while offset + 8 <= bytes.count {
      hash ^= round(0, word(start + offset))
      hash = rotated(hash, 27) &* primes.0 &+ primes.3
      offset += 8
    }
    if offset + 4 <= bytes.count {
      let half = UInt32(littleEndian: (start + offset).loadUnaligned(as: UInt32.self))
      hash ^= UInt64(half) &* primes.0
      hash = rotated(hash, 23) &* primes.1 &+ primes.2
      offset += 4
    }
    while offset < bytes.count {
      hash ^= UInt64((start + offset).load(as: UInt8.self)) &* primes.4
      hash = rotated(hash, 11) &* primes.0
      offset += 1
    }
    return finish(hash)
  }

  /// The four lanes over `count` stripes of 32 bytes, joined.
  private static func stripes(_ start: UnsafeRawPointer, count: Int, seed: UInt64) -> UInt64 {
    var lanes = (
      seed &+ primes.0 &+ primes.1, seed &+ primes.1, seed, seed &- primes.0
    )
    var place = start
    for _ in 0..<count {
      lanes.0 = round(lanes.0, word(place))
      lanes.1 = round(lanes.1, word(place + 8))
      lanes.2 = round(lanes.2, word(place + 16))
      lanes.3 = round(lanes.3, word(place + 24))
      place += 32
    }
    var hash =
      rotated(lanes.0, 1) &+ rotated(lanes.1, 7) &+ rotated(lanes.2, 12) &+ rotated(lanes.3, 18)
    for lane in [lanes.0, lanes.1, lanes.2, lanes.3] {
      hash = (hash ^ round(0, lane)) &* primes.0 &+ primes.3
    }
    return hash
  }

  @inline(__always)
  private static func word(_ place: UnsafeRawPointer) -> UInt64 {
    UInt64(littleEndian: place.loadUnaligned(as: UInt64.self))
  }

  @inline(__always)
  private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    rotated(lane &+ word &* primes.1, 31) &* primes.0
  }

  @inline(__always)
  private static func rotated(_ word: UInt64, _ count: UInt64) -> UInt64 {
    word &<< count | word &>> (64 &- count)
  }

  private static func finish(_ hash: UInt64) -> UInt64 {
    var hash = hash
    hash ^= hash &>> 33
    hash = hash &* primes.1
    hash ^= hash &>> 29
    hash = hash &* primes.2
    return hash ^ hash &>> 32
  }
}

extension XXHash64 {
  /// 128 bits in hexadecimal: the checksums of two seeds.
  static func name(of bytes: UnsafeRawBufferPointer) -> String {
    hexadecimal(digest(bytes, seed: 0)) + hexadecimal(digest(bytes, seed: 1))
  }

  private static func hexadecimal(_ word: UInt64) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
