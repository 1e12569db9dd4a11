// Register tiles in vectors of sixteen floats, for processors with AVX-512. Each output is the same
// chain of fused multiply-adds in the same order as in `Kernels`, so the bits are the same too.
//
// This target alone is compiled for AVX-512. It holds concrete code only: a specialisation that the
// linker shares with another target could carry these instructions to processors without them.
#if arch(x86_64)
  typealias F16 = SIMD16<Float>

  @inline(__always)
  func load16(_ p: UnsafePointer<Float>) -> F16 {
    UnsafeRawPointer(p).loadUnaligned(as: F16.self)
  }

  @inline(__always)
  func load16(_ p: UnsafeMutablePointer<Float>) -> F16 {
    UnsafeRawPointer(p).loadUnaligned(as: F16.self)
  }

  @inline(__always)
  func store16(_ p: UnsafeMutablePointer<Float>, _ v: F16) {
    UnsafeMutableRawPointer(p).storeBytes(of: v, as: F16.self)
  }

  /// The sizes of a product, and whether C is added to.
  ///
  /// A tuple: a type of its own would bring functions along that the linker may share.
  private typealias Sizes = (depth: Int, rs: Int, cs: Int, ldb: Int, ldc: Int, accumulate: Bool)

  /// Computes `m` rows of C ← A·B (+ C) over `panels` panels of sixteen columns, `stepB` and `stepC`
  /// floats apart: A(i, k) lies at a[i·rs + k·cs], row k of B at b + k·ldb, row i of C at c + i·ldc.
  ///
  /// Panels go in pairs: a broadcast that feeds two multiply-adds leaves the loads no bottleneck.
  public func multiplyWidePanels(
    m: Int, panels: Int, depth: Int, a: UnsafePointer<Float>, rs: Int, cs: Int,
    b: UnsafePointer<Float>, stepB: Int, ldb: Int, c: UnsafeMutablePointer<Float>, stepC: Int,
    ldc: Int, accumulate: Bool
  ) {
    let s: Sizes = (depth, rs, cs, ldb, ldc, accumulate)
    var p = 0
    while p &+ 2 <= panels {
      var i = 0
      while i < m {
        i &+= pair(
          min(8, m &- i), s, a + i &* s.rs, b + p &* stepB, stepB, c + (p &* stepC &+ i &* s.ldc),
          stepC)
      }
      p &+= 2
    }
    guard p < panels else { return }
    var i = 0
    while i < m {
      i &+= single(
        m &- i, s, a + i &* s.rs, b + p &* stepB, c + (p &* stepC &+ i &* s.ldc))
    }
  }

  /// Computes up to eight rows of two panels; returns how many.
  @inline(__always)
  private func pair(
    _ rows: Int, _ s: Sizes, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    _ stepB: Int, _ c: UnsafeMutablePointer<Float>, _ stepC: Int
  ) -> Int {
    switch rows {
    case 8: Tile<8>.pair(s, a, b, stepB, c, stepC)
    case 7: Tile<7>.pair(s, a, b, stepB, c, stepC)
    case 6: Tile<6>.pair(s, a, b, stepB, c, stepC)
    case 5: Tile<5>.pair(s, a, b, stepB, c, stepC)
    case 4: Tile<4>.pair(s, a, b, stepB, c, stepC)
    case 3: Tile<3>.pair(s, a, b, stepB, c, stepC)
    case 2: Tile<2>.pair(s, a, b, stepB, c, stepC)
    default: Tile<1>.pair(s, a, b, stepB, c, stepC)
    }
    return rows
  }

  /// Computes up to sixteen of `left` rows of one panel; returns how many.
  @inline(__always)
  private func single(
    _ left: Int, _ s: Sizes, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    _ c: UnsafeMutablePointer<Float>
  ) -> Int {
    if left >= 16 {
      Tile<16>.single(s, a, b, c)
      return 16
    }
    if left >= 12 {
      Tile<12>.single(s, a, b, c)
      return 12
    }
    let rows = min(8, left)
    switch rows {
    case 8: Tile<8>.single(s, a, b, c)
    case 7: Tile<7>.single(s, a, b, c)
    case 6: Tile<6>.single(s, a, b, c)
    case 5: Tile<5>.single(s, a, b, c)
    case 4: Tile<4>.single(s, a, b, c)
    case 3: Tile<3>.single(s, a, b, c)
    case 2: Tile<2>.single(s, a, b, c)
    default: Tile<1>.single(s, a, b, c)
    }
    return rows
  }

  /// A register tile of up to sixteen rows.
  ///
  /// Its loops have constant bounds and are unrolled, so that the sums stay in registers.
  private enum Tile<let rows: Int> {
    /// Computes one panel.
    ///
    /// Four rows share a pointer: a single one would be a chain of additions as long as the
    /// multiply-adds of a step.
    @inline(never)
    static func single(
      _ s: Sizes, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
      _ c: UnsafeMutablePointer<Float>
    ) {
      var sums = InlineArray<rows, F16>(repeating: F16.zero)
      if s.accumulate { for i in 0..<rows { sums[unchecked: i] = load16(c + i &* s.ldc) } }
      let rs = s.rs
      var a0 = a
      var a1 = a + 4 &* rs
      var a2 = a + 8 &* rs
      var a3 = a + 12 &* rs
      var b = b
      var k = s.depth
      while k > 0 {
        let v = load16(b)
        for i in 0..<min(4, rows) { add(&sums[unchecked: i], a0[i &* rs], v) }
        for i in 4..<max(4, min(8, rows)) { add(&sums[unchecked: i], a1[(i &- 4) &* rs], v) }
        for i in 8..<max(8, min(12, rows)) { add(&sums[unchecked: i], a2[(i &- 8) &* rs], v) }
        for i in 12..<max(12, rows) { add(&sums[unchecked: i], a3[(i &- 12) &* rs], v) }
        a0 += s.cs
        a1 += s.cs
        a2 += s.cs
        a3 += s.cs
        b += s.ldb
        k &-= 1
      }
      for i in 0..<rows { store16(c + i &* s.ldc, sums[unchecked: i]) }
    }

    /// Computes two panels of at most eight rows.
    @inline(never)
    static func pair(
      _ s: Sizes, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ stepB: Int,
      _ c: UnsafeMutablePointer<Float>, _ stepC: Int
    ) {
      var left = InlineArray<rows, F16>(repeating: F16.zero)
      var right = InlineArray<rows, F16>(repeating: F16.zero)
      if s.accumulate {
        for i in 0..<rows {
          left[unchecked: i] = load16(c + i &* s.ldc)
          right[unchecked: i] = load16(c + (stepC &+ i &* s.ldc))
        }
      }
      let rs = s.rs
      var a0 = a
      var a1 = a + 4 &* rs
      var b0 = b
      var b1 = b + stepB
      var k = s.depth
      while k > 0 {
        let v = load16(b0)
        let w = load16(b1)
        for i in 0..<min(4, rows) {
          let x = a0[i &* rs]
          add(&left[unchecked: i], x, v)
          add(&right[unchecked: i], x, w)
        }
        for i in 4..<max(4, rows) {
          let x = a1[(i &- 4) &* rs]
          add(&left[unchecked: i], x, v)
          add(&right[unchecked: i], x, w)
        }
        a0 += s.cs
        a1 += s.cs
        b0 += s.ldb
        b1 += s.ldb
        k &-= 1
      }
      for i in 0..<rows {
        store16(c + i &* s.ldc, left[unchecked: i])
        store16(c + (stepC &+ i &* s.ldc), right[unchecked: i])
      }
    }

    /// Adds x · v in one rounding per lane.
    @inline(__always)
    private static func add(_ sum: inout F16, _ x: Float, _ v: F16) {
      sum.addProduct(F16(repeating: x), v)
    }
  }
#endif
