/// A fast 64-bit hash of bytes (XXH64), streaming; version 1 of dyad's content hash.
///
/// The result depends on the bytes, their order, their number and the seed, not on how they are
/// split over calls. It finds changes; it is no protection against forgery. The algorithm is
/// fixed: a different one needs a new `version`.
/// Source: XXH64 in the xxHash specification 0.1.1, Y. Collet: four lanes of 64 bits, each
/// `lane = rotl(lane + word * P2, 31) * P1` per 32-byte stripe, then merged and mixed.
public struct ContentHash: Sendable {
  /// The version of the algorithm, written where hashes are stored.
  public static let version = 1

  private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
  private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
  private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
  private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
  private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

  private let seed: UInt64
  private var lanes: SIMD4<UInt64>
  private var tail = SIMD32<UInt8>()
  private var tailCount = 0
  private var length: UInt64 = 0

  /// Starts a hash.
  public init(seed: UInt64 = 0) {
    self.seed = seed
    lanes = SIMD4(
      seed &+ Self.prime1 &+ Self.prime2, seed &+ Self.prime2, seed, seed &- Self.prime1)
  }

  /// Returns the hash of bytes at once.
  public static func of(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
    var hash = ContentHash(seed: seed)
    hash.update(bytes)
    return hash.finalize()
  }

  /// Returns the hash of a text's UTF-8 bytes.
  public static func of(_ text: String, seed: UInt64 = 0) -> UInt64 {
    var text = text
    return text.withUTF8 { of(UnsafeRawBufferPointer($0), seed: seed) }
  }

  /// Adds bytes to what is hashed.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    length &+= UInt64(bytes.count)
    var position = 0
    if tailCount > 0 {
      let taken = min(32 - tailCount, bytes.count)
      for i in 0..<taken { tail[tailCount + i] = bytes[i] }
      tailCount += taken
      position = taken
      guard tailCount == 32 else { return }
      let block = tail
      withUnsafeBytes(of: block) { mix($0, from: 0, stripes: 1) }
      tailCount = 0
    }
    let stripes = (bytes.count - position) / 32
    mix(bytes, from: position, stripes: stripes)
    position += stripes * 32
    while position < bytes.count {
      tail[tailCount] = bytes[position]
      tailCount += 1
      position += 1
    }
  }

  /// Adds an integer as eight little-endian bytes.
  public mutating func update(_ value: UInt64) {
    withUnsafeBytes(of: value.littleEndian) { update($0) }
  }

  /// Adds a text as its length and its UTF-8 bytes, so that neighbouring texts do not run together.
  public mutating func update(_ text: String) {
    var text = text
    text.withUTF8 {
      update(UInt64($0.count))
      update(UnsafeRawBufferPointer($0))
    }
  }

  private mutating func mix(_ bytes: UnsafeRawBufferPointer, from start: Int, stripes: Int) {
    guard stripes > 0, let base = bytes.baseAddress else { return }
    // Four scalars, not a SIMD multiplication: AVX2 has none for 64 bits.
    var (a, b, c, d) = (lanes[0], lanes[1], lanes[2], lanes[3])
    var at = base + start
    for _ in 0..<stripes {
      a = Self.round(a, at.loadUnaligned(as: UInt64.self))
      b = Self.round(b, at.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      c = Self.round(c, at.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
      d = Self.round(d, at.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
      at += 32
    }
    lanes = SIMD4(a, b, c, d)
  }

  @inline(__always)
  private static func rotate(_ value: UInt64, _ bits: UInt64) -> UInt64 {
    value &<< bits | value &>> (64 &- bits)
  }

  @inline(__always)
  private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    rotate(lane &+ UInt64(littleEndian: word) &* prime2, 31) &* prime1
  }

  /// Returns the hash of everything so far; more may be added afterwards.
  public func finalize() -> UInt64 {
    var hash: UInt64
    if length >= 32 {
      hash =
        Self.rotate(lanes[0], 1) &+ Self.rotate(lanes[1], 7) &+ Self.rotate(lanes[2], 12)
        &+ Self.rotate(lanes[3], 18)
      for i in 0..<4 {
        hash = (hash ^ Self.round(0, lanes[i])) &* Self.prime1 &+ Self.prime4
      }
    } else {
      hash = seed &+ Self.prime5
    }
    hash &+= length
    withUnsafeBytes(of: tail) { bytes in
      var at = 0
      while at + 8 <= tailCount {
        let word = bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)
        hash = Self.rotate(hash ^ Self.round(0, word), 27) &* Self.prime1 &+ Self.prime4
        at += 8
      }
      if at + 4 <= tailCount {
        let word = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self))
        hash = Self.rotate(hash ^ UInt64(word) &* Self.prime1, 23) &* Self.prime2 &+ Self.prime3
        at += 4
      }
      while at < tailCount {
        hash = Self.rotate(hash ^ UInt64(bytes[at]) &* Self.prime5, 11) &* Self.prime1
        at += 1
      }
    }
    hash = (hash ^ hash >> 33) &* Self.prime2
    hash = (hash ^ hash >> 29) &* Self.prime3
    return hash ^ hash >> 32
  }
}
