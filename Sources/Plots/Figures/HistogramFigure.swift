/// How values are distributed.
public struct HistogramFigure: Sendable {
  /// One set of values.
  public struct Group: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// Its values; those that are not finite are counted in the caption only.
    public var values: [Double]

    /// Makes a set.
    public init(_ name: String, values: [Double]) {
      self.name = name
      self.values = values
    }
  }

  /// The sets, drawn over each other.
  public var groups: [Group]
  /// What is counted, with its unit in brackets.
  public var valueName: String
  /// Values to mark by dashed lines.
  public var references: [CurvesFigure.Reference] = []
  /// The number of bins; nil to choose one.
  public var bins: Int?
  /// What is shown, as the caption's first words.
  public var subject = "Histogram"
  /// Size and resolution.
  public var format = FigureFormat.column

  /// Makes a figure of sets of values.
  public init(groups: [Group], valueName: String) {
    self.groups = groups
    self.valueName = valueName
  }

  private static let colours: [Colour] = [
    .blue, .vermilion, Colour(hex: 0x009E73), Colour(hex: 0xCC79A7), Colour(hex: 0xE69F00),
    Colour(hex: 0x56B4E9), .black,
  ]

  private func colour(_ i: Int) -> Colour {
    Self.colours.indices.contains(i) ? Self.colours[i] : .grey
  }

  /// Draws the histogram.
  ///
  /// - Throws: Nothing at present; like every figure it may refuse its input.
  public func figure() throws -> Figure {
    var composer = Composer(format)
    let all = groups.flatMap(\.values)
    let (low, high, count) = Histogram.limits(all, bins: bins)
    let histograms = groups.map { Histogram($0.values, low: low, high: high, bins: count) }
    if all.contains(where: \.isFinite) {
      draw(histograms, in: &composer)
    } else {
      composer.note("no finite values")
    }
    return composer.finish(
      caption: caption(histograms), altText: altText(), csv: csv(histograms))
  }

  private func draw(_ histograms: [Histogram], in composer: inout Composer) {
    let f = format.factor
    let axes = AxisDrawing(format: format)
    let first = histograms[0]
    let most = histograms.flatMap(\.counts).max() ?? 1
    composer.list.text(
      TextRun("count", at: Point(composer.left, composer.y), size: format.textSize, .left, .top))
    composer.y += format.textSize + 3 * f
    var y = AxisScale(
      low: 0, high: Double(max(most, 1)) * 1.05, isLog: false, start: composer.width * 0.45,
      end: 0)
    let ticks = axes.verticalTicks(y, whole: true)
    let left = composer.left + axes.width(ticks)
    let box = Rect(
      x: left, y: composer.y, width: composer.left + composer.width - 3 * f - left,
      height: composer.width * 0.45)
    y.start = box.maxY
    y.end = box.y
    var low = first.low
    var high = first.high
    for reference in references where reference.value.isFinite && abs(reference.value) < 1e300 {
      low = min(low, reference.value)
      high = max(high, reference.value)
    }
    let room = (high - low) * 0.02
    let x = AxisScale(
      low: low - room, high: high + room, isLog: false, start: box.x, end: box.maxX)
    for (i, h) in histograms.enumerated() {
      bars(h, x, y, colour: colour(i), alone: histograms.count == 1, &composer.list)
    }
    for reference in references {
      let at = x.position(reference.value)
      guard at.isFinite else { continue }
      composer.list.line(
        Point(at, box.y), Point(at, box.maxY),
        StrokeStyle(Colour(hex: 0x505050), width: 0.5 * f, dash: [2.4 * f, 1.6 * f]))
    }
    axes.left(y, ticks, x: box.x, in: &composer.list)
    axes.horizontal(
      x, AxisLabels.fitting(x, size: format.smallSize, spacing: format.smallSize), y: box.maxY,
      in: &composer.list)
    composer.y = box.maxY + axes.labelRoom + 1.5 * f
    composer.list.text(
      TextRun(
        Font.elided(valueName, width: box.width, size: format.textSize),
        at: Point(box.midX, composer.y), size: format.textSize, .centre, .top))
    composer.y += format.textSize
    composer.legend(legend())
  }

  private func bars(
    _ h: Histogram, _ x: AxisScale, _ y: AxisScale, colour: Colour, alone: Bool,
    _ list: inout DrawList
  ) {
    var outline = Path()
    outline.move(to: Point(x.position(h.low), y.start))
    for (i, count) in h.counts.enumerated() {
      let top = y.position(Double(count))
      outline.line(to: Point(x.position(h.low + Double(i) * h.width), top))
      outline.line(to: Point(x.position(h.low + Double(i + 1) * h.width), top))
    }
    outline.line(to: Point(x.position(h.high), y.start))
    list.fill(outline, colour.withOpacity(alone ? 0.55 : 0.25))
    list.stroke(outline, StrokeStyle(colour, width: 0.7 * format.factor))
  }

  private func legend() -> [Legend.Entry] {
    var entries: [Legend.Entry] = []
    if groups.count > 1 {
      entries = groups.prefix(24).enumerated().map { i, group in
        Legend.Entry(key: .swatch(.solid(colour(i).withOpacity(0.6))), name: group.name)
      }
    }
    for r in references {
      entries.append(
        Legend.Entry(
          key: .line(
            Colour(hex: 0x505050), width: 0.5 * format.factor,
            dash: [2.4 * format.factor, 1.6 * format.factor]),
          name: "\(r.name) (\(NumberFormat.short(r.value)))"))
    }
    return entries
  }

  private func caption(_ histograms: [Histogram]) -> String {
    var text = "\(subject): \(valueName). "
    for group in groups.prefix(6) {
      let finite = group.values.filter(\.isFinite)
      text += groups.count > 1 ? "\(group.name): " : ""
      text += "n = \(NumberFormat.count(finite.count))"
      if !finite.isEmpty {
        let mean = finite.reduce(0, +) / Double(finite.count)
        let square = finite.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(finite.count)
        text += ", mean \(NumberFormat.short(mean)), sd \(NumberFormat.short(square.squareRoot()))"
      }
      text += ". "
      let lost = group.values.count - finite.count
      if lost > 0 { text += "\(NumberFormat.count(lost)) values are not finite. " }
    }
    if let h = histograms.first, h.counts.count > 1 {
      text += "Bins of \(NumberFormat.short(h.width)). "
    }
    return String(text.dropLast())
  }

  private func altText() -> String {
    let n = groups.reduce(0) { $0 + $1.values.count }
    return "A histogram of \(n) values of \(valueName) in \(groups.count) groups."
  }

  private func csv(_ histograms: [Histogram]) -> String {
    var text = "group,from,to,count\n"
    for (group, h) in zip(groups, histograms) {
      for (i, count) in h.counts.enumerated() {
        let from = h.low + Double(i) * h.width
        text += "\(NumberFormat.csv(group.name)),\(from),\(from + h.width),\(count)\n"
      }
    }
    return text
  }
}
