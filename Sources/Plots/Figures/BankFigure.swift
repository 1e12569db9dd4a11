/// The memory bank: its rows or their similarities by class, their ages and their drift.
public struct BankFigure: Sendable {
  /// What the heat map shows.
  public enum Content: Sendable, Equatable {
    /// The cosine similarity of every two rows: `n · n` values.
    case similarity([Double])
    /// The rows' own values, `dimensions` for each row.
    case rows([Double], dimensions: Int)
  }

  /// The heat map's values.
  public var content: Content
  /// The class of every row; its length is the number of rows.
  public var labels: [Int?]
  /// The classes' names, by class number.
  public var classNames: [String] = []
  /// A picture for every row, or none at all.
  public var thumbnails: [Bitmap?] = []
  /// How many epochs ago every row was written; empty if unknown.
  public var ages: [Double] = []
  /// The unit of the ages.
  public var ageUnit = "epochs"
  /// How far every row is from its image's features now, such as 1 − cosine; empty if unknown.
  public var drifts: [Double] = []
  /// What the drift is, with its unit in brackets.
  public var driftName = "drift 1 − cos(bank, now) (–)"
  /// The sample ids of the rows for the CSV; indices if empty.
  public var ids: [Int] = []
  /// What is shown, as the caption's first words.
  public var subject = "Memory bank"
  /// Size and resolution.
  public var format = FigureFormat.column

  /// Makes a figure of bank rows.
  public init(_ content: Content, labels: [Int?]) {
    self.content = content
    self.labels = labels
  }

  private var values: [Double] {
    switch content {
    case .similarity(let v): v
    case .rows(let v, _): v
    }
  }

  private var columns: Int {
    switch content {
    case .similarity: labels.count
    case .rows(_, let dimensions): dimensions
    }
  }

  private var isSimilarity: Bool {
    if case .similarity = content { return true }
    return false
  }

  /// Draws the bank.
  ///
  /// - Throws: `PlotError` if inputs differ in length, or a cell would be smaller than 3 pixels.
  public func figure() throws -> Figure {
    let n = labels.count
    let (size, overflow) = n.multipliedReportingOverflow(by: columns)
    guard !overflow, columns >= 0, values.count == size else {
      throw PlotError.count(
        what: "values of \(n) × \(columns) entries", expected: overflow ? .max : size,
        found: values.count)
    }
    for (what, count) in [
      ("ages", ages.count), ("drifts", drifts.count), ("sample ids", ids.count),
      ("thumbnails", thumbnails.count),
    ] where count != 0 && count != n {
      throw PlotError.count(what: what, expected: n, found: count)
    }
    var composer = Composer(format)
    guard n > 0, columns > 0 else {
      composer.note("an empty bank")
      return composer.finish(
        caption: "\(subject): no rows.", altText: "An empty memory bank.", csv: csv([]))
    }
    let panel = self.panel()
    try panel.draw(in: &composer)
    let strips = BankStrips(self)
    strips.draw(in: &composer)
    return composer.finish(
      caption: caption(panel), altText: altText(panel), csv: csv(panel.rowOrder.indices))
  }

  private func panel() -> HeatMapPanel {
    let values = values
    let n = labels.count
    let affinity: ((Int, Int) -> Double)? =
      isSimilarity ? { i, j in (values[i * n + j] + values[j * n + i]) / 2 } : nil
    let rowOrder = MatrixOrder(labels: labels, affinity: affinity)
    // The diagonal of a similarity matrix is 1 by definition and would stretch the scale.
    let shown = values.indices.lazy.filter { i in !isSimilarity || i / n != i % n }
    return HeatMapPanel(
      values: values, rows: n, columns: columns, rowOrder: rowOrder,
      columnOrder: isSimilarity
        ? rowOrder : MatrixOrder(labels: [Int?](repeating: nil, count: columns)),
      palette: ClassPalette(labels: labels, names: classNames), rowLabels: labels,
      columnLabels: isSimilarity ? labels : [],
      colours: MatrixColours(
        shown.lazy.map { values[$0] }, log: false, range: nil, sequential: .viridis),
      valueName: isSimilarity ? "cosine similarity of rows (–)" : "bank value (–)",
      rowTitle: "bank row", columnTitle: isSimilarity ? "bank row" : "dimension",
      thumbnails: thumbnails, columnThumbnails: isSimilarity ? thumbnails : [],
      isDiagonalMasked: isSimilarity, maskName: "a row with itself", format: format)
  }

  private func caption(_ panel: HeatMapPanel) -> String {
    var text = "\(subject): \(NumberFormat.count(labels.count)) rows"
    text +=
      isSimilarity
      ? ", cosine similarity of every two" : " of \(NumberFormat.count(columns)) dimensions"
    let (low, high) = panel.extremes
    if low <= high { text += ", \(NumberFormat.short(low)) to \(NumberFormat.short(high))" }
    text += ". "
    if !panel.rowOrder.blocks.isEmpty {
      text += isSimilarity ? "By class, inside a class in Fiedler order. " : "Rows by class. "
    }
    let known = ages.filter(\.isFinite)
    if let least = known.min(), let most = known.max() {
      let mean = known.reduce(0, +) / Double(known.count)
      text += "Strip: ages, one cell per row, oldest left; \(NumberFormat.short(least)) to "
      text += "\(NumberFormat.short(most)) \(ageUnit), mean \(NumberFormat.short(mean)). "
    }
    let finite = drifts.filter(\.isFinite)
    if !finite.isEmpty {
      let mean = finite.reduce(0, +) / Double(finite.count)
      text +=
        "Histograms: \(driftName), mean \(NumberFormat.short(mean)); black line: mean of an age. "
    }
    if panel.missing > 0 { text += "Grey: \(NumberFormat.count(panel.missing)) without a value. " }
    return String(text.dropLast())
  }

  private func altText(_ panel: HeatMapPanel) -> String {
    "A heat map of \(labels.count) rows of the memory bank in \(panel.rowOrder.blocks.count) "
      + "class blocks" + (ages.isEmpty ? "." : ", with a strip of their ages.")
  }

  private func csv(_ order: [Int]) -> String {
    var text = "row,class,age,drift," + (0..<columns).map { "v\($0)" }.joined(separator: ",") + "\n"
    for i in order {
      let label = labels[i].map { label in
        classNames.indices.contains(label) ? NumberFormat.csv(classNames[label]) : "\(label)"
      }
      text += "\(ids.isEmpty ? i : ids[i]),\(label ?? ""),"
      text += "\(ages.isEmpty ? "" : NumberFormat.csv(ages[i])),"
      text += "\(drifts.isEmpty ? "" : NumberFormat.csv(drifts[i])),"
      text += values[i * columns..<(i + 1) * columns].map(NumberFormat.csv).joined(separator: ",")
      text += "\n"
    }
    return text
  }
}
