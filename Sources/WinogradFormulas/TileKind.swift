/// Which convolution the tiles of 4×4 outputs belong to.
public enum TileKind: Sendable {
  /// Stride 1: 6×6 sources to 4×4 outputs.
  case unit
  /// Stride 2: 9×9 sources to 4×4 outputs.
  case halving
  /// The gradient of the input at stride 2: 5×5 output gradients to 8×8 inputs.
  case doubling

  /// The points along one axis: six, or nine at stride 2.
  @inlinable public var axisPoints: Int { self == .unit ? 6 : 9 }
  /// The points of a tile.
  @inlinable public var points: Int { axisPoints * axisPoints }
  /// The values along one axis.
  @inlinable public var side: Int { self == .doubling ? 8 : 4 }

  /// The point of the weights (6 × 6) that a point of the sources is multiplied with.
  @inlinable @inline(__always)
  public func weightPoint(_ xi: Int) -> Int {
    if self == .unit { return xi }
    return min(5, xi / 9) &* 6 &+ min(5, xi % 9)
  }

  /// Calls `body` with this kind as a constant, so that what it does is compiled for each kind.
  @inlinable @inline(__always)
  public func specialized(_ body: (TileKind) -> Void) {
    switch self {
    case .unit: body(.unit)
    case .halving: body(.halving)
    case .doubling: body(.doubling)
    }
  }

  /// Turns the points along one axis, read by index, into values, written by index.
  @inlinable @inline(__always)
  public func values<V: SIMD>(_ m: (Int) -> V, _ put: (Int, V) -> Void) where V.Scalar == Float {
    switch self {
    case .unit:
      putFour(outputValues((m(0), m(1), m(2), m(3), m(4), m(5))), put)
    case .halving:
      putFour(halvingValues((m(0), m(1), m(2), m(3), m(4), m(5), m(6), m(7), m(8))), put)
    case .doubling:
      let v = doublingValues((m(0), m(1), m(2), m(3), m(4), m(5), m(6), m(7), m(8)))
      putFour((v.0, v.1, v.2, v.3), put)
      put(4, v.4)
      put(5, v.5)
      put(6, v.6)
      put(7, v.7)
    }
  }
}

@inlinable @inline(__always)
func putFour<V>(_ v: Four<V>, _ put: (Int, V) -> Void) {
  put(0, v.0)
  put(1, v.1)
  put(2, v.2)
  put(3, v.3)
}
