/// Levels to compare with: their place, colour and name.
extension CurvesLayout {
  /// A level of one line alone has its colour.
  func colour(
    of reference: CurvesFigure.Reference, _ lines: [CurvesFigure.Curve]
  ) -> Colour {
    let own = lines.filter { reference.series.contains($0.name) }
    return own.count == 1 ? own[0].colour : Colour(hex: 0x505050)
  }

  /// From where to where a reference line is drawn: half a step beyond what it is a level of.
  func extent(of reference: CurvesFigure.Reference) -> (start: Double, end: Double) {
    func place(_ step: Double?, _ edge: Double) -> Double {
      guard let step, step.isFinite else { return edge }
      return min(max(xScale.position(step), left), right)
    }
    return (
      place(reference.first.map { $0 - 0.5 }, left), place(reference.last.map { $0 + 0.5 }, right)
    )
  }

  /// Names reference lines, and lines where it is done directly, at their right ends.
  func endLabels(
    _ panel: CurvesFigure.Panel, _ lines: [CurvesFigure.Curve], _ scale: AxisScale, _ box: Rect,
    in list: inout DrawList
  ) {
    var items: [(text: String, y: Double, colour: Colour)] = []
    for reference in panel.references {
      let y = scale.position(reference.value)
      // A level that ends before the edge is named in the legend.
      if y.isFinite, reachesEdge(reference) {
        items.append(
          (
            CurvesLayout.label(reference), y,
            reference.series.isEmpty ? .grey : colour(of: reference, lines)
          ))
      }
    }
    if CurvesLayout.hasDirectLabels(figure) {
      for line in lines {
        let values = line.smoothed ?? line.values
        guard let last = values.last(where: { scale.position($0).isFinite }) else { continue }
        items.append((line.name, scale.position(last), line.colour))
      }
    }
    items.sort { ($0.y, $0.text) < ($1.y, $1.text) }
    let extent = format.smallSize * 1.15
    let fits = Array(items.prefix(max(0, PlotMath.whole(box.height / extent))))
    guard !fits.isEmpty else { return }
    let placed = LabelSpread.spread(
      fits.map(\.y), extents: fits.map { _ in extent },
      in: box.y...max(box.maxY, box.y + extent * Double(fits.count)))
    let f = format.factor
    for (item, y) in zip(fits, placed) {
      list.line(
        Point(right + 1 * f, item.y), Point(right + 5.5 * f, y),
        StrokeStyle(item.colour, width: 0.6 * f))
      let room = format.width - format.factor - right - 7 * f
      list.text(
        TextRun(
          Font.elided(item.text, width: room, size: format.smallSize), at: Point(right + 7 * f, y),
          size: format.smallSize, .left, .middle))
    }
  }

  func reachesEdge(_ reference: CurvesFigure.Reference) -> Bool {
    let (start, end) = extent(of: reference)
    return start < end && end == right
  }
}
