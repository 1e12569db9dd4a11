// The one-dimensional transforms of F(4, 3); two of them, along rows and columns, make
// F(4×4, 3×3): Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A.
// Source: Lavin & Gray, "Fast Algorithms for Convolutional Neural Networks", arXiv:1509.09308.
// Differs: the points are 0, ±5/8, ±3/2, ∞ instead of 0, ±1, ±2, ∞. Their powers stay near 1, so
// the largest error is a quarter as large for the same number of operations.

/// Six vectors: one row or column of a 6×6 tile.
public typealias Six<V> = (V, V, V, V, V, V)
/// Four vectors: one row or column of a 4×4 tile.
public typealias Four<V> = (V, V, V, V)

/// The number of points of the weights, 6 × 6.
public let weightPointCount = 36

/// The finite points other than 0, and what the transforms make of them.
@usableFromInline
enum Point {
  @inlinable static var near: Float { 0.625 }
  @inlinable static var far: Float { 1.5 }
  @inlinable static var near2: Float { 0.390625 }
  @inlinable static var far2: Float { 2.25 }
  @inlinable static var near3: Float { 0.244140625 }
  @inlinable static var far3: Float { 3.375 }
  /// near² · far² and near² + far².
  @inlinable static var product: Float { 0.87890625 }
  @inlinable static var sum: Float { 2.640625 }
  /// 1 / Π (p − q) over the other finite points q, for p = 0, ±near, ±far.
  @inlinable static var zeroNorm: Float { 1 / product }
  @inlinable static var nearNorm: Float { 1 / (2 * near2 * (near2 - far2)) }
  @inlinable static var farNorm: Float { 1 / (2 * far2 * (far2 - near2)) }
}

/// Returns c + a · b in one rounding per lane.
@inlinable @inline(__always)
func fma<V: SIMD>(_ c: V, _ a: V, _ b: V) -> V where V.Scalar == Float { c.addingProduct(a, b) }

/// Returns a number in every lane.
@inlinable @inline(__always)
func all<V: SIMD>(_ x: Float) -> V where V.Scalar == Float { V(repeating: x) }

/// Returns Bᵀ d: six input values to six points.
@inlinable @inline(__always)
public func inputPoints<V: SIMD>(_ d: Six<V>) -> Six<V> where V.Scalar == Float {
  let nearEven = fma(d.4, all(-Point.far2), d.2)
  let nearOdd = fma(d.3, all(-Point.far2), d.1)
  let farEven = fma(d.4, all(-Point.near2), d.2)
  let farOdd = fma(d.3, all(-Point.near2), d.1)
  return (
    fma(fma(d.4, all(-Point.sum), d.2), all(Point.product), d.0),
    fma(nearEven, all(Point.near), nearOdd), fma(nearEven, all(-Point.near), nearOdd),
    fma(farEven, all(Point.far), farOdd), fma(farEven, all(-Point.far), farOdd),
    fma(fma(d.5, all(-Point.sum), d.3), all(Point.product), d.1)
  )
}

/// Returns Aᵀ m: six points to four output values.
@inlinable @inline(__always)
public func outputValues<V: SIMD>(_ m: Six<V>) -> Four<V> where V.Scalar == Float {
  let nearEven = m.1 + m.2
  let nearOdd = m.1 - m.2
  let farEven = m.3 + m.4
  let farOdd = m.3 - m.4
  return (
    m.0 + nearEven + farEven, fma(nearOdd * all(Point.near), all(Point.far), farOdd),
    fma(nearEven * all(Point.near2), all(Point.far2), farEven),
    fma(fma(m.5, all(Point.near3), nearOdd), all(Point.far3), farOdd)
  )
}

/// Returns A y: the gradient of four outputs at the six points.
@inlinable @inline(__always)
public func gradientPoints<V: SIMD>(_ y: Four<V>) -> Six<V> where V.Scalar == Float {
  let nearEven = fma(y.0, all(Point.near2), y.2)
  let nearOdd = fma(y.1, all(Point.near2), y.3)
  let farEven = fma(y.0, all(Point.far2), y.2)
  let farOdd = fma(y.1, all(Point.far2), y.3)
  return (
    y.0, fma(nearEven, all(Point.near), nearOdd), fma(nearEven, all(-Point.near), nearOdd),
    fma(farEven, all(Point.far), farOdd), fma(farEven, all(-Point.far), farOdd), y.3
  )
}

/// Returns G g: three weights to six points.
@inlinable @inline(__always)
public func weightPoints<V: SIMD>(_ g: (V, V, V)) -> Six<V> where V.Scalar == Float {
  let nearEven = all(Point.nearNorm) * fma(g.0, all(Point.near2), g.2)
  let nearOdd = all(Point.nearNorm * Point.near) * g.1
  let farEven = all(Point.farNorm) * fma(g.0, all(Point.far2), g.2)
  let farOdd = all(Point.farNorm * Point.far) * g.1
  return (
    g.0 * all(Point.zeroNorm), nearEven + nearOdd, nearEven - nearOdd, farEven + farOdd,
    farEven - farOdd, g.2
  )
}

/// Returns Gᵀ u: the gradient at six points to that of three weights.
@inlinable @inline(__always)
public func weightGradient<V: SIMD>(_ u: Six<V>) -> (V, V, V) where V.Scalar == Float {
  let nearEven = all(Point.nearNorm) * (u.1 + u.2)
  let nearOdd = all(Point.nearNorm * Point.near) * (u.1 - u.2)
  let farEven = all(Point.farNorm) * (u.3 + u.4)
  let farOdd = all(Point.farNorm * Point.far) * (u.3 - u.4)
  return (
    fma(nearEven + farEven, all(Point.zeroNorm), u.0), nearOdd + farOdd,
    fma(fma(u.5, all(Point.near2), nearEven), all(Point.far2), farEven)
  )
}
