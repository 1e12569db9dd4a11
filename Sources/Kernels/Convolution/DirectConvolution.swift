// Convolution by implicit GEMM: rows of patches are gathered block by block into a worker's
// scratch and multiplied by packed weights. Weights are PyTorch's [K, C, R, S]; maps are NHWC.
// Work is cut into blocks of output pixels by shape, so bits do not depend on the thread count.

/// The number of floats that packed forward weights of a shape need.
func directForwardPackedCount(_ g: ConvolutionShape) -> Int {
  g.r * g.s * g.c * paddedColumns(g.k)
}

/// The number of floats that packed weights for the gradient of the input need.
func directBackwardPackedCount(_ g: ConvolutionShape) -> Int {
  g.r * g.s * g.k * paddedColumns(g.c)
}

/// Packs weights [K, C, R, S] for the forward pass: panels [K/16][R·S·C][16].
func packDirectForward(
  _ workers: Workers, _ g: ConvolutionShape, weights: FloatPointer, to packed: MutableFloatPointer
) {
  let depth = g.r * g.s * g.c
  let taps = g.r * g.s
  workers.parallel((g.k + 15) / 16) { panel, _ in
    let k0 = panel * 16
    let width = panelWidth(k0, g.k)
    let columns = min(width, g.k - k0)
    let out = packed + k0 * depth
    for j in 0..<width {
      for c in 0..<g.c {
        let w = weights + ((k0 + j) * g.c + c) * taps
        for t in 0..<taps {
          out[(t &* g.c &+ c) &* width &+ j] = j < columns ? w[t] : 0
        }
      }
    }
  }
}

/// Computes y ← x ∗ w (+ bias).
///
/// Shape: x [N, H, W, C], `packed` from `packDirectForward`, y [N, H′, W′, K].
func directForward(
  _ workers: Workers, _ g: ConvolutionShape, x: FloatPointer, packed: FloatPointer,
  bias: FloatPointer?, y: MutableFloatPointer
) {
  let gather = Gather.forward(g)
  multiplyGathered(workers, gather, x: x, panels: packed, columns: g.k) { first, count, tile, ld in
    for i in 0..<count {
      let d = y + (first + i) * g.k
      let t = tile + i * ld
      if let bias {
        for j in 0..<g.k { d[j] = t[j] + bias[j] }
      } else {
        copy(t, d, g.k)
      }
    }
  }
}

/// One parity class of the gradient of the input: positions y ≡ py, x ≡ px modulo the stride.
private struct ParityClass {
  var gather: Gather
  /// Kernel rows and columns in the order of the gathered taps.
  var rows: [Int]
  var columns: [Int]
  var py: Int
  var px: Int

  static func all(_ g: ConvolutionShape) -> [ParityClass] {
    var out: [ParityClass] = []
    for py in 0..<min(g.stride, g.h) {
      for px in 0..<min(g.stride, g.w) {
        // Descending kernel index is ascending source offset, so runs stay contiguous.
        let rows = (0..<g.r).reversed().filter { (py + g.padding - $0) % g.stride == 0 }
        let columns = (0..<g.s).reversed().filter { (px + g.padding - $0) % g.stride == 0 }
        let dx = columns.first.map { (px + g.padding - $0) / g.stride } ?? 0
        let runs = rows.enumerated().map { i, r in
          TapRun(
            dy: (py + g.padding - r) / g.stride, dx: dx, count: columns.count,
            offset: i * columns.count * g.k)
        }
        let gather = Gather(
          n: g.n, h: g.oh, w: g.ow, c: g.k, gh: (g.h - py + g.stride - 1) / g.stride,
          gw: (g.w - px + g.stride - 1) / g.stride, step: 1,
          runs: columns.isEmpty ? [] : runs, depth: rows.count * columns.count * g.k)
        out.append(ParityClass(gather: gather, rows: rows, columns: columns, py: py, px: px))
      }
    }
    return out
  }
}

