/// The age strip and the drift histograms below a bank's heat map.
struct BankStrips {
  private let figure: BankFigure
  private let format: FigureFormat

  init(_ figure: BankFigure) {
    self.figure = figure
    format = figure.format
  }

  /// Rows of about the same age.
  struct Group: Equatable {
    var name: String
    var rows: [Int]
  }

  func draw(in composer: inout Composer) {
    if figure.ages.contains(where: \.isFinite) { ageStrip(in: &composer) }
    if figure.drifts.contains(where: \.isFinite) { driftHistograms(in: &composer) }
  }

  /// One cell per row, oldest at the left, coloured by age.
  private func ageStrip(in composer: inout Composer) {
    let f = format.factor
    composer.y += 6 * f
    composer.list.text(
      TextRun(
        Font.elided(
          "age of rows, oldest to newest (\(figure.ageUnit))", width: composer.width,
          size: format.textSize),
        at: Point(composer.left, composer.y), size: format.textSize, .left, .top))
    composer.y += format.textSize + 2 * f
    let ages = figure.ages.filter(\.isFinite).sorted(by: >)
    let low = ages.last ?? 0
    let high = ages.first ?? 1
    let map = ColourMap.cividis
    let strip = Bitmap(width: min(ages.count, 60_000), height: 1) { x, _ in
      // Old rows are dark.
      map.colour(at: high > low ? 1 - (ages[x] - low) / (high - low) : 1)
    }
    let box = Rect(
      x: composer.left, y: composer.y, width: composer.width, height: format.textSize * 1.3)
    // With more rows than pixels cells are averaged; otherwise each keeps its own width.
    let pixels = PlotMath.whole(box.width / format.pixel)
    composer.list.bitmap(strip, in: box, scaling: ages.count > pixels ? .area : .nearest)
    composer.list.stroke(box, StrokeStyle(.ink, width: format.axisWidth, crisp: true))
    composer.y = box.maxY + 1.5 * f
    labels(ages, box, in: &composer)
  }

  /// Writes the age of runs that are wide enough below their middle.
  private func labels(_ ages: [Double], _ box: Rect, in composer: inout Composer) {
    var runs: [(age: Double, range: Range<Int>)] = []
    for (i, age) in ages.enumerated() {
      if let last = runs.last, last.age == age {
        runs[runs.count - 1].range = last.range.lowerBound..<i + 1
      } else {
        runs.append((age, i..<i + 1))
      }
    }
    let size = format.smallSize
    let names = runs.map { NumberFormat.short($0.age) }
    let extents = names.map { Font.width($0, size: size) + size * 0.8 }
    var end = -Double.infinity
    let cell = box.width / Double(max(ages.count, 1))
    for (i, run) in runs.enumerated() {
      let middle = box.x + cell * Double(run.range.lowerBound + run.range.upperBound) / 2
      let at = min(max(middle, box.x + extents[i] / 2), box.maxX - extents[i] / 2)
      guard at - extents[i] / 2 >= end else { continue }
      composer.list.text(
        TextRun(names[i], at: Point(at, composer.y), size: size, .centre, .top))
      end = at + extents[i] / 2
    }
    composer.y += size
  }

  /// Returns rows by age: every age by itself, or up to six ranges if there are more.
  func groups() -> [Group] {
    let usable = figure.drifts.indices.filter { figure.drifts[$0].isFinite }
    guard !figure.ages.isEmpty else {
      return usable.isEmpty ? [] : [Group(name: "all rows", rows: usable)]
    }
    let aged = usable.filter { figure.ages[$0].isFinite }
    let distinct = Set(aged.map { figure.ages[$0] }).sorted()
    guard distinct.count > 6 else {
      return distinct.map { age in
        Group(
          name: "age \(NumberFormat.short(age))", rows: aged.filter { figure.ages[$0] == age })
      }
    }
    return (0..<6).compactMap { part in
      let ages = distinct[part * distinct.count / 6..<(part + 1) * distinct.count / 6]
      guard let first = ages.first, let last = ages.last else { return nil }
      let rows = aged.filter { figure.ages[$0] >= first && figure.ages[$0] <= last }
      let name =
        first == last
        ? "age \(NumberFormat.short(first))"
        : "age \(NumberFormat.short(first))–\(NumberFormat.short(last))"
      return Group(name: name, rows: rows)
    }
  }

  /// One small histogram per age, all on one axis.
  private func driftHistograms(in composer: inout Composer) {
    let f = format.factor
    let axes = AxisDrawing(format: format)
    let groups = groups()
    guard !groups.isEmpty else { return }
    let all = groups.flatMap { $0.rows.map { figure.drifts[$0] } }
    let (low, high, bins) = Histogram.limits(all, bins: 30)
    let names = groups.map { "\($0.name), n = \(NumberFormat.count($0.rows.count))" }
    let widest = names.map { Font.width($0, size: format.smallSize) }.max() ?? 0
    let left = composer.left + min(widest, composer.width * 0.35) + 4 * f
    let x = AxisScale(
      low: low, high: high, isLog: false, start: left,
      end: composer.left + composer.width - 4 * f)
    composer.y += 6 * f
    let height = 13 * f
    for (group, name) in zip(groups, names) {
      let base = composer.y + height
      let values = group.rows.map { figure.drifts[$0] }
      let h = Histogram(values, low: low, high: high, bins: bins)
      // Each age has its own height: shapes are compared, n is written.
      let most = Double(h.counts.max() ?? 1)
      for (i, count) in h.counts.enumerated() where count > 0 {
        let x0 = x.position(h.low + Double(i) * h.width)
        let x1 = x.position(h.low + Double(i + 1) * h.width)
        let tall = Double(count) / max(most, 1) * height * 0.85
        composer.list.fill(
          Rect(x: x0, y: base - tall, width: x1 - x0, height: tall),
          Colour.blue.withOpacity(0.55))
      }
      composer.list.line(
        Point(left, base), Point(x.end, base),
        StrokeStyle(.lightGrey, width: format.axisWidth, crisp: true))
      let mean = values.reduce(0, +) / Double(max(values.count, 1))
      composer.list.line(
        Point(x.position(mean), base - height * 0.9), Point(x.position(mean), base),
        StrokeStyle(.ink, width: 0.7 * f))
      composer.list.text(
        TextRun(
          Font.elided(name, width: left - composer.left - 3 * f, size: format.smallSize),
          at: Point(left - 3 * f, base - format.smallSize * 0.2), size: format.smallSize, .right,
          .baseline))
      composer.y = base + 1.5 * f
    }
    axes.horizontal(
      x, AxisLabels.fitting(x, size: format.smallSize, spacing: format.smallSize), y: composer.y,
      in: &composer.list)
    composer.y += axes.labelRoom + 1.5 * f
    composer.list.text(
      TextRun(
        Font.elided(figure.driftName, width: x.end - left, size: format.textSize),
        at: Point((left + x.end) / 2, composer.y), size: format.textSize, .centre, .top))
    composer.y += format.textSize
  }
}
