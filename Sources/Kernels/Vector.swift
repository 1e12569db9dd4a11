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
