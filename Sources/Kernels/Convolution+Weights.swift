/// How the gradient of the weights is cut: pixel chunks with private sums, and column blocks.
///
/// Both counts depend on the shape alone; the partial sums are added in chunk order.
private struct WeightGradientCut {
  var chunks: Int
  var columnBlock: Int

  init(_ g: ConvolutionShape) {
    let outputs = g.r * g.s * g.c * paddedColumns(g.k)
    let pixels = g.n * g.oh * g.ow
    chunks = max(1, min(8, 4_194_304 / max(1, outputs), pixels / 64))
    columnBlock = chunks >= 8 ? paddedColumns(g.k) : 64
  }
}

/// The number of floats of workspace that the gradient of the weights needs.
public func convolutionBackwardWeightsWorkspace(_ g: ConvolutionShape) -> Int {
  WeightGradientCut(g).chunks * g.r * g.s * g.c * paddedColumns(g.k)
}

/// Computes dw ← Σ over pixels of patch ⊗ dy, or adds to dw.
///
/// Shape: x [N, H, W, C], dy [N, H′, W′, K], dw [K, C, R, S].
public func convolutionBackwardWeights(
  _ workers: Workers, _ g: ConvolutionShape, x: FloatPointer, dy: FloatPointer,
  accumulate: Bool, workspace: MutableFloatPointer, dw: MutableFloatPointer
) {
  let cut = WeightGradientCut(g)
  let gather = Gather.forward(g)
  let depth = gather.depth
  let ldk = paddedColumns(g.k)
  let blocks = gather.isIdentity ? [0..<1] : gather.blocks(limit: 768)
  let columnBlocks = (ldk + cut.columnBlock - 1) / cut.columnBlock
  let pixels = gather.rows
  let units = cut.chunks * columnBlocks * blocks.count
  gather.runs.withUnsafeBufferPointer { runBuffer in
    guard let runs = runBuffer.baseAddress else { return }
    workers.parallel(units) { unit, worker in
      let chunk = unit % cut.chunks
      let columnUnit = unit / cut.chunks % columnBlocks
      let block = blocks[unit / cut.chunks / columnBlocks]
      let from = runs[block.lowerBound].offset
      let last = runs[block.upperBound - 1]
      let length = last.offset + last.count * gather.c - from
      let low = pixels * chunk / cut.chunks
      let high = pixels * (chunk + 1) / cut.chunks
      let j0 = columnUnit * cut.columnBlock
      let j1 = min(ldk, j0 + cut.columnBlock)
      let out = workspace + chunk * depth * ldk + from * ldk
      let step = 128
      let narrow = ldk != g.k
      let scratch = workers.scratch(worker, count: step * (length + ldk) + length * 16)
      let patches = scratch
      let padded = patches + step * length
      let edge = padded + step * ldk
      var p = low
      while p < high {
        let kc = min(step, high - p)
        let a: FloatPointer
        if gather.isIdentity {
          a = x + p * gather.c
        } else {
          gather.fill(
            x, runs: runs, runRange: block, first: p, count: kc, out: patches, ld: length)
          a = FloatPointer(patches)
        }
        var b = dy + p * g.k
        if narrow {
          for i in 0..<kc {
            copy(dy + (p + i) * g.k, padded + i * ldk, g.k)
            for j in g.k..<ldk { padded[i &* ldk &+ j] = 0 }
          }
          b = FloatPointer(padded)
        }
        var j = j0
        while j < j1 {
          let width = panelWidth(j, g.k)
          multiplyPanel(
            m: length, columns: width, width: width, kc: kc, a: a, rs: 1, cs: length,
            b: b + j, ldb: ldk, c: out + j, ldc: ldk, accumulate: p > low, edge: edge)
          j += width
        }
        p += kc
      }
      if high == low {
        for d in 0..<length { zero(out + d * ldk + j0, j1 - j0) }
      }
    }
  }
  foldWeightGradient(
    workers, g, chunks: cut.chunks, partial: workspace, accumulate: accumulate, dw: dw)
}

/// Adds the chunks in order and turns [R·S·C][K] into [K, C, R, S].
private func foldWeightGradient(
  _ workers: Workers, _ g: ConvolutionShape, chunks: Int, partial: FloatPointer, accumulate: Bool,
  dw: MutableFloatPointer
) {
  let depth = g.r * g.s * g.c
  let ldk = paddedColumns(g.k)
  let taps = g.r * g.s
  let stride = depth * ldk
  workers.parallel(count: g.c, grain: max(1, 8192 / max(1, taps * g.k))) { range, worker in
    let sum = workers.scratch(worker, count: ldk)
    for c in range {
      for t in 0..<taps {
        let row = partial + (t &* g.c &+ c) &* ldk
        copy(row, sum, ldk)
        var chunk = 1
        while chunk < chunks {
          let q = row + chunk &* stride
          for j in 0..<ldk { sum[j] += q[j] }
          chunk &+= 1
        }
        for k in 0..<g.k {
          let o = (k &* g.c &+ c) &* taps &+ t
          dw[o] = accumulate ? dw[o] + sum[k] : sum[k]
        }
      }
    }
  }
}
