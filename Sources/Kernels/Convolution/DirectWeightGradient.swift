/// The gradient of a convolution's weights as a product over pixels: dw ← Σ patch ⊗ dy.
///
/// Patches and output gradients are gathered into panels [depth/16][pixels][16], so that both
/// factors of the product are read in order. Chunks of pixels have private sums that are added in
/// order; how the work is cut depends on the shape alone.
struct DirectWeightGradient {
  private let shape: ConvolutionShape
  private let gather: Gather
  private let blocks: [Range<Int>]
  private let chunks: Int
  /// Panels of output channels that one unit of work does.
  private let group = 8

  /// Plans the gradient of a convolution's weights.
  init(_ g: ConvolutionShape) {
    shape = g
    gather = .forward(g)
    blocks = gather.blocks(limit: 768)
    let outputs = max(1, gather.depth * g.k)
    chunks = max(1, min(8, 3_000_000 / outputs, gather.rows / 64))
  }

  private var depthPanels: Int { blocks.reduce(0) { $0 + panels(in: $1) } }
  private var kPanels: Int { (shape.k + 15) / 16 }
  private var sumCount: Int { depthPanels * kPanels * 256 }

  /// The floats of workspace.
  var workspaceCount: Int { chunks * sumCount }

  /// The floats of a gathered row in a block of runs, and its whole panels.
  private func length(_ block: Range<Int>) -> Int {
    block.reduce(0) { $0 + gather.runs[$1].count * gather.c }
  }
  private func panels(in block: Range<Int>) -> Int { (length(block) + 15) / 16 }

  /// Computes dw [K, C, R, S] ← the gradient, or adds to it.
  func run(
    _ workers: Workers, x: FloatPointer, dy: FloatPointer, accumulate: Bool,
    workspace: MutableFloatPointer, dw: MutableFloatPointer
  ) {
    let groups = (kPanels + group - 1) / group
    gather.runs.withUnsafeBufferPointer { runs in
      workers.parallel(chunks * blocks.count * groups) { unit, worker in
        let chunk = unit % chunks
        let index = unit / chunks % blocks.count
        let first = unit / chunks / blocks.count * group
        let before = blocks[..<index].reduce(0) { $0 + panels(in: $1) }
        multiply(
          workers, worker, runs, blocks[index], pixels: pixelRange(chunk),
          columns: first..<min(kPanels, first + group), x: x, dy: dy,
          sums: workspace + chunk * sumCount + before * kPanels * 256)
      }
    }
    fold(workers, workspace, accumulate: accumulate, dw)
  }

  private func pixelRange(_ chunk: Int) -> Range<Int> {
    gather.rows * chunk / chunks..<gather.rows * (chunk + 1) / chunks
  }

  private func multiply(
    _ workers: Workers, _ worker: Int, _ runs: UnsafeBufferPointer<TapRun>, _ block: Range<Int>,
    pixels: Range<Int>, columns: Range<Int>, x: FloatPointer, dy: FloatPointer,
    sums: MutableFloatPointer
  ) {
    let depth = panels(in: block)
    // Patches of about 260 KB stay in a core's second-level cache.
    let step = max(48, min(192, 65_536 / (depth * 16) / 2 * 2))
    let scratch = workers.scratch(worker, count: (depth + columns.count) * step * 16)
    let gradient = scratch + depth * step * 16
    zero(scratch, (depth + columns.count) * step * 16)
    var p = pixels.lowerBound
    while p < pixels.upperBound {
      let count = min(step, pixels.upperBound - p)
      gather.fillPanels(x, runs: runs, runRange: block, first: p, count: count, step, out: scratch)
      for kp in columns {
        let lanes = min(16, shape.k &- kp &* 16)
        var s = dy + (p &* shape.k &+ kp &* 16)
        var d = gradient + (kp &- columns.lowerBound) &* step &* 16
        for _ in 0..<count {
          copy(s, d, lanes)
          s += shape.k
          d += 16
        }
      }
      let adds = p > pixels.lowerBound
      for cp in 0..<depth {
        let a = scratch + cp &* step &* 16
        PanelProduct(
          m: 16, depth: count, rs: 1, cs: 16, stepB: step &* 16, stepC: 256, ldc: 16,
          accumulate: adds
        ).multiply(
          columns: columns.count &* 16, a: a, b: gradient,
          c: sums + (cp &* kPanels &+ columns.lowerBound) &* 256)
      }
      p += count
    }
  }

