// The one-dimensional transforms of F(4, 3); two of them, along rows and columns, make
// F(4×4, 3×3): Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A.
// Source: Lavin & Gray, "Fast Algorithms for Convolutional Neural Networks", arXiv:1509.09308.
// Differs: the points are 0, ±5/8, ±3/2, ∞ instead of 0, ±1, ±2, ∞. Their powers stay near 1, so
// the largest error is a quarter as large for the same number of operations.

/// Six vectors: one row or column of a 6×6 tile.
typealias Six = (F8, F8, F8, F8, F8, F8)
/// Four vectors: one row or column of a 4×4 tile.
typealias Four = (F8, F8, F8, F8)

/// The number of points of the weights, 6 × 6.
let weightPointCount = 36

/// The finite points other than 0, and what the transforms make of them.
enum Point {
  @inline(__always) static var near: Float { 0.625 }
  @inline(__always) static var far: Float { 1.5 }
  @inline(__always) static var near2: Float { 0.390625 }
  @inline(__always) static var far2: Float { 2.25 }
  @inline(__always) static var near3: Float { 0.244140625 }
  @inline(__always) static var far3: Float { 3.375 }
  /// near² · far² and near² + far².
  @inline(__always) static var product: Float { 0.87890625 }
  @inline(__always) static var sum: Float { 2.640625 }
  /// 1 / Π (p − q) over the other finite points q, for p = 0, ±near, ±far.
  @inline(__always) static var zeroNorm: Float { 1 / product }
  @inline(__always) static var nearNorm: Float { 1 / (2 * near2 * (near2 - far2)) }
  @inline(__always) static var farNorm: Float { 1 / (2 * far2 * (far2 - near2)) }
}

@inline(__always)
func all(_ x: Float) -> F8 { F8(repeating: x) }

/// Returns Bᵀ d: six input values to six points.
@inline(__always)
func inputPoints(_ d: Six) -> Six {
  let nearEven = fma8(d.4, all(-Point.far2), d.2)
  let nearOdd = fma8(d.3, all(-Point.far2), d.1)
  let farEven = fma8(d.4, all(-Point.near2), d.2)
  let farOdd = fma8(d.3, all(-Point.near2), d.1)
  return (
    fma8(fma8(d.4, all(-Point.sum), d.2), all(Point.product), d.0),
    fma8(nearEven, all(Point.near), nearOdd), fma8(nearEven, all(-Point.near), nearOdd),
    fma8(farEven, all(Point.far), farOdd), fma8(farEven, all(-Point.far), farOdd),
    fma8(fma8(d.5, all(-Point.sum), d.3), all(Point.product), d.1)
  )
}

/// Returns Aᵀ m: six points to four output values.
@inline(__always)
func outputValues(_ m: Six) -> Four {
  let nearEven = m.1 + m.2
  let nearOdd = m.1 - m.2
  let farEven = m.3 + m.4
  let farOdd = m.3 - m.4
  return (
    m.0 + nearEven + farEven, fma8(nearOdd * all(Point.near), all(Point.far), farOdd),
    fma8(nearEven * all(Point.near2), all(Point.far2), farEven),
    fma8(fma8(m.5, all(Point.near3), nearOdd), all(Point.far3), farOdd)
  )
}

/// Returns A y: the gradient of four outputs at the six points.
@inline(__always)
func gradientPoints(_ y: Four) -> Six {
  let nearEven = fma8(y.0, all(Point.near2), y.2)
  let nearOdd = fma8(y.1, all(Point.near2), y.3)
  let farEven = fma8(y.0, all(Point.far2), y.2)
  let farOdd = fma8(y.1, all(Point.far2), y.3)
  return (
    y.0, fma8(nearEven, all(Point.near), nearOdd), fma8(nearEven, all(-Point.near), nearOdd),
    fma8(farEven, all(Point.far), farOdd), fma8(farEven, all(-Point.far), farOdd), y.3
  )
}

/// Returns G g: three weights to six points.
@inline(__always)
func weightPoints(_ g: (F8, F8, F8)) -> Six {
  let nearEven = all(Point.nearNorm) * fma8(g.0, all(Point.near2), g.2)
  let nearOdd = all(Point.nearNorm * Point.near) * g.1
  let farEven = all(Point.farNorm) * fma8(g.0, all(Point.far2), g.2)
  let farOdd = all(Point.farNorm * Point.far) * g.1
  return (
    g.0 * all(Point.zeroNorm), nearEven + nearOdd, nearEven - nearOdd, farEven + farOdd,
    farEven - farOdd, g.2
  )
}

/// Returns Gᵀ u: the gradient at six points to that of three weights.
@inline(__always)
func weightGradient(_ u: Six) -> (F8, F8, F8) {
  let nearEven = all(Point.nearNorm) * (u.1 + u.2)
  let nearOdd = all(Point.nearNorm * Point.near) * (u.1 - u.2)
  let farEven = all(Point.farNorm) * (u.3 + u.4)
  let farOdd = all(Point.farNorm * Point.far) * (u.3 - u.4)
  return (
    fma8(nearEven + farEven, all(Point.zeroNorm), u.0), nearOdd + farOdd,
    fma8(fma8(u.5, all(Point.near2), nearEven), all(Point.far2), farEven)
  )
}

/// Loads six vectors that lie `step` floats apart.
@inline(__always)
func loadSix(_ p: MutableFloatPointer, _ step: Int) -> Six {
  (
    load8(p), load8(p + step), load8(p + 2 &* step), load8(p + 3 &* step), load8(p + 4 &* step),
    load8(p + 5 &* step)
  )
}

/// Loads six vectors that lie `step` floats apart.
@inline(__always)
func loadSix(_ p: FloatPointer, _ step: Int) -> Six {
  (
    load8(p), load8(p + step), load8(p + 2 &* step), load8(p + 3 &* step), load8(p + 4 &* step),
    load8(p + 5 &* step)
  )
}

/// Stores six vectors `step` floats apart.
@inline(__always)
func storeSix(_ p: MutableFloatPointer, _ step: Int, _ v: Six) {
  store8(p, v.0)
  store8(p + step, v.1)
  store8(p + 2 &* step, v.2)
  store8(p + 3 &* step, v.3)
  store8(p + 4 &* step, v.4)
  store8(p + 5 &* step, v.5)
}
