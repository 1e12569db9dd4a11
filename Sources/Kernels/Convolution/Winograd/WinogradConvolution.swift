import WinogradFormulas

/// The two ways in which a Winograd product is cut.
///
/// Both depend on the shape alone, so that results do not depend on the number of threads.
private enum WinogradCut {
  /// Rows of tiles whose points stay in a core's second-level cache; no barrier.
  case blocks(rows: Int)
  /// Points of many tiles at once in three phases: weights too large to be read per block.
  case phases(rows: Int)

  init(_ grid: WinogradGrid, points: Int, depth: Int, columns: Int) {
    // Points of about 300 KB leave room for weights in a cache of 512 KB.
    let tiles = 300_000 / (points * 4 * depth)
    if tiles >= 12 {
      let rows = max(1, min(tiles / grid.tilesX, grid.tileRows))
      self = .blocks(rows: rows)
    } else {
      // Points and products of about 14 MB stay in a shared cache; equal parts, none nearly empty.
      let most = max(1, 3_500_000 / (points * (depth + columns)) / grid.tilesX)
      let parts = (grid.tileRows + most - 1) / most
      self = .phases(rows: (grid.tileRows + parts - 1) / parts)
    }
  }
}

/// Convolution 3×3 of stride 1 or 2 by F(4×4, 3×3) and its polyphase kin: the forward pass, and with
/// turned weights the gradient of the input.
struct WinogradConvolution {
  let grid: WinogradGrid
  let weights: WinogradWeights
  let columns: Int
  private let kind: TileKind
  private let sourceChannels: Int
  private let depth: Int
  private let cut: WinogradCut

  /// Whether a convolution can be computed so.
  static func applies(to g: ConvolutionShape) -> Bool {
    guard g.r == 3, g.s == 3 else { return false }
    return g.stride == 1 ? g.padding <= 2 : g.stride == 2 && g.padding == 1
  }

  /// Plans the forward pass.
  init(forward g: ConvolutionShape) {
    self.init(
      grid: WinogradGrid(n: g.n, h: g.h, w: g.w, padding: g.padding, stride: g.stride),
      kind: g.stride == 1 ? .unit : .halving, channels: g.c, columns: g.k)
  }

  /// Plans the gradient of the input: a convolution of the output's gradient with turned weights.
  init(backward g: ConvolutionShape) {
    let grid =
      g.stride == 1
      ? WinogradGrid(n: g.n, h: g.oh, w: g.ow, padding: 2 - g.padding)
      : WinogradGrid(n: g.n, h: g.h, w: g.w, padding: 1, stride: 2)
    self.init(
      grid: grid, kind: g.stride == 1 ? .unit : .doubling, channels: g.k, columns: g.c)
  }

  private init(grid: WinogradGrid, kind: TileKind, channels: Int, columns: Int) {
    self.grid = grid
    self.kind = kind
    self.columns = columns
    sourceChannels = channels
    depth = wholeVectors(channels)
    weights = WinogradWeights(kind: kind, depth: depth, columns: columns)
    cut = WinogradCut(grid, points: kind.points, depth: depth, columns: columns)
  }

  private func makePoints(
    _ tileRow: Int, _ source: FloatPointer, _ scratch: MutableFloatPointer,
    to out: MutableFloatPointer, _ layout: PointLayout
  ) {
    let transform: PointTransform =
      switch kind {
      case .unit: .input
      case .halving: .halving
      case .doubling: .doubling
      }
    WinogradRow(
      transform, grid: grid, tileRow: tileRow, source: source, channels: sourceChannels,
      scratch: scratch
    ).write(to: out, layout)
  }

  /// The floats of workspace beside the weights.
  var workspaceCount: Int {
    guard case .phases(let rows) = cut else { return 0 }
    let tiles = rows * grid.tilesX
    return kind.points
      * (PointLayout.rows(tiles: tiles, channels: depth).plane
        + weights.panels * (tiles * 16 + 16))
  }

