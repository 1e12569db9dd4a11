// Stride 2 as four convolutions of stride 1 on the phases of the map. Along one axis, output i is
// w₀ x[2i−1] + w₂ x[2i+1], two taps over the odd places by F(4, 2), plus w₁ x[2i], one tap over
// the even places: nine points make four outputs, 81 products instead of 144 in two dimensions.
// The points of F(4, 2) are ±5/8, ±3/2, ∞: points 0…4 below; points 5…8 are the even places.

/// Five vectors: an odd phase, or its points.
public typealias Five<V> = (V, V, V, V, V)
/// Eight vectors: one row or column of the input gradients of a tile.
public typealias Eight<V> = (V, V, V, V, V, V, V, V)
/// Nine vectors: one row or column of a 9×9 tile, or its points.
public typealias Nine<V> = (V, V, V, V, V, V, V, V, V)

/// Turns five values into the five points of F(4, 2).
@inlinable @inline(__always)
func pairPoints<V: SIMD>(_ d: Five<V>) -> Five<V> where V.Scalar == Float {
  let nearOdd = fma(d.3, all(-Point.far2), d.1)
  let nearEven = fma(d.2, all(-Point.far2), d.0)
  let farOdd = fma(d.3, all(-Point.near2), d.1)
  let farEven = fma(d.2, all(-Point.near2), d.0)
  return (
    fma(nearOdd, all(Point.near), nearEven), fma(nearOdd, all(-Point.near), nearEven),
    fma(farOdd, all(Point.far), farEven), fma(farOdd, all(-Point.far), farEven),
    fma(fma(d.4, all(-Point.sum), d.2), all(Point.product), d.0)
  )
}

/// Turns five points of F(4, 2) into four values.
@inlinable @inline(__always)
func pairValues<V: SIMD>(_ m: Five<V>) -> Four<V> where V.Scalar == Float {
  let nearEven = m.0 + m.1
  let nearOdd = m.0 - m.1
  let farEven = m.2 + m.3
  let farOdd = m.2 - m.3
  return (
    nearEven + farEven, fma(nearOdd * all(Point.near), all(Point.far), farOdd),
    fma(nearEven * all(Point.near2), all(Point.far2), farEven),
    fma(fma(m.4, all(Point.near3), nearOdd), all(Point.far3), farOdd)
  )
}

/// Turns nine values at places 2i−1 … 2i+7 of the input into nine points.
@inlinable @inline(__always)
public func halvingPoints<V: SIMD>(_ d: Nine<V>) -> Nine<V> where V.Scalar == Float {
  let odd = pairPoints((d.0, d.2, d.4, d.6, d.8))
  return (odd.0, odd.1, odd.2, odd.3, odd.4, d.1, d.3, d.5, d.7)
}

/// Turns five output gradients into the nine points of eight input gradients.
@inlinable @inline(__always)
public func doublingPoints<V: SIMD>(_ d: Five<V>) -> Nine<V> where V.Scalar == Float {
  let odd = pairPoints(d)
  return (odd.0, odd.1, odd.2, odd.3, odd.4, d.0, d.1, d.2, d.3)
}

/// Turns the gradient of four outputs into that at the nine points.
@inlinable @inline(__always)
public func halvingGradientPoints<V: SIMD>(_ y: Four<V>) -> Nine<V> where V.Scalar == Float {
  let p = gradientPoints(y)
  return (p.1, p.2, p.3, p.4, p.5, y.0, y.1, y.2, y.3)
}

/// Turns nine points into four outputs.
@inlinable @inline(__always)
public func halvingValues<V: SIMD>(_ m: Nine<V>) -> Four<V> where V.Scalar == Float {
  let v = pairValues((m.0, m.1, m.2, m.3, m.4))
  return (v.0 + m.5, v.1 + m.6, v.2 + m.7, v.3 + m.8)
}

/// Turns nine points into eight input gradients: those at even places are points 5…8 themselves.
@inlinable @inline(__always)
public func doublingValues<V: SIMD>(_ m: Nine<V>) -> Eight<V> where V.Scalar == Float {
  let v = pairValues((m.0, m.1, m.2, m.3, m.4))
  return (m.5, v.0, m.6, v.1, m.7, v.2, m.8, v.3)
}

/// Turns three weights into six points: five of F(4, 2) from the outer two, then the middle one.
@inlinable @inline(__always)
public func polyphaseWeightPoints<V: SIMD>(_ g: (V, V, V)) -> Six<V> where V.Scalar == Float {
  let near: V = all(Point.nearPairNorm)
  let far: V = all(Point.farPairNorm)
  let nearOdd = all(Point.near) * g.2
  let farOdd = all(Point.far) * g.2
  return (
    near * (g.0 + nearOdd), near * (nearOdd - g.0), far * (g.0 + farOdd), far * (farOdd - g.0),
    g.2, g.1
  )
}

/// Turns the gradient at six points into that of three weights.
@inlinable @inline(__always)
public func polyphaseWeightGradient<V: SIMD>(_ u: Six<V>) -> (V, V, V) where V.Scalar == Float {
  let near: V = all(Point.nearPairNorm)
  let far: V = all(Point.farPairNorm)
  let outer = fma(near * (u.0 - u.1), far, u.2 - u.3)
  let nearOdd: V = all(Point.near) * near
  let farOdd: V = all(Point.far) * far
  return (
    outer, u.5, fma(fma(u.4, nearOdd, u.0 + u.1), farOdd, u.2 + u.3)
  )
}

extension Point {
  /// 1 / Π (p − q) over the other points of F(4, 2), for p = +near and +far; the negative points
  /// have its opposite.
  @inlinable static var nearPairNorm: Float { 1 / (2 * near * (near2 - far2)) }
  @inlinable static var farPairNorm: Float { 1 / (2 * far * (far2 - near2)) }
}
