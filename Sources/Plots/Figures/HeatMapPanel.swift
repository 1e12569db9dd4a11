/// A matrix of cells with its class strips, names, thumbnails and colour bar.
struct HeatMapPanel {
  var values: [Double]
  var rows: Int
  var columns: Int
  var rowOrder: MatrixOrder
  var columnOrder: MatrixOrder
  var palette: ClassPalette
  var rowLabels: [Int?]
  var columnLabels: [Int?]
  var colours: MatrixColours
  var valueName: String
  var rowTitle: String
  var columnTitle: String
  var thumbnails: [Bitmap?] = []
  var columnThumbnails: [Bitmap?] = []
  var isDiagonalMasked = false
  var maskName = "masked"
  var positives: [(row: Int, column: Int)] = []
  var used: [Bool] = []
  var unusedNote = ""
  var format: FigureFormat

  /// How much the colours of unused entries are mixed with white.
  static let fade = 0.62
  static let missingColour = Colour(hex: 0xB8B8B8)

  /// Smallest and largest finite value off the mask.
  var extremes: (Double, Double) {
    var low = Double.infinity
    var high = -Double.infinity
    for i in values.indices where values[i].isFinite && !isMasked(i) {
      low = min(low, values[i])
      high = max(high, values[i])
    }
    return (low, high)
  }

  /// The number of entries off the mask that have no colour.
  var missing: Int { values.indices.count { !isMasked($0) && colours.colour(values[$0]) == nil } }

  private func isMasked(_ i: Int) -> Bool { isDiagonalMasked && i / columns == i % columns }

  /// Draws the panel over the composer's width and moves down.
  ///
  /// - Throws: `PlotError.cells` if a cell would be smaller than 3 pixels.
  func draw(in composer: inout Composer) throws {
    let f = format.factor
    let strip = 3.5 * f
    let margin = HeatMapMargin(self, width: composer.width)
    let grid = try HeatMapGrid(
      self, width: composer.width - margin.left - strip - 1 * f,
      height: max(composer.width, Double(3 * rows) * format.pixel + 20 * f))
    let x0 = composer.left + margin.left + strip + 1 * f
    if !columnTitle.isEmpty {
      let title = Font.elided(
        columnTitle, width: composer.width - margin.left, size: format.textSize)
      composer.list.text(
        TextRun(
          title,
          at: Point(
            composer.inside(
              x0 + grid.size.x / 2, extent: Font.width(title, size: format.textSize)), composer.y),
          size: format.textSize, .centre, .top))
      composer.y += format.textSize * 1.3
    }
    composer.y += margin.top
    if margin.top > 0 || !columnOrder.blocks.isEmpty { composer.y += strip + 1 * f }
    // Whole pixels, so that every cell has the same size.
    let pixel = format.pixel
    let origin = Point(
      (x0 / pixel).rounded(.up) * pixel, (composer.y / pixel).rounded(.up) * pixel)
    let box = Rect(x: origin.x, y: origin.y, width: grid.size.x, height: grid.size.y)
    composer.list.bitmap(grid.picture(self), in: box, scaling: .nearest)
    hatchMask(grid, origin, &composer.list)
    outlinePositives(grid, origin, &composer.list)
    drawStrips(grid, box, strip, &composer.list)
    margin.draw(self, grid, box, strip: strip, in: &composer.list)
    composer.y = box.maxY
    composer.legend(legend(), gap: 3)
    composer.y += 4 * f
    composer.y += colourBar(at: Point(box.x, composer.y), width: box.width, composer: &composer)
  }

  func cellRect(_ grid: HeatMapGrid, _ origin: Point, row: Int, column: Int) -> Rect {
    Rect(
      x: origin.x + Double(grid.columnStarts[column]) * format.pixel,
      y: origin.y + Double(grid.rowStarts[row]) * format.pixel,
      width: Double(grid.cell) * format.pixel, height: Double(grid.cell) * format.pixel)
  }