  /// Adds the chunks in order and turns panels of [R·S·C][K] into [K, C, R, S].
  private func fold(
    _ workers: Workers, _ sums: MutableFloatPointer, accumulate: Bool, _ dw: MutableFloatPointer
  ) {
    let taps = shape.r * shape.s
    var base = 0
    for block in blocks {
      let from = gather.runs[block.lowerBound].offset
      let start = sums + base * kPanels * 256
      workers.parallel(panels(in: block)) { cp, _ in
        let blockSums = start + cp * kPanels * 256
        for chunk in 1..<max(2, chunks) where chunk < chunks {
          let part = blockSums + chunk * sumCount
          var i = 0
          while i < kPanels &* 256 {
            store8(blockSums + i, load8(blockSums + i) + load8(part + i))
            i &+= 8
          }
        }
        for row in 0..<min(16, length(block) &- cp &* 16) {
          let d = from &+ cp &* 16 &+ row
          let tap = d / shape.c
          let o = dw + ((d &- tap &* shape.c) &* taps &+ tap)
          for k in 0..<shape.k {
            let value = blockSums[(k >> 4) &* 256 &+ row &* 16 &+ (k & 15)]
            let at = k &* shape.c &* taps
            o[at] = accumulate ? o[at] + value : value
          }
        }
      }
      base += panels(in: block)
    }
  }
}

extension Gather {
  /// Writes gathered rows `first ..< first + count` of some runs as panels [depth/16][step][16].
  ///
  /// Lanes beyond the runs' floats are left as they are.
  func fillPanels(
    _ x: FloatPointer, runs: UnsafeBufferPointer<TapRun>, runRange: Range<Int>, first: Int,
    count: Int, _ step: Int, out: MutableFloatPointer
  ) {
    let base = runs[runRange.lowerBound].offset
    var place = GatherPlace(self, first)
    guard c & 7 == 0 else {
      fillNarrowPanels(x, runs, runRange, first: first, count: count, step, out: out)
      return
    }
    for row in 0..<count {
      for index in runRange {
        let run = runs[index]
        let sy = place.y &* self.step &+ run.dy
        let sx = place.x &* self.step &+ run.dx
        let isRow = sy >= 0 && sy < h
        let line = x + ((place.image &* h &+ sy) &* w &+ sx) &* c
        for tap in 0..<run.count {
          let d = run.offset &- base &+ tap &* c
          let isInside = isRow && sx &+ tap >= 0 && sx &+ tap < w
          scatter(isInside ? line + tap &* c : nil, d, out + row &* 16, step)
        }
      }
      place.advance(self)
    }
  }

  /// The same for channels that are no whole vectors: by way of a contiguous row.
  private func fillNarrowPanels(
    _ x: FloatPointer, _ runs: UnsafeBufferPointer<TapRun>, _ runRange: Range<Int>, first: Int,
    count: Int, _ step: Int, out: MutableFloatPointer
  ) {
    guard let start = runs.baseAddress else { return }
    let length = runRange.reduce(0) { $0 + runs[$1].count * c }
    let panels = (length + 15) / 16
    withUnsafeTemporaryAllocation(of: Float.self, capacity: panels * 16) { buffer in
      guard let line = buffer.baseAddress else { return }
      zero(line, panels * 16)
      for row in 0..<count {
        fill(
          x, runs: start, runRange: runRange, first: first + row, count: 1, out: line, ld: length)
        for panel in 0..<panels {
          let o = out + (panel &* step &+ row) &* 16
          store8(o, load8(line + panel &* 16))
          store8(o + 8, load8(line + (panel &* 16 &+ 8)))
        }
      }
    }
  }

  /// Copies one pixel's channels, or zeros, to depths `d …` of a row of panels.
  @inline(__always)
  private func scatter(
    _ source: FloatPointer?, _ d: Int, _ out: MutableFloatPointer, _ step: Int
  ) {
    let panel = step &* 16
    var i = 0
    while i < c {
      let o = out + (((d &+ i) >> 4) &* panel &+ ((d &+ i) & 15))
      store8(o, source.map { load8($0 + i) } ?? F8.zero)
      i &+= 8
    }
  }
}
