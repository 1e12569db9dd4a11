/// Reductions and maps over one contiguous row of floats, in an order fixed by its length.
///
/// Sums are kept in Float64: products of two floats are exact there.
public enum Rows {
  /// Returns Σ aᵢ bᵢ.
  public static func dot(_ a: FloatPointer, _ b: FloatPointer, _ count: Int) -> Double {
    var s0 = SIMD8<Double>()
    var i = 0
    while i &+ 8 <= count {
      s0.addProduct(widen(load8(a + i)), widen(load8(b + i)))
      i &+= 8
    }
    var tail = 0.0
    while i < count {
      tail += Double(a[i]) * Double(b[i])
      i &+= 1
    }
    return fold(s0) + tail
  }

  /// Returns Σ aᵢ².
  public static func squaredNorm(_ a: FloatPointer, _ count: Int) -> Double { dot(a, a, count) }

  /// Returns Σ (aᵢ − bᵢ)².
  public static func squaredDistance(
    _ a: FloatPointer, _ b: FloatPointer, _ count: Int
  ) -> Double {
    var sum = SIMD8<Double>()
    var i = 0
    while i &+ 8 <= count {
      let d = widen(load8(a + i)) - widen(load8(b + i))
      sum.addProduct(d, d)
      i &+= 8
    }
    var tail = 0.0
    while i < count {
      let d = Double(a[i]) - Double(b[i])
      tail += d * d
      i &+= 1
    }
    return fold(sum) + tail
  }

  /// Returns Σ aᵢ.
  public static func sum(_ a: FloatPointer, _ count: Int) -> Double {
    var sum = SIMD8<Double>()
    var i = 0
    while i &+ 8 <= count {
      sum += widen(load8(a + i))
      i &+= 8
    }
    var tail = 0.0
    while i < count {
      tail += Double(a[i])
      i &+= 1
    }
    return fold(sum) + tail
  }

  /// Returns the largest element, or minus infinity for an empty row; NaN is passed over.
  public static func maximum(_ a: FloatPointer, _ count: Int) -> Float {
    var top = F8(repeating: -.infinity)
    var i = 0
    while i &+ 8 <= count {
      let v = load8(a + i)
      top = top.replacing(with: v, where: v .> top)
      i &+= 8
    }
    var best = -Float.infinity
    for lane in 0..<8 where top[lane] > best { best = top[lane] }
    while i < count {
      if a[i] > best { best = a[i] }
      i &+= 1
    }
    return best
  }

  /// Writes e^(scale · aᵢ + shift) and returns the sum of what was written; `out` may be `a`.
  @discardableResult
  public static func exp(
    _ a: FloatPointer, _ count: Int, scale: Float = 1, shift: Float, to out: MutableFloatPointer
  ) -> Double {
    let factor = F8(repeating: scale)
    let offset = F8(repeating: shift)
    var sum = SIMD8<Double>()
    var i = 0
    while i &+ 8 <= count {
      let e = exp8(fma8(offset, load8(a + i), factor))
      store8(out + i, e)
      sum += widen(e)
      i &+= 8
    }
    guard i < count else { return fold(sum) }
    var last = F8(repeating: -.infinity)
    for lane in 0..<(count &- i) { last[lane] = a[i &+ lane] }
    let e = exp8(fma8(offset, last, factor))
    for lane in 0..<(count &- i) {
      out[i &+ lane] = e[lane]
      sum[lane] += Double(e[lane])
    }
    return fold(sum)
  }

  /// Writes yᵢ ← a xᵢ.
  public static func scale(
    _ a: Float, _ x: FloatPointer, _ count: Int, to y: MutableFloatPointer
  ) {
    let factor = F8(repeating: a)
    var i = 0
    while i &+ 8 <= count {
      store8(y + i, factor * load8(x + i))
      i &+= 8
    }
    while i < count {
      y[i] = a * x[i]
      i &+= 1
    }
  }

  /// Writes yᵢ ← xᵢ / d, rounded once; a divisor below 10⁻³⁰ is used in Float64.
  public static func divide(
    _ x: FloatPointer, _ count: Int, by d: Double, to y: MutableFloatPointer
  ) {
    guard d >= 1e-30, d < 1e30 else {
      for i in 0..<count { y[i] = Float(Double(x[i]) / d) }
      return
    }
    let divisor = F8(repeating: Float(d))
    var i = 0
    while i &+ 8 <= count {
      store8(y + i, load8(x + i) / divisor)
      i &+= 8
    }
    while i < count {
      y[i] = x[i] / Float(d)
      i &+= 1
    }
  }

  /// Writes yᵢ ← a xᵢ + b zᵢ; `y` may be `x` or `z`.
  public static func combine(
    _ a: Float, _ x: FloatPointer, _ b: Float, _ z: FloatPointer, _ count: Int,
    to y: MutableFloatPointer
  ) {
    let fa = F8(repeating: a)
    let fb = F8(repeating: b)
    var i = 0
    while i &+ 8 <= count {
      store8(y + i, fma8(fb * load8(z + i), fa, load8(x + i)))
      i &+= 8
    }
    while i < count {
      y[i] = (b * z[i]).addingProduct(a, x[i])
      i &+= 1
    }
  }

  @inline(__always)
  private static func widen(_ v: F8) -> SIMD8<Double> { SIMD8<Double>(v) }

  /// Adds the lanes in a fixed tree.
  @inline(__always)
  private static func fold(_ v: SIMD8<Double>) -> Double {
    let four = v.lowHalf + v.highHalf
    let two = four.lowHalf + four.highHalf
    return two[0] + two[1]
  }
}
