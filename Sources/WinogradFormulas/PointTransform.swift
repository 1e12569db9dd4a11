/// How the values along one axis of a tile of a map become points.
public enum PointTransform: Sendable {
  /// Six values of an input to six points.
  case input
  /// Four output gradients to six points, for the gradient of the weights.
  case gradient
  /// Nine values of an input to nine points, at stride 2.
  case halving
  /// Four output gradients to nine points, for the gradient of the weights at stride 2.
  case halvingGradient
  /// Five output gradients to nine points, for the gradient of the input at stride 2.
  case doubling

  /// The values that a tile reads along one axis.
  @inlinable public var reads: Int {
    switch self {
    case .input: 6
    case .gradient, .halvingGradient: 4
    case .halving: 9
    case .doubling: 5
    }
  }
  /// The points along one axis.
  @inlinable public var points: Int { self == .input || self == .gradient ? 6 : 9 }
  /// The distance between tiles.
  @inlinable public var step: Int { self == .halving ? 8 : 4 }
  /// Whether the map is an input; else it is an output's gradient.
  @inlinable public var isOfInput: Bool { self == .input || self == .halving }

  /// Calls `body` with this transform as a constant, so that what it does is compiled for each.
  @inlinable @inline(__always)
  public func specialized(_ body: (PointTransform) -> Void) {
    switch self {
    case .input: body(.input)
    case .gradient: body(.gradient)
    case .halving: body(.halving)
    case .halvingGradient: body(.halvingGradient)
    case .doubling: body(.doubling)
    }
  }

  /// Turns values, read by index, into points, written by index.
  @inlinable @inline(__always)
  public func points<V: SIMD>(_ d: (Int) -> V, _ put: (Int, V) -> Void) where V.Scalar == Float {
    switch self {
    case .input:
      putSix(inputPoints((d(0), d(1), d(2), d(3), d(4), d(5))), put)
    case .gradient:
      putSix(gradientPoints((d(0), d(1), d(2), d(3))), put)
    case .halving:
      putNine(halvingPoints((d(0), d(1), d(2), d(3), d(4), d(5), d(6), d(7), d(8))), put)
    case .halvingGradient:
      putNine(halvingGradientPoints((d(0), d(1), d(2), d(3))), put)
    case .doubling:
      putNine(doublingPoints((d(0), d(1), d(2), d(3), d(4))), put)
    }
  }
}

@inlinable @inline(__always)
func putSix<V>(_ v: Six<V>, _ put: (Int, V) -> Void) {
  putFour((v.0, v.1, v.2, v.3), put)
  put(4, v.4)
  put(5, v.5)
}

@inlinable @inline(__always)
func putNine<V>(_ v: Nine<V>, _ put: (Int, V) -> Void) {
  putSix((v.0, v.1, v.2, v.3, v.4, v.5), put)
  put(6, v.6)
  put(7, v.7)
  put(8, v.8)
}

/// The rows of a map that a row of tiles reads, up to nine of them.
public typealias NineRows = (
  UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>,
  UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>,
  UnsafePointer<Float>
)

/// Returns one of nine rows; for a constant index, without a test.
@inlinable @inline(__always)
public func row(_ rows: NineRows, _ i: Int) -> UnsafePointer<Float> {
  switch i {
  case 0: rows.0
  case 1: rows.1
  case 2: rows.2
  case 3: rows.3
  case 4: rows.4
  case 5: rows.5
  case 6: rows.6
  case 7: rows.7
  default: rows.8
  }
}
