extension HeatMapFigure {
  func caption(_ panel: HeatMapPanel) -> String {
    var text = "\(subject): \(NumberFormat.count(rows)) × \(NumberFormat.count(columns)) entries"
    let (low, high) = panel.extremes
    if low <= high {
      text += " of \(valueName), \(NumberFormat.short(low)) to \(NumberFormat.short(high))"
    }
    text += panel.colours.isLog ? " on a logarithmic colour scale. " : ". "
    if isLog, !panel.colours.isLog { text += "No positive values: the scale is linear. " }
    if !panel.rowOrder.blocks.isEmpty {
      text += "Rows and columns by class"
      text += order == .seriated ? ", inside a class in Fiedler order" : ""
      text += order == .classes && !orderNote.isEmpty ? ", \(orderNote)" : ""
      text += "; gaps and the strips at the margins separate classes. "
    }
    if isDiagonalMasked { text += "Hatched: masked diagonal. " }
    if !positives.isEmpty { text += "Outlined: positive pairs. " }
    if used.contains(false) {
      let share = Double(used.count { $0 }) / Double(used.count)
      text += "Dimmed: \(unusedNote) (\(NumberFormat.short(share * 100)) % of entries are used). "
    }
    if panel.missing > 0 { text += "Grey: \(NumberFormat.count(panel.missing)) without a value. " }
    return String(text.dropLast())
  }

  func altText(_ panel: HeatMapPanel) -> String {
    let (low, high) = panel.extremes
    var text = "A heat map of \(rows) rows and \(columns) columns of \(valueName)"
    if low <= high {
      text += " between \(NumberFormat.short(low)) and \(NumberFormat.short(high))"
    }
    if !panel.rowOrder.blocks.isEmpty {
      text += ", in \(panel.rowOrder.blocks.count) class blocks"
    }
    return text + "."
  }

  /// One line per entry, in the order shown, with names or original indices.
  func csv(_ rowOrder: [Int], _ columnOrder: [Int]) -> String {
    let positive = Set(positives.map { $0.row * columns + $0.column })
    var text = "row,column,row_class,column_class,value,positive,used\n"
    func name(_ labels: [Int?], _ i: Int) -> String {
      guard labels.indices.contains(i), let label = labels[i] else { return "" }
      return classNames.indices.contains(label)
        ? NumberFormat.csv(classNames[label]) : String(label)
    }
    func title(_ i: Int, _ isColumn: Bool) -> String {
      guard rowNames.indices.contains(i), !isColumn || rows == columns else { return String(i) }
      return NumberFormat.csv(rowNames[i])
    }
    let columnClasses = columnLabels.isEmpty && rows == columns ? rowLabels : columnLabels
    for r in rowOrder {
      let rowName = name(rowLabels, r)
      for c in columnOrder {
        let i = r * columns + c
        text += "\(title(r, false)),\(title(c, true)),\(rowName),\(name(columnClasses, c)),"
        text += "\(NumberFormat.csv(values[i])),"
        text += "\(positive.contains(i) ? 1 : 0),\(used.isEmpty || used[i] ? 1 : 0)\n"
      }
    }
    return text
  }
}
