/// The deterministic fill of the golden sets (their README, section 2).
public enum GoldenFill {
  /// Returns the FNV-1a hash of a name's UTF-8 bytes.
  public static func fnv1a64(_ name: String) -> UInt64 {
    name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  /// Returns the start value of a stream.
  public static func start(_ name: String, seed: Int) -> UInt64 {
    fnv1a64(name) ^ (UInt64(bitPattern: Int64(seed)) &* 0x9E37_79B9_7F4A_7C15)
  }

  /// Returns the 64 random bits at a flat index of a stream.
  public static func bits(_ start: UInt64, at index: Int) -> UInt64 {
    var z = start &+ UInt64(index) &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }

  /// Returns values of a kind: v, weight, bn_weight, bias, zeros or ones; nil for another kind.
  public static func floats(
    kind: String, name: String, seed: Int, count: Int, fanIn: Int? = nil
  ) -> [Float]? {
    let origin = start(name, seed: seed)
    func v(_ i: Int) -> Float {
      2 * (Float(bits(origin, at: i) >> 40) * 0x1p-24) - 1
    }
    switch kind {
    case "zeros": return Array(repeating: 0, count: count)
    case "ones": return Array(repeating: 1, count: count)
    case "v": return (0..<count).map(v)
    case "weight":
      guard let fanIn else { return nil }
      let scale = Float((3 / Double(fanIn)).squareRoot())
      return (0..<count).map { v($0) * scale }
    case "bn_weight": return (0..<count).map { 1 + (0.1 as Float) * v($0) }
    case "bias": return (0..<count).map { (0.1 as Float) * v($0) }
    default: return nil
    }
  }

  /// Returns class labels in 0..<classes.
  public static func labels(name: String, seed: Int, count: Int, classes: Int) -> [Int] {
    let origin = start(name, seed: seed)
    return (0..<count).map { Int(bits(origin, at: $0) % UInt64(classes)) }
  }
}
