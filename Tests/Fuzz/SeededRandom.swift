/// SplitMix64: a unit of work can be made again from its seed and number.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  /// Starts the generator of one unit of a kind.
  init(seed: UInt64, kind: UInt64, unit: Int) {
    state = seed
    let start = next() ^ (kind &* 0xD6E8_FEB8_6659_FD93)
    state = start
    state = next() ^ UInt64(truncatingIfNeeded: unit) &* 0xA076_1D64_78BD_642F
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number in `0..<bound`; 0 when there is none.
  mutating func below(_ bound: Int) -> Int {
    bound > 0 ? Int(next() % UInt64(bound)) : 0
  }

  /// True in so many cases of a hundred.
  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

  /// One of some texts; "" when there is none.
  mutating func pick(_ items: [String]) -> String {
    items.isEmpty ? "" : items[below(items.count)]
  }
}