  private func hatchMask(_ grid: HeatMapGrid, _ origin: Point, _ list: inout DrawList) {
    guard isDiagonalMasked else { return }
    var path = Path()
    let columnOf = inverse(columnOrder.indices)
    for (r, original) in rowOrder.indices.enumerated() where original < columns {
      path.append(Path(rect: cellRect(grid, origin, row: r, column: columnOf[original])))
    }
    let spacing = min(max(Double(grid.cell) / 3, 2.6), 8) * format.pixel
    list.fill(path, .solid(Colour(hex: 0xF4F4F4)))
    list.fill(path, .hatch(Colour(hex: 0x606060), spacing: spacing, width: spacing * 0.36))
  }

  private func outlinePositives(_ grid: HeatMapGrid, _ origin: Point, _ list: inout DrawList) {
    let rowOf = inverse(rowOrder.indices)
    let columnOf = inverse(columnOrder.indices)
    let width = Double(grid.cell >= 8 ? 2 : 1) * format.pixel
    for p in positives {
      let cell = cellRect(grid, origin, row: rowOf[p.row], column: columnOf[p.column])
      // Around the cell, so that small cells keep their colour.
      list.stroke(
        cell.insetBy(-width / 2), StrokeStyle(outlineColour, width: width, crisp: true))
    }
  }

  private var outlineColour: Colour { colours.map.isDiverging ? .black : .vermilion }

  func inverse(_ order: [Int]) -> [Int] {
    var result = [Int](repeating: 0, count: order.count)
    for (place, index) in order.enumerated() { result[index] = place }
    return result
  }

  private func drawStrips(
    _ grid: HeatMapGrid, _ box: Rect, _ strip: Double, _ list: inout DrawList
  ) {
    let gap = 1 * format.factor
    for block in rowOrder.blocks {
      let a = cellRect(grid, Point(box.x, box.y), row: block.range.lowerBound, column: 0)
      let b = cellRect(grid, Point(box.x, box.y), row: block.range.upperBound - 1, column: 0)
      list.fill(
        Rect(x: box.x - gap - strip, y: a.y, width: strip, height: b.maxY - a.y),
        palette.style(of: block.label).colour, crisp: true)
    }
    for block in columnOrder.blocks {
      let a = cellRect(grid, Point(box.x, box.y), row: 0, column: block.range.lowerBound)
      let b = cellRect(grid, Point(box.x, box.y), row: 0, column: block.range.upperBound - 1)
      list.fill(
        Rect(x: a.x, y: box.y - gap - strip, width: b.maxX - a.x, height: strip),
        palette.style(of: block.label).colour, crisp: true)
    }
  }

  private func legend() -> [Legend.Entry] {
    var entries: [Legend.Entry] = []
    if isDiagonalMasked {
      entries.append(
        Legend.Entry(
          key: .swatch(
            .hatch(
              Colour(hex: 0x606060), spacing: format.textSize * 0.25,
              width: format.textSize * 0.09)), name: maskName))
    }
    if !positives.isEmpty {
      entries.append(
        Legend.Entry(
          key: .outline(outlineColour, width: 0.6 * format.factor), name: "positive pair"))
    }
    if used.contains(false) {
      let colour = colours.map.colour(at: 0.3).mixed(with: .white, share: Self.fade)
      entries.append(Legend.Entry(key: .swatch(.solid(colour)), name: "dimmed: \(unusedNote)"))
    }
    if missing > 0 {
      entries.append(
        Legend.Entry(key: .swatch(.solid(Self.missingColour)), name: "no value"))
    }
    return entries
  }

  private func colourBar(at origin: Point, width: Double, composer: inout Composer) -> Double {
    // A narrow matrix still gets a bar on which ticks can be read.
    let room = min(max(width, format.textSize * 16), composer.width)
    let left = min(origin.x, composer.left + composer.width - room)
    return ColourBar(
      map: colours.map, low: colours.low, high: colours.high, isLog: colours.isLog,
      title: valueName, format: format, fade: used.contains(false) ? Self.fade : 0
    ).draw(to: &composer.list, at: Point(left, origin.y), width: room)
  }
}
