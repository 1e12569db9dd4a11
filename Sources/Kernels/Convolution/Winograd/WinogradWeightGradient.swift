import WinogradFormulas

/// The gradient of a 3×3 convolution's weights by F(4×4, 3×3) or its polyphase kin:
/// dw = Gᵀ [Σ over tiles (Bᵀ x B) ⊗ (A dy Aᵀ)] G.
struct WinogradWeightGradient {
  private let grid: WinogradGrid
  private let kind: TileKind
  private let c: Int
  private let k: Int
  /// Fixed chunks of rows of tiles with private sums, or 1 where the points are shared out instead.
  private let chunks: Int
  /// The rows of tiles whose points are made at a time.
  private let rows: Int

  /// Plans the gradient of a convolution's weights.
  init(_ g: ConvolutionShape) {
    grid = WinogradGrid(n: g.n, h: g.h, w: g.w, padding: g.padding, stride: g.stride)
    kind = g.stride == 1 ? .unit : .halving
    c = g.c
    k = g.k
    let isSmall = g.c * g.k <= 128 * 128
    chunks = isSmall ? max(1, min(8, grid.tileRows / 4)) : 1
    let floats = kind.points * 16 * ((g.c + 15) / 16 + (g.k + 15) / 16)
    let tiles = (isSmall ? 220_000 : 6_000_000) / floats
    rows = max(1, min(tiles / grid.tilesX, (grid.tileRows + chunks - 1) / chunks))
  }

  private var cPanels: Int { (c + 15) / 16 }
  private var kPanels: Int { (k + 15) / 16 }
  /// Floats between the sums of two points: blocks of 16 × 16.
  private var sumPlane: Int { cPanels * kPanels * 256 + 16 }
  private var blockTiles: Int { rows * grid.tilesX }
  private var sources: PointLayout { .panels(tiles: blockTiles, channels: c) }
  private var gradients: PointLayout { .panels(tiles: blockTiles, channels: k) }

  /// The floats of workspace.
  var workspaceCount: Int {
    weightPointCount * sumPlane * chunks
      + (chunks == 1 ? kind.points * (sources.plane + gradients.plane) : 0)
  }

  /// Computes dw [K, C, 3, 3] ← the gradient, or adds to it.
  func run(
    _ workers: Workers, x: FloatPointer, dy: FloatPointer, accumulate: Bool,
    workspace: MutableFloatPointer, dw: MutableFloatPointer
  ) {
    if chunks > 1 {
      runChunks(workers, x, dy, workspace)
    } else {
      runPhases(workers, x, dy, workspace)
    }
    finish(workers, workspace, accumulate: accumulate, dw)
  }

  private func runChunks(
    _ workers: Workers, _ x: FloatPointer, _ dy: FloatPointer, _ sums: MutableFloatPointer
  ) {
    let v = sources
    let z = gradients
    let rowScratch = winogradScratch(grid, channels: max(c, k))
    workers.parallel(chunks) { chunk, worker in
      let points = workers.scratch(
        worker, count: kind.points * (v.plane + z.plane) + rowScratch)
      let gradient = points + kind.points * v.plane
      let scratch = gradient + kind.points * z.plane
      let own = sums + chunk * weightPointCount * sumPlane
      let end = grid.tileRows * (chunk + 1) / chunks
      let begin = grid.tileRows * chunk / chunks
      var row = begin
      while row < end {
        let count = min(rows, end - row)
        for i in 0..<count {
          transform(row + i, at: i, x, dy, points, gradient, scratch)
        }
        for u in 0..<weightPointCount {
          multiply(
            u, tiles: count * grid.tilesX, points, gradient, own + u * sumPlane,
            panels: 0..<cPanels, accumulate: row > begin)
        }
        row += count
      }
    }
  }

  private func runPhases(
    _ workers: Workers, _ x: FloatPointer, _ dy: FloatPointer, _ workspace: MutableFloatPointer
  ) {
    let v = sources
    let points = workspace + weightPointCount * sumPlane
    let gradient = points + kind.points * v.plane
    let rowScratch = winogradScratch(grid, channels: max(c, k))
    let group = max(1, 16_384 / (kPanels * 256))
    let groups = (cPanels + group - 1) / group
    var row = 0
    while row < grid.tileRows {
      let count = min(rows, grid.tileRows - row)
      workers.parallel(count) { i, worker in
        let scratch = workers.scratch(worker, count: rowScratch)
        transform(row + i, at: i, x, dy, points, gradient, scratch)
      }
      // The last weight point sums the most products at stride 2, so it comes first.
      workers.parallel(weightPointCount * groups) { unit, _ in
        let u = weightPointCount - 1 - unit / groups
        let from = unit % groups * group
        multiply(
          u, tiles: count * grid.tilesX, points, gradient, workspace + u * sumPlane,
          panels: from..<min(cPanels, from + group), accumulate: row > 0)
      }
      row += count
    }
  }

