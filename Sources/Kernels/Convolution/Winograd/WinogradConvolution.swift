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
    let row = WinogradRow(
      grid: grid, tileRow: tileRow, source: source, channels: sourceChannels, scratch: scratch)
    switch kind {
    case .unit: row.inputPoints(to: out, layout)
    case .halving: row.halvingPoints(to: out, layout)
    case .doubling: row.doublingPoints(to: out, layout)
    }
  }

  private func write(
    _ tileRow: Int, points: FloatPointer, plane: Int, channel: Int,
    scratch: MutableFloatPointer, _ target: Target
  ) {
    if kind == .unit {
      WinogradTarget(
        grid: grid, output: target.output, channels: columns, accumulate: target.accumulate
      ).write(
        tileRow: tileRow, points: points, plane: plane, channel: channel, scratch: scratch)
    } else {
      PolyphaseTarget(
        grid: grid, kind: kind, output: target.output, channels: columns,
        accumulate: target.accumulate
      ).write(
        tileRow: tileRow, points: points, plane: plane, channel: channel, scratch: scratch)
    }
  }

  private struct Target {
    let output: MutableFloatPointer
    let accumulate: Bool
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
    let target = Target(output: output, accumulate: accumulate)
    switch cut {
    case .blocks(let rows): runBlocks(workers, rows, source, weights, target)
    case .phases(let rows): runPhases(workers, rows, source, weights, workspace, target)
    }
  }

  private func runBlocks(
    _ workers: Workers, _ rows: Int, _ source: FloatPointer, _ packed: FloatPointer,
    _ target: Target
  ) {
    let layout = PointLayout.rows(tiles: rows * grid.tilesX, channels: depth)
    let plane = rows * grid.tilesX * 16 + 16
    let rowScratch = winogradScratch(grid)
    workers.sweep(count: grid.tileRows, grain: rows) { range, worker in
      let points = workers.scratch(
        worker, count: kind.points * (layout.plane + plane) + rowScratch)
      let products = points + kind.points * layout.plane
      let scratch = products + kind.points * plane
      for (i, row) in range.enumerated() {
        makePoints(row, source, scratch, to: points + i * grid.tilesX * layout.tile, layout)
      }
      let tiles = range.count * grid.tilesX
      for p in 0..<weights.panels {
        let width = panelWidth(p * 16, columns)
        let u = packed + p * weights.panel
        for xi in 0..<kind.points {
          multiplyRows(
            m: tiles, width: width, kc: depth, a: points + xi * layout.plane, rs: depth,
            b: u + kind.weightPoint(xi) * weights.point, c: products + xi * plane, ldc: 16, accumulate: false)
        }
        for (i, row) in range.enumerated() {
          write(
            row, points: products + i * grid.tilesX * 16, plane: plane, channel: p * 16,
            scratch: scratch, target)
        }
      }
    }
  }

  private func runPhases(
    _ workers: Workers, _ rows: Int, _ source: FloatPointer, _ packed: FloatPointer,
    _ workspace: MutableFloatPointer, _ target: Target
  ) {
    let layout = PointLayout.rows(tiles: rows * grid.tilesX, channels: depth)
    let plane = rows * grid.tilesX * 16 + 16
    let products = workspace + kind.points * layout.plane
    let rowScratch = winogradScratch(grid)
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
        for p in group * panelGroup..<min(weights.panels, (group + 1) * panelGroup) {
          let width = panelWidth(p * 16, columns)
          let u = packed + (p * weights.panel + kind.weightPoint(xi) * weights.point)
          let c = products + (p * kind.points + xi) * plane
          var k0 = 0
          while k0 < depth {
            multiplyRows(
              m: tiles, width: width, kc: min(depthBlock, depth - k0),
              a: workspace + xi * layout.plane + k0, rs: depth, b: u + k0 * width, c: c, ldc: 16,
              accumulate: k0 > 0)
            k0 += depthBlock
          }
        }
      }
      workers.parallel(count * weights.panels) { unit, worker in
        let i = unit / weights.panels
        let p = unit % weights.panels
        write(
          start + i, points: products + p * kind.points * plane + i * grid.tilesX * 16,
          plane: plane, channel: p * 16, scratch: workers.scratch(worker, count: rowScratch),
          target)
      }
      start += count
    }
  }
}
