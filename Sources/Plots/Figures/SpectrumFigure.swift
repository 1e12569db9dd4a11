/// Singular values of features against their rank: how many directions are in use.
public struct SpectrumFigure: Sendable {
  /// The singular values at one time.
  public struct Series: Sendable, Equatable {
    /// Its name, such as "step 1200".
    public var name: String
    /// The singular values of the centred features, in any order.
    public var values: [Double]
    /// The effective rank, marked on the line; nil for none.
    public var effectiveRank: Double?
    /// Whether it is only there to compare with, and drawn thin and grey.
    public var isReference: Bool

    /// Makes a series.
    public init(
      _ name: String, values: [Double], effectiveRank: Double? = nil, reference: Bool = false
    ) {
      self.name = name
      self.values = values
      self.effectiveRank = effectiveRank
      isReference = reference
    }
  }

  /// The lines.
  public var series: [Series]
  /// The features, such as "h" or "z".
  public var layer: String
  /// What is shown, as the caption's first words.
  public var subject = "Spectrum"
  /// Size and resolution.
  public var format = FigureFormat.column

  /// Makes a figure of spectra.
  public init(series: [Series], layer: String) {
    self.series = series
    self.layer = layer
  }

  private static let colours: [Colour] = [
    .blue, .vermilion, Colour(hex: 0x009E73), Colour(hex: 0xCC79A7), Colour(hex: 0xE69F00),
    Colour(hex: 0x56B4E9), .black,
  ]

  private func colour(_ i: Int) -> Colour {
    if series[i].isReference { return .grey }
    let place = series[..<i].count { !$0.isReference }
    return Self.colours.indices.contains(place) ? Self.colours[place] : .grey
  }

  /// log10 of the values, largest first; NaN for values that are not above 0.
  private var logarithms: [[Double]] {
    series.map { s in
      s.values.filter { !$0.isNaN }.sorted(by: >).map { v in
        v > 0 && v < .infinity ? PlotMath.log10(v) : .nan
      }
    }
  }

  /// Draws the spectra.
  ///
  /// - Throws: Nothing at present; like every figure it may refuse its input.
  public func figure() throws -> Figure {
    var composer = Composer(format)
    let lines = logarithms
    if lines.contains(where: { $0.contains { $0.isFinite } }) {
      draw(lines, in: &composer)
    } else {
      composer.note("no positive singular values")
    }
    return composer.finish(caption: caption(lines), altText: altText(), csv: csv(lines))
  }

  private func draw(_ lines: [[Double]], in composer: inout Composer) {
    let f = format.factor
    let axes = AxisDrawing(format: format)
    composer.list.text(
      TextRun(
        Font.elided(
          "log₁₀ singular value of \(layer) (–)", width: composer.width, size: format.textSize),
        at: Point(composer.left, composer.y), size: format.textSize, .left, .top))
    composer.y += format.textSize + 3 * f
    let (low, high) = AxisScale.limits(lines.flatMap { $0 }, log: false)
    let height = composer.width * 0.5
    var y = AxisScale(low: low, high: high, isLog: false, start: height, end: 0)
    let ticks = axes.verticalTicks(y)
    let left = composer.left + axes.width(ticks)
    let box = Rect(
      x: left, y: composer.y, width: composer.left + composer.width - 3 * f - left, height: height)
    y.start = box.maxY
    y.end = box.y
    let count = lines.map(\.count).max() ?? 1
    let x = AxisScale(
      low: 0, high: Double(max(count, 2)) * 1.01, isLog: false, start: box.x, end: box.maxX)
    for (i, line) in lines.enumerated() {
      let pieces = CurveShape.pieces(
        line.indices.map { x.position(Double($0 + 1)) }, line.map(y.position), pixel: format.pixel)
      for piece in pieces {
        if piece.count == 1 {
          composer.list.fill(Path(center: piece[0], radius: 1 * f), colour(i))
        } else {
          composer.list.stroke(
            Path(points: piece),
            StrokeStyle(
              colour(i), width: (series[i].isReference ? 0.6 : 1) * f, roundCaps: true))
        }
      }
      mark(i, line, x, y, &composer.list)
    }
    axes.left(y, ticks, x: box.x, in: &composer.list)
    axes.horizontal(
      x, AxisLabels.fitting(x, size: format.smallSize, spacing: format.smallSize, whole: true),
      y: box.maxY, in: &composer.list)
    composer.y = box.maxY + axes.labelRoom + 1.5 * f
    composer.list.text(
      TextRun(
        "rank index", at: Point(box.midX, composer.y), size: format.textSize, .centre, .top))
    composer.y += format.textSize
    composer.legend(legend())
  }

  /// Marks a line at its effective rank.
  private func mark(
    _ i: Int, _ line: [Double], _ x: AxisScale, _ y: AxisScale, _ list: inout DrawList
  ) {
    guard let rank = series[i].effectiveRank, rank.isFinite, rank > 0, rank <= x.high else {
      return
    }
    let f = format.factor
    let at = x.position(rank)
    list.line(
      Point(at, y.start), Point(at, y.end),
      StrokeStyle(colour(i), width: 0.5 * f, dash: [2.4 * f, 1.6 * f]))
    let index = min(max(PlotMath.whole(rank.rounded()) - 1, 0), max(line.count - 1, 0))
    guard line.indices.contains(index), line[index].isFinite else { return }
    list.marker(
      .diamond, at: Point(x.position(Double(index + 1)), y.position(line[index])),
      radius: 1.8 * f, colour: colour(i), rim: 0.4 * f)
  }

  private func legend() -> [Legend.Entry] {
    let f = format.factor
    return series.indices.prefix(12).map { i in
      let rank = series[i].effectiveRank.map {
        $0.isFinite ? ", effective rank \(NumberFormat.fixed($0, decimals: 1))" : ""
      }
      return Legend.Entry(
        key: .line(colour(i), width: (series[i].isReference ? 0.6 : 1) * f, dash: []),
        name: series[i].name + (rank ?? ""))
    }
  }

  private func caption(_ lines: [[Double]]) -> String {
    var text = "\(subject): singular values of the centred covariance of \(layer), largest first. "
    if series.contains(where: { $0.effectiveRank != nil }) {
      text += "Dashed lines and diamonds: effective rank. "
    }
    for (s, line) in zip(series, lines) {
      let zero = line.count { !$0.isFinite }
      if zero > 0 {
        let what = zero == 1 ? "value is" : "values are"
        text += "Not drawn: \(NumberFormat.count(zero)) \(what) 0 or not finite (\(s.name)). "
      }
    }
    return String(text.dropLast())
  }

  private func altText() -> String {
    let parts = series.prefix(4).map { s in
      let rank = s.effectiveRank.map { ", effective rank \(NumberFormat.short($0))" } ?? ""
      return "\(s.name) with \(s.values.count) values\(rank)"
    }
    return "Singular value spectra of \(layer): " + parts.joined(separator: "; ") + "."
  }

  private func csv(_ lines: [[Double]]) -> String {
    var text = "series,rank,log10_value\n"
    for (s, line) in zip(series, lines) {
      for (i, v) in line.enumerated() {
        text += "\(NumberFormat.csv(s.name)),\(i + 1),\(NumberFormat.csv(v))\n"
      }
    }
    return text
  }
}
