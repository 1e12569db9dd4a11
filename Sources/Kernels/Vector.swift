/// Eight Float32 lanes: one AVX2 register.
@usableFromInline typealias F8 = SIMD8<Float>
/// A read-only row of floats.
public typealias FloatPointer = UnsafePointer<Float>
/// A writable row of floats.
public typealias MutableFloatPointer = UnsafeMutablePointer<Float>

@inline(__always)
func load8(_ p: FloatPointer) -> F8 { UnsafeRawPointer(p).loadUnaligned(as: F8.self) }

@inline(__always)
func load8(_ p: MutableFloatPointer) -> F8 { UnsafeRawPointer(p).loadUnaligned(as: F8.self) }

@inline(__always)
func store8(_ p: MutableFloatPointer, _ v: F8) {
  UnsafeMutableRawPointer(p).storeBytes(of: v, as: F8.self)
}

/// Returns c + a · b in one rounding per lane.
@inline(__always)
func fma8(_ c: F8, _ a: F8, _ b: F8) -> F8 { c.addingProduct(a, b) }

/// Returns max(v, 0); written as a select, since `pointwiseMax` is not always inlined.
@inline(__always)
func relu8(_ v: F8) -> F8 { v.replacing(with: F8.zero, where: v .< F8.zero) }

/// Loads the first `lanes` floats of a vector; the other lanes are 0.
///
/// In pieces of four, two and one, without a loop: nothing behind them is touched.
@inline(__always)
func load8(_ p: FloatPointer, lanes: Int) -> F8 {
  if lanes >= 8 { return load8(p) }
  if lanes >= 4 { return F8(lowHalf: load4(p), highHalf: load4(p + 4, lanes: lanes &- 4)) }
  return F8(lowHalf: load4(p, lanes: lanes), highHalf: SIMD4.zero)
}

/// Stores the first `lanes` floats of a vector.
@inline(__always)
func store8(_ p: MutableFloatPointer, _ v: F8, lanes: Int) {
  if lanes >= 8 {
    store8(p, v)
    return
  }
  var rest = v.lowHalf
  var q = p
  if lanes & 4 != 0 {
    UnsafeMutableRawPointer(q).storeBytes(of: rest, as: SIMD4<Float>.self)
    rest = v.highHalf
    q += 4
  }
  if lanes & 2 != 0 {
    UnsafeMutableRawPointer(q).storeBytes(of: rest.lowHalf, as: SIMD2<Float>.self)
    if lanes & 1 != 0 { q[2] = rest[2] }
  } else if lanes & 1 != 0 {
    q[0] = rest[0]
  }
}

@inline(__always)
private func load4(_ p: FloatPointer) -> SIMD4<Float> {
  UnsafeRawPointer(p).loadUnaligned(as: SIMD4<Float>.self)
}

/// Loads fewer than four floats.
@inline(__always)
private func load4(_ p: FloatPointer, lanes: Int) -> SIMD4<Float> {
  var v = SIMD4<Float>.zero
  if lanes & 2 != 0 {
    v.lowHalf = UnsafeRawPointer(p).loadUnaligned(as: SIMD2<Float>.self)
    if lanes & 1 != 0 { v[2] = p[2] }
  } else if lanes & 1 != 0 {
    v[0] = p[0]
  }
  return v
}