  private func transform(
    _ tileRow: Int, at i: Int, _ x: FloatPointer, _ dy: FloatPointer,
    _ points: MutableFloatPointer, _ gradient: MutableFloatPointer,
    _ scratch: MutableFloatPointer
  ) {
    let tile = i * grid.tilesX * 16
    WinogradRow(
      kind == .unit ? .input : .halving, grid: grid, tileRow: tileRow, source: x, channels: c,
      scratch: scratch
    ).write(to: points + tile, sources)
    WinogradRow(
      kind == .unit ? .gradient : .halvingGradient, grid: grid, tileRow: tileRow, source: dy,
      channels: k, scratch: scratch
    ).write(to: gradient + tile, gradients)
  }

  /// Adds Vᵀ Z of all points that belong to one point of the weights, over a block of tiles.
  private func multiply(
    _ u: Int, tiles: Int, _ points: FloatPointer, _ gradient: FloatPointer,
    _ sums: MutableFloatPointer, panels: Range<Int>, accumulate: Bool
  ) {
    let v = sources.plane
    let z = gradients.plane
    guard kind != .unit else {
      multiply(
        tiles: tiles, points + u * v, gradient + u * z, sums, panels: panels,
        accumulate: accumulate)
      return
    }
    var adds = accumulate
    for row in u / 6..<(u / 6 == 5 ? 9 : u / 6 + 1) {
      for column in u % 6..<(u % 6 == 5 ? 9 : u % 6 + 1) {
        let xi = row * 9 + column
        multiply(
          tiles: tiles, points + xi * v, gradient + xi * z, sums, panels: panels,
          accumulate: adds)
        adds = true
      }
    }
  }

  /// Adds Vᵀ Z of one point over a block of tiles.
  private func multiply(
    tiles: Int, _ v: FloatPointer, _ z: FloatPointer, _ sums: MutableFloatPointer,
    panels: Range<Int>, accumulate: Bool
  ) {
    var t0 = 0
    while t0 < tiles {
      let kc = min(192, tiles - t0)
      let adds = accumulate || t0 > 0
      for cp in panels {
        let a = v + (cp &* blockTiles &+ t0) &* 16
        PanelProduct(
          m: 16, depth: kc, rs: 1, cs: 16, stepB: blockTiles &* 16, stepC: 256, ldc: 16,
          accumulate: adds
        ).multiply(
          columns: kPanels &* 16, a: a, b: z + t0 &* 16, c: sums + cp &* kPanels &* 256)
      }
      t0 += kc
    }
  }

  /// Adds the chunks in order and applies Gᵀ · G.
  private func finish(
    _ workers: Workers, _ sums: MutableFloatPointer, accumulate: Bool, _ dw: MutableFloatPointer
  ) {
    let stride = weightPointCount * sumPlane
    if chunks > 1 {
      workers.parallel(weightPointCount) { xi, _ in
        let total = sums + xi * sumPlane
        for chunk in 1..<chunks {
          let part = total + chunk * stride
          var i = 0
          while i < cPanels &* kPanels &* 256 {
            store8(total + i, load8(total + i) + load8(part + i))
            i &+= 8
          }
        }
      }
    }
    workers.parallel(count: c, grain: max(1, 4096 / max(16, k))) { range, worker in
      let scratch = workers.scratch(worker, count: 18 * 8)
      for channel in range {
        var j = 0
        while j < k {
          let block = sums + ((channel >> 4) &* kPanels &+ (j >> 4)) &* 256
          weights(
            block + ((channel & 15) &* 16 &+ (j & 15)), scratch, lanes: min(8, k &- j),
            accumulate: accumulate, to: dw + (j &* c &+ channel) &* 9)
          j &+= 8
        }
      }
    }
  }

  @inline(__always)
  private func threeWeights(_ u: Six<F8>) -> (F8, F8, F8) {
    kind == .unit
      ? weightGradient(u) : polyphaseWeightGradient(u)
  }

  @inline(__always)
  private func weights(
    _ u: MutableFloatPointer, _ scratch: MutableFloatPointer, lanes: Int, accumulate: Bool,
    to dw: MutableFloatPointer
  ) {
    for j in 0..<6 {
      let g = threeWeights(loadSix(u + j &* sumPlane, 6 &* sumPlane))
      store8(scratch + j &* 8, g.0)
      store8(scratch + (j &* 8 &+ 48), g.1)
      store8(scratch + (j &* 8 &+ 96), g.2)
    }
    let top = threeWeights(loadSix(scratch, 8))
    let middle = threeWeights(loadSix(scratch + 48, 8))
    let bottom = threeWeights(loadSix(scratch + 96, 8))
    let rows = transposed(
      (top.0, top.1, top.2, middle.0, middle.1, middle.2, bottom.0, bottom.1))
    let put = { (lane: Int, taps: F8) in
      guard lane < lanes else { return }
      let o = dw + lane &* c &* 9
      store8(o, accumulate ? load8(o) + taps : taps)
      o[8] = accumulate ? o[8] + bottom.2[lane] : bottom.2[lane]
    }
    put(0, rows.0)
    put(1, rows.1)
    put(2, rows.2)
    put(3, rows.3)
    put(4, rows.4)
    put(5, rows.5)
    put(6, rows.6)
    put(7, rows.7)
  }
}
