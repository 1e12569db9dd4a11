/// The ten patterns of the `demo` set as signed fields: negative inside, positive outside.
///
/// Coordinates are in cells; one cell holds one shape. Only add, multiply, divide and square root
/// are used, so that every machine makes the same pixels.
enum DemoPattern: Int, CaseIterable {
  case disk, ring, square, triangle, cross, star, stripes, checker, zigzag, target

  /// The class name.
  var name: String { String(describing: self) }

  /// Whether shapes lie in cells of their own, each with its own rotation and offset.
  var isTiled: Bool { rawValue <= Self.star.rawValue }

  /// Returns the field of one shape around the origin; its radius is about 0.4.
  @inline(__always)
  func shape(_ x: Float, _ y: Float) -> Float {
    let (ax, ay) = (abs(x), abs(y))
    switch self {
    case .disk: return (x * x + y * y).squareRoot() - 0.34
    case .ring: return abs((x * x + y * y).squareRoot() - 0.31) - 0.085
    case .square: return max(ax, ay) - 0.29
    case .triangle: return max(-y, max(0.866_025_4 * x + 0.5 * y, 0.5 * y - 0.866_025_4 * x)) - 0.2
    case .cross: return min(max(ax - 0.42, ay - 0.1), max(ay - 0.42, ax - 0.1))
    case .star:
      let root = ax.squareRoot() + ay.squareRoot()
      return 0.6 * (root * root - 0.52)
    default: return 1
    }
  }

  /// Returns the field of a pattern without cells.
  @inline(__always)
  func texture(_ x: Float, _ y: Float) -> Float {
    switch self {
    case .stripes: return Self.wave(y) - 0.25
    case .checker:
      let product = (Self.wave(x) - 0.25) * (Self.wave(y) - 0.25)
      return 4 * product
    case .zigzag: return Self.wave(y + 1.2 * Self.wave(0.8 * x)) - 0.25
    case .target: return Self.wave((x * x + y * y).squareRoot()) - 0.25
    default: return 1
    }
  }

  /// Returns the distance to the nearest integer: a triangle wave of period 1 in 0…0.5.
  @inline(__always)
  static func wave(_ x: Float) -> Float {
    abs(x - x.rounded(.toNearestOrEven))
  }
}
