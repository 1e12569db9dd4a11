/// The depth of one pass: a 16-wide panel of B of this depth stays in the L1 cache.
let depthBlock = 256

/// Computes C ← α op(A) op(B) + β C on row-major matrices.
///
/// Shape: op(A) [m, k], op(B) [k, n], C [m, n]; `lda`, `ldb`, `ldc` are row strides in floats.
/// Sums run over depth in blocks of 256 whatever the thread count, so bits do not depend on it.
public func gemm(
  _ workers: Workers, transposeA: Bool = false, transposeB: Bool = false, m: Int, n: Int, k: Int,
  alpha: Float = 1, a: FloatPointer, lda: Int, b: FloatPointer, ldb: Int, beta: Float = 0,
  c: MutableFloatPointer, ldc: Int
) {
  guard m > 0, n > 0 else { return }
  let isZero = k <= 0 || alpha == 0
  if isZero ? beta != 1 : beta != 0 && beta != 1 {
    for i in 0..<m {
      let row = c + i * ldc
      for j in 0..<n { row[j] = beta == 0 ? 0 : row[j] * beta }
    }
  }
  guard !isZero else { return }
  let packed = workers.sharedScratch(count: k * paddedColumns(n))
  packPanels(workers, transpose: transposeB, n: n, k: k, scale: alpha, b: b, ldb: ldb, to: packed)
  gemmPacked(
    workers, m: m, n: n, k: k, a: a, rs: transposeA ? 1 : lda, cs: transposeA ? lda : 1,
    panels: packed, accumulate: beta != 0, c: c, ldc: ldc)
}

/// Computes C ← A·B (+ C) with B in panels; A(i, k) lies at a[i·rs + k·cs].
func gemmPacked(
  _ workers: Workers, m: Int, n: Int, k: Int, a: FloatPointer, rs: Int, cs: Int,
  panels: FloatPointer, accumulate: Bool, c: MutableFloatPointer, ldc: Int
) {
  let rows = 96
  let columns = 256
  let rowBlocks = (m + rows - 1) / rows
  let columnBlocks = (n + columns - 1) / columns
  workers.parallel(rowBlocks * columnBlocks) { chunk, worker in
    let i0 = chunk % rowBlocks * rows
    let j0 = chunk / rowBlocks * columns
    let mc = min(rows, m - i0)
    let edge = workers.scratch(worker, count: rows * 16)
    let nc = min(columns, n - j0)
    // A last panel that C does not hold whole goes by way of `edge`.
    let rest = nc % 8 == 0 ? 0 : nc % 16
    var k0 = 0
    while k0 < k {
      var product = PanelProduct(
        m: mc, depth: min(depthBlock, k - k0), rs: rs, cs: cs, stepB: 16 * k, stepC: 16, ldc: ldc,
        accumulate: accumulate || k0 > 0)
      let a = a + i0 * rs + k0 * cs
      let out = c + i0 * ldc + j0
      product.multiply(columns: nc - rest, a: a, b: panels + j0 * k, first: k0, c: out)
      if rest > 0 {
        let width = panelWidth(0, rest)
        product.ldc = width
        let j = j0 + nc - rest
        for i in 0..<mc where product.accumulate {
          let row = c + ((i0 &+ i) &* ldc &+ j)
          for jj in 0..<width { edge[i &* width &+ jj] = jj < rest ? row[jj] : 0 }
        }
        product.multiply(columns: rest, a: a, b: panels + j * k, first: k0, c: edge)
        for i in 0..<mc {
          for jj in 0..<rest { c[(i0 &+ i) &* ldc &+ j &+ jj] = edge[i &* width &+ jj] }
        }
      }
      k0 += depthBlock
    }
  }
}

/// Packs op(B) [k, n] into panels [n/16][k][16]; a last panel of at most 8 columns is [k][8].
func packPanels(
  _ workers: Workers, transpose: Bool, n: Int, k: Int, scale: Float, b: FloatPointer, ldb: Int,
  to packed: MutableFloatPointer
) {
  workers.parallel((n + 15) / 16) { panel, _ in
    let j = panel * 16
    let width = panelWidth(j, n)
    let columns = min(width, n - j)
    let out = packed + j * k
    if transpose {
      for jj in 0..<width {
        guard jj < columns else {
          for kk in 0..<k { out[kk &* width &+ jj] = 0 }
          continue
        }
        let row = b + (j + jj) * ldb
        for kk in 0..<k { out[kk &* width &+ jj] = row[kk] * scale }
      }
    } else {
      for kk in 0..<k {
        let row = b + kk * ldb + j
        let o = out + kk * width
        for jj in 0..<columns { o[jj] = row[jj] * scale }
        for jj in columns..<width { o[jj] = 0 }
      }
    }
  }
}
