import Kernels

/// Cuts a caller's buffer of floats into aligned pieces, in the order of the requests.
struct Workspace {
  private var next: UnsafeMutableRawPointer

  init(_ base: MutableFloatPointer) { next = UnsafeMutableRawPointer(base) }

  /// Returns the floats that `count` floats take, padded to whole cache lines.
  static func floats(_ count: Int) -> Int { (count + 15) & ~15 }

  /// Returns the floats that `count` doubles take.
  static func doubles(_ count: Int) -> Int { floats(2 * count) }

  mutating func floats(_ count: Int) -> MutableFloatPointer {
    defer { next += Self.floats(count) * MemoryLayout<Float>.stride }
    return next.bindMemory(to: Float.self, capacity: count)
  }

  mutating func doubles(_ count: Int) -> UnsafeMutablePointer<Double> {
    defer { next += Self.doubles(count) * MemoryLayout<Float>.stride }
    return next.bindMemory(to: Double.self, capacity: count)
  }
}
