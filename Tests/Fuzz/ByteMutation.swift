/// Changes bytes the way damaged and hostile files are: flips, cuts, insertions, lying numbers.
enum ByteMutation {
  private static let digits = [
    "0", "1", "2", "3", "-1", "7", "255", "256", "65536", "2147483648", "4294967296",
    "9223372036854775807", "9223372036854775808", "18446744073709551615", "1e999", "1e18", "0.5",
    "99999999999999999999999999", "4611686018427387904", "1000000", "null", "[]", "\"x\"", "-0",
  ]
  private static let words = [
    "F32", "F64", "F16", "BF16", "I64", "I32", "U8", "BOOL", "dtype", "shape", "data_offsets",
    "true", "false", "null", "simsiam", "simsiam-multi", "simclr", "simclr-attn", "small", "mlp",
    "resnet18", "resnet50", "tensors", "batches", "demo", "gauss2", "images", "labels", "index",
    "view1", "view2", "bank", "bank.next", "bank.history", "backbone.", "optim.", "sgd", "lars",
    "adam", "<f4", "|u1", "<i8", "|O", "descr", "fortran_order", "False", "True", "__metadata__",
    "NaN", "Infinity", "inf", "step", "epoch", "cosine", "const", "weight", "bias",
  ]

  /// Returns bytes with one to three changes.
  static func mutated(_ bytes: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<(random.chance(60) ? 1 : 3) { change(&bytes, &random) }
    return bytes
  }

  private static func change(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
    guard !bytes.isEmpty else {
      bytes = [UInt8(random.below(256))]
      return
    }
    // Headers are at the start, and of archives at the end.
    let near = min(bytes.count, 96)
    let place =
      random.chance(50)
      ? random.below(near)
      : random.chance(30) ? bytes.count - 1 - random.below(near) : random.below(bytes.count)
    switch random.below(12) {
    case 0: bytes[place] ^= 1 << UInt8(random.below(8))
    case 1: bytes[place] = UInt8(random.below(256))
    case 2: bytes.removeLast(random.chance(50) ? min(bytes.count, 1 + random.below(16)) : place)
    case 3: bytes.insert(UInt8(random.below(256)), at: place)
    case 4: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(16)))
    case 5:
      let end = min(bytes.count, place + 1 + random.below(64))
      bytes.insert(contentsOf: bytes[place..<end], at: place)
    case 6, 7: setNumber(&bytes, at: place, &random)
    case 8: bytes += Array(repeating: UInt8(random.below(256)), count: 1 + random.below(5000))
    case 9: if !replaceWord(&bytes, &random) { setNumber(&bytes, at: place, &random) }
    default: if !replaceDigits(&bytes, &random) { setNumber(&bytes, at: place, &random) }
    }
  }

  /// Overwrites a binary number with a border value.
  private static func setNumber(_ bytes: inout [UInt8], at place: Int, _ random: inout SeededRandom)
  {
    let width = [1, 2, 4, 8][random.below(4)]
    let values: [UInt64] = [
      0, 1, 2, 3, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF,
      0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, .max, UInt64(bytes.count),
      UInt64(bytes.count + 1), UInt64(bytes.count - 1), 1 << 20, 1 << 28,
    ]
    let value = values[random.below(values.count)]
    let isLittle = random.chance(50)
    for i in 0..<width where place + i < bytes.count {
      let shift = UInt64(8 * (isLittle ? i : width - 1 - i))
      bytes[place + i] = UInt8(truncatingIfNeeded: value >> shift)
    }
  }

  /// Replaces a run of decimal digits; false when there is none near a random place.
  static func replaceDigits(_ bytes: inout [UInt8], _ random: inout SeededRandom) -> Bool {
    func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
    let start = random.below(min(bytes.count, 65536))
    guard let first = bytes[start...].prefix(4096).firstIndex(where: isDigit) else { return false }
    let end = bytes[first...].firstIndex { !isDigit($0) } ?? bytes.count
    bytes.replaceSubrange(first..<end, with: Array(random.pick(digits).utf8))
    return true
  }

  /// Replaces a known word by another; false when there is none.
  static func replaceWord(_ bytes: inout [UInt8], _ random: inout SeededRandom) -> Bool {
    for _ in 0..<12 {
      let word = Array(random.pick(words).utf8)
      guard let first = word.first, bytes.count > word.count else { continue }
      let places = bytes.indices.dropLast(word.count).filter {
        bytes[$0] == first && bytes[$0..<$0 + word.count].elementsEqual(word)
      }
      guard !places.isEmpty else { continue }
      let place = places[random.below(places.count)]
      bytes.replaceSubrange(
        place..<place + word.count, with: Array(random.pick(words).utf8))
      return true
    }
    return false
  }

  /// Changes a safetensors header and corrects its length, so that the reader goes on.
  static func safetensors(_ bytes: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
    guard bytes.count >= 8, random.chance(65) else { return mutated(bytes, &random) }
    var length = 0
    for i in (0..<8).reversed() { length = length << 8 | Int(bytes[i]) }
    guard length <= bytes.count - 8 else { return mutated(bytes, &random) }
    var header = Array(bytes[8..<8 + length])
    for _ in 0..<(random.chance(70) ? 1 : 3) {
      let done =
        random.chance(60)
        ? replaceDigits(&header, &random)
        : random.chance(60) ? replaceWord(&header, &random) : false
      if !done { change(&header, &random) }
    }
    let size = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    return size + header + bytes[(8 + length)...]
  }
}