  /// Computes the outputs, or adds them.
  func run(
    _ workers: Workers, source: FloatPointer, weights: FloatPointer,
    workspace: MutableFloatPointer, accumulate: Bool, output: MutableFloatPointer
  ) {
    let target = WinogradTarget(
      kind, grid: grid, output: output, channels: columns, accumulate: accumulate)
    switch cut {
    case .blocks(let rows): runBlocks(workers, rows, source, weights, target)
    case .phases(let rows): runPhases(workers, rows, source, weights, workspace, target)
    }
  }

  private func runBlocks(
    _ workers: Workers, _ rows: Int, _ source: FloatPointer, _ packed: FloatPointer,
    _ target: WinogradTarget
  ) {
    let layout = PointLayout.rows(tiles: rows * grid.tilesX, channels: depth)
    let plane = rows * grid.tilesX * 16 + 16
    let rowScratch = winogradScratch(grid, channels: sourceChannels)
    // Wide tiles take panels in pairs; processors that have them have larger caches too.
    let together = usesWideTiles ? 2 : 1
    workers.sweep(count: grid.tileRows, grain: rows) { range, worker in
      let points = workers.scratch(
        worker, count: kind.points * (layout.plane + together * plane) + rowScratch)
      let products = points + kind.points * layout.plane
      let scratch = products + together * kind.points * plane
      for (i, row) in range.enumerated() {
        makePoints(row, source, scratch, to: points + i * grid.tilesX * layout.tile, layout)
      }
      let tiles = range.count * grid.tilesX
      var p = 0
      while p < weights.panels {
        let panels = min(together, weights.panels - p)
        let u = packed + p * weights.panel
        for xi in 0..<kind.points {
          PanelProduct(
            m: tiles, depth: depth, rs: depth, cs: 1, stepB: weights.panel,
            stepC: kind.points * plane, ldc: 16, accumulate: false
          ).multiply(
            columns: min(panels * 16, columns - p * 16), a: points + xi * layout.plane,
            b: u + kind.weightPoint(xi) * weights.point, c: products + xi * plane)
        }
        for panel in 0..<panels {
          for (i, row) in range.enumerated() {
            target.write(
              tileRow: row,
              points: products + panel * kind.points * plane + i * grid.tilesX * 16,
              plane: plane, channel: (p + panel) * 16, scratch: scratch)
          }
        }
        p += panels
      }
    }
  }

  private func runPhases(
    _ workers: Workers, _ rows: Int, _ source: FloatPointer, _ packed: FloatPointer,
    _ workspace: MutableFloatPointer, _ target: WinogradTarget
  ) {
    let layout = PointLayout.rows(tiles: rows * grid.tilesX, channels: depth)
    let plane = rows * grid.tilesX * 16 + 16
    let products = workspace + kind.points * layout.plane
    let rowScratch = winogradScratch(grid, channels: sourceChannels)
    let panelGroup = 8
    let groups = (weights.panels + panelGroup - 1) / panelGroup
    var start = 0
    while start < grid.tileRows {
      let count = min(rows, grid.tileRows - start)
      let tiles = count * grid.tilesX
      workers.parallel(count) { i, worker in
        makePoints(
          start + i, source, workers.scratch(worker, count: rowScratch),
          to: workspace + i * grid.tilesX * layout.tile, layout)
      }
      workers.parallel(kind.points * groups) { unit, _ in
        let xi = unit / groups
        let group = unit % groups
        let p = group * panelGroup
        let u = packed + (p * weights.panel + kind.weightPoint(xi) * weights.point)
        let c = products + (p * kind.points + xi) * plane
        var k0 = 0
        while k0 < depth {
          PanelProduct(
            m: tiles, depth: min(depthBlock, depth - k0), rs: depth, cs: 1, stepB: weights.panel,
            stepC: kind.points * plane, ldc: 16, accumulate: k0 > 0
          ).multiply(
            columns: min(panelGroup * 16, columns - p * 16),
            a: workspace + xi * layout.plane + k0, b: u, first: k0, c: c)
          k0 += depthBlock
        }
      }
      workers.parallel(count * weights.panels) { unit, worker in
        let i = unit / weights.panels
        let p = unit % weights.panels
        target.write(
          tileRow: start + i,
          points: products + p * kind.points * plane + i * grid.tilesX * 16, plane: plane,
          channel: p * 16, scratch: workers.scratch(worker, count: rowScratch))
      }
      start += count
    }
  }
}
