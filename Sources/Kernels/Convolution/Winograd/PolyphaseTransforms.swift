// Stride 2 as four convolutions of stride 1 on the phases of the map. Along one axis, output i is
// w₀ x[2i−1] + w₂ x[2i+1], two taps over the odd places by F(4, 2), plus w₁ x[2i], one tap over
// the even places: nine points make four outputs, 81 products instead of 144 in two dimensions.
// The points of F(4, 2) are ±5/8, ±3/2, ∞: points 0…4 below; points 5…8 are the even places.

/// Nine points along one axis, read and written by index.
typealias Loader = (Int) -> F8

/// Turns five values into the five points of F(4, 2).
@inline(__always)
private func pairPoints(_ d: (F8, F8, F8, F8, F8)) -> (F8, F8, F8, F8, F8) {
  let nearOdd = fma8(d.3, all(-Point.far2), d.1)
  let nearEven = fma8(d.2, all(-Point.far2), d.0)
  let farOdd = fma8(d.3, all(-Point.near2), d.1)
  let farEven = fma8(d.2, all(-Point.near2), d.0)
  return (
    fma8(nearOdd, all(Point.near), nearEven), fma8(nearOdd, all(-Point.near), nearEven),
    fma8(farOdd, all(Point.far), farEven), fma8(farOdd, all(-Point.far), farEven),
    fma8(fma8(d.4, all(-Point.sum), d.2), all(Point.product), d.0)
  )
}

/// Turns five points of F(4, 2) into four values.
@inline(__always)
private func pairValues(_ m: (F8, F8, F8, F8, F8)) -> Four {
  let nearEven = m.0 + m.1
  let nearOdd = m.0 - m.1
  let farEven = m.2 + m.3
  let farOdd = m.2 - m.3
  return (
    nearEven + farEven, fma8(nearOdd * all(Point.near), all(Point.far), farOdd),
    fma8(nearEven * all(Point.near2), all(Point.far2), farEven),
    fma8(fma8(m.4, all(Point.near3), nearOdd), all(Point.far3), farOdd)
  )
}

/// Turns nine values at places 2i−1 … 2i+7 of the input into nine points.
@inline(__always)
func halvingPoints(_ d: Loader, _ out: MutableFloatPointer, _ step: Int) {
  let odd = pairPoints((d(0), d(2), d(4), d(6), d(8)))
  storeFive(out, step, odd)
  store8(out + 5 &* step, d(1))
  store8(out + 6 &* step, d(3))
  store8(out + 7 &* step, d(5))
  store8(out + 8 &* step, d(7))
}

/// Turns five output gradients into the nine points of eight input gradients.
@inline(__always)
func doublingPoints(_ d: Loader, _ out: MutableFloatPointer, _ step: Int) {
  let v = (d(0), d(1), d(2), d(3), d(4))
  storeFive(out, step, pairPoints(v))
  store8(out + 5 &* step, v.0)
  store8(out + 6 &* step, v.1)
  store8(out + 7 &* step, v.2)
  store8(out + 8 &* step, v.3)
}

/// Turns the gradient of four outputs into that at the nine points.
@inline(__always)
func halvingGradientPoints(_ y: Four, _ out: MutableFloatPointer, _ step: Int) {
  let p = gradientPoints(y)
  storeFive(out, step, (p.1, p.2, p.3, p.4, p.5))
  store8(out + 5 &* step, y.0)
  store8(out + 6 &* step, y.1)
  store8(out + 7 &* step, y.2)
  store8(out + 8 &* step, y.3)
}

/// Turns nine points that lie `step` floats apart into four outputs.
@inline(__always)
func halvingValues(_ m: FloatPointer, _ step: Int) -> Four {
  let v = pairValues(loadFive(m, step))
  let e = m + 5 &* step
  return (
    v.0 + load8(e), v.1 + load8(e + step), v.2 + load8(e + 2 &* step), v.3 + load8(e + 3 &* step)
  )
}

/// Turns nine points into the four input gradients at odd places; those at even places are points
/// 5…8 themselves.
@inline(__always)
func doublingValues(_ m: FloatPointer, _ step: Int) -> Four { pairValues(loadFive(m, step)) }

/// Turns three weights into six points: five of F(4, 2) from the outer two, then the middle one.
@inline(__always)
func polyphaseWeightPoints(_ g: (F8, F8, F8)) -> Six {
  let near = all(Point.nearPairNorm)
  let far = all(Point.farPairNorm)
  let nearOdd = all(Point.near) * g.2
  let farOdd = all(Point.far) * g.2
  return (
    near * (g.0 + nearOdd), near * (nearOdd - g.0), far * (g.0 + farOdd), far * (farOdd - g.0),
    g.2, g.1
  )
}

/// Turns the gradient at six points into that of three weights.
@inline(__always)
func polyphaseWeightGradient(_ u: Six) -> (F8, F8, F8) {
  let near = all(Point.nearPairNorm)
  let far = all(Point.farPairNorm)
  let outer = fma8(near * (u.0 - u.1), far, u.2 - u.3)
  let nearOdd = all(Point.near) * near
  let farOdd = all(Point.far) * far
  return (
    outer, u.5, fma8(fma8(u.4, nearOdd, u.0 + u.1), farOdd, u.2 + u.3)
  )
}

extension Point {
  /// 1 / Π (p − q) over the other points of F(4, 2), for p = +near and +far; the negative points
  /// have its opposite.
  @inline(__always) static var nearPairNorm: Float { 1 / (2 * near * (near2 - far2)) }
  @inline(__always) static var farPairNorm: Float { 1 / (2 * far * (far2 - near2)) }
}

@inline(__always)
private func loadFive(_ p: FloatPointer, _ step: Int) -> (F8, F8, F8, F8, F8) {
  (
    load8(p), load8(p + step), load8(p + 2 &* step), load8(p + 3 &* step), load8(p + 4 &* step)
  )
}

@inline(__always)
private func storeFive(
  _ p: MutableFloatPointer, _ step: Int, _ v: (F8, F8, F8, F8, F8)
) {
  store8(p, v.0)
  store8(p + step, v.1)
  store8(p + 2 &* step, v.2)
  store8(p + 3 &* step, v.3)
  store8(p + 4 &* step, v.4)
}
