/// A matrix as coloured cells, ordered by class: attention weights or similarities.
public struct HeatMapFigure: Sendable {
  /// How the caller's rows are ordered.
  public enum Order: String, Sendable, CaseIterable {
    /// As given.
    case given
    /// By class, as given inside a class.
    case classes
    /// By class, and inside a class so that like rows are neighbours (Fiedler order).
    case seriated
  }

  /// The matrix, row by row; values that are not finite are shown as missing.
  public var values: [Double]
  /// The number of rows.
  public var rows: Int
  /// The number of columns.
  public var columns: Int
  /// The class of every row; empty if unknown.
  public var rowLabels: [Int?] = []
  /// The class of every column; if empty, a square matrix takes the rows'.
  public var columnLabels: [Int?] = []
  /// The classes' names, by class number.
  public var classNames: [String] = []
  /// A picture for every row, or none at all.
  public var rowThumbnails: [Bitmap?] = []
  /// The name of every row for the CSV, and of every column of a square matrix; empty for indices.
  public var rowNames: [String] = []
  /// How rows that were given in order are ordered inside a class, for the caption.
  public var orderNote = ""
  /// What a row is, such as "view 1 of image i".
  public var rowTitle = ""
  /// What a column is.
  public var columnTitle = ""
  /// What a value is, with its unit in brackets.
  public var valueName = "weight w (–)"
  /// The order of rows and columns.
  public var order = Order.seriated
  /// Whether entries on the main diagonal (before ordering) are masked, and hatched.
  public var isDiagonalMasked = false
  /// Entries to outline, as (row, column) before ordering: the positive pairs.
  public var positives: [(row: Int, column: Int)] = []
  /// Whether each entry is used (the others are dimmed); empty if all are.
  public var used: [Bool] = []
  /// Why dimmed entries are dimmed, for the legend.
  public var unusedNote = "not used by the loss"
  /// Whether colours follow the logarithm of the values.
  public var isLog = false
  /// Fixed limits of the colour scale; nil for those of the values.
  public var range: ClosedRange<Double>?
  /// The colours for values of one sign; values of both signs get blue–white–red about zero.
  public var map = ColourMap.viridis
  /// What is shown, as the caption's first words.
  public var subject = "Attention matrix"
  /// Size and resolution.
  public var format = FigureFormat.column

  /// Makes a figure of a matrix given row by row.
  public init(values: [Double], rows: Int, columns: Int) {
    self.values = values
    self.rows = rows
    self.columns = columns
  }

  /// Draws the matrix.
  ///
  /// - Throws: `PlotError` if inputs differ in length, an index does not exist, or a cell would
  ///   be smaller than 3 pixels.
  public func figure() throws -> Figure {
    try check()
    var composer = Composer(format)
    guard rows > 0, columns > 0 else {
      composer.note("no entries")
      return composer.finish(
        caption: "\(subject): no entries.", altText: "An empty heat map.", csv: csv([], []))
    }
    let panel = self.panel()
    try panel.draw(in: &composer)
    let (r, c) = (panel.rowOrder.indices, panel.columnOrder.indices)
    return composer.finish(
      caption: caption(panel), altText: altText(panel), csv: csv(r, c))
  }

  private func check() throws {
    func count(_ what: String, _ found: Int, _ expected: Int) throws {
      if found != 0, found != expected {
        throw PlotError.count(what: what, expected: expected, found: found)
      }
    }
    let (size, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard rows >= 0, columns >= 0, !overflow, values.count == size else {
      throw PlotError.count(
        what: "entries of a \(rows) × \(columns) matrix", expected: overflow ? .max : size,
        found: values.count)
    }
    try count("row classes", rowLabels.count, rows)
    try count("column classes", columnLabels.count, columns)
    try count("row thumbnails", rowThumbnails.count, rows)
    try count("row names", rowNames.count, rows)
    try count("used entries", used.count, size)
    for p in positives {
      guard p.row >= 0, p.row < rows else {
        throw PlotError.index(what: "row of a positive pair", expected: rows, found: p.row)
      }
      guard p.column >= 0, p.column < columns else {
        throw PlotError.index(
          what: "column of a positive pair", expected: columns, found: p.column)
      }
    }
  }

  private func panel() -> HeatMapPanel {
    let values = values
    let n = columns
    let square = rows == columns && (columnLabels.isEmpty || columnLabels == rowLabels)
    let rowClasses = rowLabels.isEmpty ? [Int?](repeating: nil, count: rows) : rowLabels
    let columnClasses =
      columnLabels.isEmpty
      ? (square ? rowClasses : [Int?](repeating: nil, count: columns)) : columnLabels
    let affinity: ((Int, Int) -> Double)? =
      square && order == .seriated
      ? { i, j in (values[i * n + j] + values[j * n + i]) / 2 } : nil
    let given = order == .given
    let rowOrder = MatrixOrder(
      labels: given ? [Int?](repeating: nil, count: rows) : rowClasses, affinity: affinity)
    let columnOrder =
      square
      ? rowOrder
      : MatrixOrder(labels: given ? [Int?](repeating: nil, count: columns) : columnClasses)
    let shown = values.indices.lazy.filter { i in !isDiagonalMasked || i / n != i % n }
    return HeatMapPanel(
      values: values, rows: rows, columns: columns, rowOrder: rowOrder, columnOrder: columnOrder,
      palette: ClassPalette(labels: rowClasses + columnClasses, names: classNames),
      rowLabels: rowClasses, columnLabels: columnClasses,
      colours: MatrixColours(
        shown.lazy.map { values[$0] }, log: isLog, range: range, sequential: map),
      valueName: valueName, rowTitle: rowTitle, columnTitle: columnTitle,
      thumbnails: rowThumbnails, columnThumbnails: square ? rowThumbnails : [],
      isDiagonalMasked: isDiagonalMasked, positives: positives, used: used,
      unusedNote: unusedNote, format: format)
  }
}
