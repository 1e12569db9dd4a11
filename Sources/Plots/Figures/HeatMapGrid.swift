/// The cells of a heat map in whole pixels: all square, all of one size, class blocks apart.
struct HeatMapGrid {
  /// The side of a cell in pixels, at least 3.
  let cell: Int
  /// Where every row shown starts, in pixels.
  let rowStarts: [Int]
  /// Where every column shown starts, in pixels.
  let columnStarts: [Int]
  /// Width and height in points.
  let size: Point
  private let pixels: (width: Int, height: Int)

  /// Chooses the largest cell that fits.
  ///
  /// - Throws: `PlotError.cells` if a cell would be smaller than 3 pixels.
  init(_ panel: HeatMapPanel, width: Double, height: Double) throws {
    let pixel = panel.format.pixel
    let wide = PlotMath.whole((max(width, 0) / pixel).rounded(.down))
    let high = PlotMath.whole((max(height, 0) / pixel).rounded(.down))
    // Gaps between many tiny blocks would take more room than cells.
    func gap(_ order: MatrixOrder, _ count: Int) -> Int {
      order.blocks.count > 1 && order.blocks.count * 3 <= count + 3
        ? max(2, PlotMath.whole((0.5 * panel.format.factor / pixel).rounded())) : 0
    }
    let rowGap = gap(panel.rowOrder, panel.rows)
    let columnGap = gap(panel.columnOrder, panel.columns)
    let free = (
      wide - columnGap * max(panel.columnOrder.blocks.count - 1, 0),
      high - rowGap * max(panel.rowOrder.blocks.count - 1, 0)
    )
    let largest = PlotMath.whole((14 * panel.format.factor / pixel).rounded())
    let side = min(free.0 / panel.columns, free.1 / panel.rows, max(largest, 3))
    guard side >= 3 else {
      throw PlotError.cells(
        count: max(panel.rows, panel.columns), fits: max(0, min(free.0, free.1) / 3))
    }
    cell = side
    rowStarts = HeatMapGrid.starts(panel.rowOrder, panel.rows, side, rowGap)
    columnStarts = HeatMapGrid.starts(panel.columnOrder, panel.columns, side, columnGap)
    pixels = ((columnStarts.last ?? 0) + side, (rowStarts.last ?? 0) + side)
    size = Point(Double(pixels.width) * pixel, Double(pixels.height) * pixel)
  }

  private static func starts(
    _ order: MatrixOrder, _ count: Int, _ cell: Int, _ gap: Int
  ) -> [Int] {
    let borders = Set(order.blocks.dropFirst().map(\.range.lowerBound))
    var at = 0
    return (0..<count).map { i in
      if borders.contains(i) { at += gap }
      defer { at += cell }
      return at
    }
  }

  /// Returns all cells as a picture of one pixel per pixel of the figure.
  func picture(_ panel: HeatMapPanel) -> Bitmap {
    let gapColour: Colour = panel.colours.map.isDiverging ? Colour(hex: 0x404040) : .white
    let byte = { (c: Colour) in [c.red, c.green, c.blue] }
    var line = [UInt8](repeating: 0, count: 3 * pixels.width)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(3 * pixels.width * pixels.height)
    let gapLine = (0..<pixels.width).flatMap { _ in byte(gapColour) }
    for (r, row) in panel.rowOrder.indices.enumerated() {
      while bytes.count < 3 * pixels.width * rowStarts[r] { bytes += gapLine }
      line = gapLine
      for (c, column) in panel.columnOrder.indices.enumerated() {
        let i = row * panel.columns + column
        var colour = panel.colours.colour(panel.values[i]) ?? HeatMapPanel.missingColour
        if !panel.used.isEmpty, !panel.used[i] {
          colour = colour.mixed(with: .white, share: HeatMapPanel.fade)
        }
        for x in columnStarts[c]..<columnStarts[c] + cell {
          line[3 * x] = colour.red
          line[3 * x + 1] = colour.green
          line[3 * x + 2] = colour.blue
        }
      }
      for _ in 0..<cell { bytes += line }
    }
    return Bitmap(width: pixels.width, height: pixels.height, pixels: bytes)
      ?? Bitmap(width: 1, height: 1) { _, _ in gapColour }
  }
}