/// Packs weights [K, C, R, S] for the gradient of the input: per parity class, panels
/// [C/16][taps·K][16].
func packDirectBackward(
  _ workers: Workers, _ g: ConvolutionShape, weights: FloatPointer, to packed: MutableFloatPointer
) {
  var offset = 0
  for parity in ParityClass.all(g) where parity.gather.depth > 0 {
    let depth = parity.gather.depth
    let start = packed + offset
    workers.parallel((g.c + 15) / 16) { panel, _ in
      let c0 = panel * 16
      let width = panelWidth(c0, g.c)
      let out = start + c0 * depth
      var tap = 0
      for r in parity.rows {
        for s in parity.columns {
          for k in 0..<g.k {
            let o = out + (tap &* g.k &+ k) &* width
            for j in 0..<width {
              let c = c0 &+ j
              o[j] = c < g.c ? weights[((k &* g.c &+ c) &* g.r &+ r) &* g.s &+ s] : 0
            }
          }
          tap += 1
        }
      }
    }
    offset += depth * paddedColumns(g.c)
  }
}

/// Computes dx ← dy ∗ wᵀ, or adds to dx.
///
/// Shape: dy [N, H′, W′, K], `packed` from `packDirectBackward`, dx [N, H, W, C].
func directBackwardData(
  _ workers: Workers, _ g: ConvolutionShape, dy: FloatPointer, packed: FloatPointer,
  accumulate: Bool, dx: MutableFloatPointer
) {
  var offset = 0
  for parity in ParityClass.all(g) {
    let gather = parity.gather
    let depth = gather.depth
    let place = { (row: Int) -> MutableFloatPointer in
      let gx = row % gather.gw
      let gy = row / gather.gw % gather.gh
      let image = row / (gather.gw * gather.gh)
      let y = gy &* g.stride &+ parity.py
      let x = gx &* g.stride &+ parity.px
      return dx + ((image &* g.h &+ y) &* g.w &+ x) &* g.c
    }
    guard depth > 0 else {
      if !accumulate {
        workers.parallel(count: gather.rows, grain: 1024) { range, _ in
          for row in range { zero(place(row), g.c) }
        }
      }
      continue
    }
    multiplyGathered(workers, gather, x: dy, panels: packed + offset, columns: g.c) {
      first, count, tile, ld in
      for i in 0..<count {
        let d = place(first + i)
        let t = tile + i * ld
        if accumulate {
          for j in 0..<g.c { d[j] += t[j] }
        } else {
          copy(t, d, g.c)
        }
      }
    }
    offset += depth * paddedColumns(g.c)
  }
}

/// Multiplies gathered rows by panels and hands each finished block of rows to `finish(first
/// row, rows, tile, row stride of the tile)`.
private func multiplyGathered(
  _ workers: Workers, _ gather: Gather, x: FloatPointer, panels: FloatPointer, columns: Int,
  finish: (Int, Int, FloatPointer, Int) -> Void
) {
  let blocks = gather.isIdentity ? [0..<1] : gather.blocks(limit: 768)
  let widest =
    blocks.map { range in range.reduce(0) { $0 + gather.runs[$1].count * gather.c } }.max() ?? 0
  // Whole 12-row tiles whose patches stay within a core's second-level cache.
  let tileRows = max(24, min(96, 98_304 / max(1, widest) / 12 * 12))
  let ld = paddedColumns(columns)
  let depth = gather.depth
  gather.runs.withUnsafeBufferPointer { runBuffer in
    guard let runs = runBuffer.baseAddress else { return }
    workers.sweep(count: gather.rows, grain: tileRows) { range, worker in
      let tile = workers.scratch(worker, count: tileRows * (ld + widest))
      let patches = tile + tileRows * ld
      let first = range.lowerBound
      let count = range.count
      for (index, block) in blocks.enumerated() {
        let from = runs[block.lowerBound].offset
        let last = runs[block.upperBound - 1]
        let length = last.offset + last.count * gather.c - from
        let a: FloatPointer
        if gather.isIdentity {
          a = x + first * gather.c
        } else {
          gather.fill(
            x, runs: runs, runRange: block, first: first, count: count, out: patches, ld: length)
          a = FloatPointer(patches)
        }
        var k0 = 0
        while k0 < length {
          let kc = min(depthBlock, length - k0)
          PanelProduct(
            m: count, depth: kc, rs: length, cs: 1, stepB: 16 * depth, stepC: 16, ldc: ld,
            accumulate: index > 0 || k0 > 0
          ).multiply(columns: columns, a: a + k0, b: panels, first: from + k0, c: tile)
          k0 += kc
        }
      }
      finish(first, count, tile, ld)
    }
  }
}
