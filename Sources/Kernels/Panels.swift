import CProcessor

#if arch(x86_64)
  import KernelsAVX512

  /// Whether sixteen-lane tiles are used; they give the same bits as those of eight.
  let usesWideTiles = processor_vector_bits() == 512
#else
  let usesWideTiles = false
#endif

/// The width of the panel that begins at column `j` of `n`: 16, or 8 when at most 8 are left.
@inline(__always)
func panelWidth(_ j: Int, _ n: Int) -> Int { n &- j > 8 ? 16 : 8 }

/// The number of floats in a row of panels that hold `n` columns.
@inline(__always)
func paddedColumns(_ n: Int) -> Int {
  let whole = n / 16 * 16
  let rest = n - whole
  return whole + (rest == 0 ? 0 : rest > 8 ? 16 : 8)
}

/// A product C ← A·B (+ C) with B in panels of sixteen columns, the last of at most 8 columns in
/// one of eight: A(i, k) lies at a[i·rs + k·cs], and panels are `stepB` and `stepC` floats apart.
struct PanelProduct {
  /// The rows of A and C.
  var m: Int
  /// The depth of the sums.
  var depth: Int
  var rs: Int
  var cs: Int
  var stepB: Int
  var stepC: Int
  /// The floats between the rows of a panel of C.
  var ldc: Int
  /// Whether C is added to.
  var accumulate: Bool

  /// Computes panels that hold `columns` columns, rounded up to whole panels, from row `first` of
  /// B on.
  func multiply(
    columns: Int, a: FloatPointer, b: FloatPointer, first: Int = 0, c: MutableFloatPointer
  ) {
    let wholePanels = (columns &+ 7) >> 4
    multiply(panels: wholePanels, a: a, b: b + first &* 16, c: c)
    guard wholePanels &* 16 < columns else { return }
    multiplyRows(
      m: m, width: 8, kc: depth, a: a, rs: rs, cs: cs, b: b + (wholePanels &* stepB &+ first &* 8),
      ldb: 8, c: c + wholePanels &* stepC, ldc: ldc, accumulate: accumulate)
  }

  private func multiply(panels: Int, a: FloatPointer, b: FloatPointer, c: MutableFloatPointer) {
    #if arch(x86_64)
      if usesWideTiles {
        multiplyWidePanels(
          m: m, panels: panels, depth: depth, a: a, rs: rs, cs: cs, b: b, stepB: stepB, ldb: 16,
          c: c, stepC: stepC, ldc: ldc, accumulate: accumulate)
        return
      }
    #endif
    for p in 0..<panels {
      multiplyRows(
        m: m, width: 16, kc: depth, a: a, rs: rs, cs: cs, b: b + p &* stepB, ldb: 16,
        c: c + p &* stepC, ldc: ldc, accumulate: accumulate)
    }
  }
}
