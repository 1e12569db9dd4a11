/// Places and draws the panels of training curves.
struct CurvesLayout {
  let figure: CurvesFigure
  let curves: [[CurvesFigure.Curve]]
  let format: FigureFormat
  let axes: AxisDrawing
  private let height: Double
  let left: Double
  let right: Double
  private let limits: (low: Double, high: Double)
  /// Events with names that found room, each with the row that its name stands in.
  private var named: [(event: CurvesFigure.Event, row: Int)] = []
  private var lanes = 0

  init(_ figure: CurvesFigure, curves: [[CurvesFigure.Curve]], composer: Composer) {
    self.figure = figure
    self.curves = curves
    format = figure.format
    axes = AxisDrawing(format: format)
    let f = format.factor
    let fitted = (format.pageHeight - 90 * f) / Double(max(curves.count, 1)) - 16 * f
    let wanted = figure.panelHeight.map { $0.isFinite ? min(max($0, 20), 1000) : 70 }
    height = wanted ?? max(min(composer.width * (curves.count == 1 ? 0.5 : 0.28), fitted), 28 * f)

    var (low, high) = AxisScale.limits(
      curves.flatMap { $0 }.flatMap(\.steps), log: false, room: 0)
    if high - low < 1 { (low, high) = (low - 0.5, high + 0.5) }
    limits = (low, high)

    let panelHeight = height
    let ticks = zip(figure.panels, curves).map { panel, lines in
      AxisDrawing(format: figure.format).verticalTicks(
        CurvesLayout.scale(panel, lines, bottom: panelHeight, top: 0))
    }
    left = composer.left + (ticks.map { AxisDrawing(format: figure.format).width($0) }.max() ?? 0)
    let labels = zip(figure.panels, curves).flatMap { panel, lines in
      panel.references.map(CurvesLayout.label)
        + (CurvesLayout.hasDirectLabels(figure) ? lines.map(\.name) : [])
    }
    let widest = labels.map { Font.width($0, size: figure.format.smallSize) }.max() ?? 0
    let named = widest > 0 ? min(widest, composer.width * 0.3) + 8 * f : 4 * f
    // The second axis's name stands at its right end.
    let hasEpochs = figure.epochEnds.contains { $0.step >= low && $0.step <= high }
    let margin = hasEpochs ? max(named, format.smallSize * 4.6) : named
    right = composer.left + composer.width - margin
    placeEvents()
  }

  /// One panel with several lines names them at their ends; otherwise a legend does.
  static func hasDirectLabels(_ figure: CurvesFigure) -> Bool {
    figure.panels.count == 1 && figure.hasSeveralLines && figure.names.count <= 6
  }

  static func label(_ reference: CurvesFigure.Reference) -> String { reference.name }

  /// Whether the value axis is logarithmic: it was asked for, and there is something to show on it.
  static func isLogarithmic(
    _ panel: CurvesFigure.Panel, _ lines: [CurvesFigure.Curve]
  ) -> Bool {
    panel.isLog && lines.contains { $0.values.contains { $0.isFinite && $0 > 0 } }
  }

  /// Returns the value scale of a panel.
  static func scale(
    _ panel: CurvesFigure.Panel, _ lines: [CurvesFigure.Curve], bottom: Double, top: Double
  ) -> AxisScale {
    var values = lines.flatMap(\.values) + panel.references.map(\.value)
    for line in lines where !line.spread.isEmpty {
      values += zip(line.values, line.spread).flatMap { [$0 - $1, $0 + $1] }
    }
    let usable = isLogarithmic(panel, lines)
    let (low, high) = AxisScale.limits(values, log: usable)
    return AxisScale(low: low, high: high, isLog: usable, start: bottom, end: top)
  }

  var xScale: AxisScale {
    AxisScale(low: limits.low, high: limits.high, isLog: false, start: left, end: right)
  }

  /// Gives names of events rows so that they do not overlap; names beyond three rows are left out.
  private mutating func placeEvents() {
    let size = format.smallSize
    var ends: [Double] = []
    for event in shownEvents {
      let x = position(event) + 1.5 * format.factor
      let width = Font.width(event.name, size: size)
      guard !event.name.isEmpty, width < (right - left) * 0.6 else { continue }
      // Names at the right edge would leave the panel.
      guard x + width <= right + 6 * format.factor || x - width > left else { continue }
      let start = x + width <= right + 6 * format.factor ? x : x - width - 3 * format.factor
      guard let row = (0..<3).first(where: { $0 >= ends.count || ends[$0] < start - size * 0.5 })
      else { continue }
      if row >= ends.count { ends.append(0) }
      ends[row] = start + width
      named.append((event, row))
    }
    lanes = ends.count
  }

  /// Where an event's mark stands: between two steps.
  private func position(_ event: CurvesFigure.Event) -> Double {
    xScale.position(max(event.step - 0.5, limits.low))
  }

  private var shownEvents: [CurvesFigure.Event] {
    figure.events.filter { $0.step >= limits.low && $0.step <= limits.high }
      .sorted { $0.step < $1.step }
  }

  func draw(in composer: inout Composer) {
    let f = format.factor
    for (i, panel) in figure.panels.enumerated() {
      // Heading, then on the first panel the epoch axis.
      let letter = figure.panels.count > 1 && i < 26
      let headingX = composer.left + (letter ? format.titleSize * 1.2 : 0)
      let baseline = composer.y + format.titleSize * Font.capHeight
      if letter {
        composer.list.text(
          TextRun(
            String(Character(Unicode.Scalar(UInt8(97 + i)))), at: Point(composer.left, baseline),
            size: format.titleSize,
            bold: true))
      }
      composer.list.text(
        TextRun(
          Font.elided(
            panel.heading, width: composer.left + composer.width - headingX, size: format.textSize),
          at: Point(headingX, baseline), size: format.textSize))
      composer.y = baseline + 3.5 * f
      if i == 0 { epochAxis(in: &composer) }
      let lane = i == 0 ? Double(lanes) * format.smallSize * 1.35 + (lanes > 0 ? 1.5 * f : 0) : 0
      let box = Rect(x: left, y: composer.y, width: right - left, height: height + lane)
      draw(panel, curves[i], box: box, lane: lane, in: &composer.list)
      if i == 0 { eventNames(top: box.y, in: &composer.list) }
      let isLast = i == figure.panels.count - 1
      let ticks = AxisLabels.fitting(
        xScale, size: format.smallSize, spacing: format.smallSize, whole: true)
      axes.horizontal(xScale, ticks, y: box.maxY, labels: isLast, in: &composer.list)
      composer.y = box.maxY + (isLast ? axes.labelRoom + 1.5 * f : axes.reach + 4 * f)
    }
    composer.list.text(
      TextRun(
        "step", at: Point((left + right) / 2, composer.y), size: format.textSize, .centre, .top))
    composer.y += format.textSize
    let several = figure.hasSeveralLines && !CurvesLayout.hasDirectLabels(figure)
    composer.legend(legend(several: several))
  }

  private func epochAxis(in composer: inout Composer) {
    let scale = xScale
    guard var ticks = EpochTicks.fitting(figure.epochEnds, scale, size: format.smallSize) else {
      return
    }
    composer.y += axes.labelRoom
    let title = "epoch"
    // The axis's name stands in the margin, at the height of its labels.
    let labelY = composer.y - axes.reach - 1.2 * format.factor
    let last =
      zip(ticks.values, ticks.labels).map { value, label in
        scale.position(value) + Font.width(label, size: format.smallSize) / 2
      }.last { $0.isFinite } ?? right
    let room = format.width - Font.width(title, size: format.smallSize) - 0.5
    let x = min(max(right + 4 * format.factor, last + 3 * format.factor), room)
    for i in ticks.labels.indices {
      let half = Font.width(ticks.labels[i], size: format.smallSize) / 2
      let at = max(scale.position(ticks.values[i]), half + 0.3)
      if at + half > x - format.factor { ticks.labels[i] = "" }
    }
    composer.list.text(
      TextRun(title, at: Point(x, labelY), size: format.smallSize, .left, .baseline))
    axes.horizontal(scale, ticks, y: composer.y, isTop: true, in: &composer.list)
  }

  private func eventNames(top: Double, in list: inout DrawList) {
    for (event, row) in named {
      let x = position(event)
      let width = Font.width(event.name, size: format.smallSize)
      let y = top + 1.5 * format.factor + (Double(row) + 0.5) * format.smallSize * 1.35
      let toRight = x + 1.5 * format.factor + width <= right + 6 * format.factor
      let start = x + (toRight ? 1.5 : -1.5) * format.factor
      // The mark of a later event makes room for a name.
      list.fill(
        Rect(
          x: (toRight ? start : start - width) - 0.5 * format.factor,
          y: y - format.smallSize * 0.6, width: width + format.factor,
          height: format.smallSize * 1.2), .white)
      list.text(
        TextRun(
          event.name, at: Point(start, y),
          size: format.smallSize, toRight ? .left : .right, .middle))
    }
  }

  private func draw(
    _ panel: CurvesFigure.Panel, _ lines: [CurvesFigure.Curve], box: Rect, lane: Double,
    in list: inout DrawList
  ) {
    let f = format.factor
    let scale = CurvesLayout.scale(panel, lines, bottom: box.maxY, top: box.y + lane)
    let x = xScale
    for event in shownEvents {
      let at = position(event)
      list.line(
        Point(at, box.y), Point(at, box.maxY),
        StrokeStyle(.grey, width: 0.4 * f, dash: [0.4 * f, 1.4 * f], roundCaps: true))
      list.marker(
        .triangle, at: Point(at, box.maxY - 1.2 * f), radius: 1.1 * f, colour: .grey)
    }
    for reference in panel.references {
      let y = scale.position(reference.value)
      let (start, end) = extent(of: reference)
      guard y.isFinite, start < end else { continue }
      list.line(
        Point(start, y), Point(end, y),
        StrokeStyle(colour(of: reference, lines), width: 0.5 * f, dash: [2.4 * f, 1.6 * f]))
    }
    list.clipped(to: box.insetBy(-1.6 * f)) { list in
      // A few measurements are shown as such: between them, the line is only a guide.
      let hasMarks = lines.allSatisfy { $0.values.count <= 40 }
      for line in lines { draw(line, x, scale, hasMarks: hasMarks, &list) }
    }
    axes.left(
      AxisScale(
        low: scale.low, high: scale.high, isLog: scale.isLog, start: scale.start, end: scale.end),
      axes.verticalTicks(scale), x: box.x, in: &list)
    if lane > 0 {
      list.line(
        Point(box.x, box.y), Point(box.x, box.y + lane),
        StrokeStyle(.ink, width: format.axisWidth, crisp: true))
    }
    endLabels(panel, lines, scale, box, in: &list)
  }

  private func draw(
    _ line: CurvesFigure.Curve, _ x: AxisScale, _ y: AxisScale, hasMarks: Bool,
    _ list: inout DrawList
  ) {
    let f = format.factor
    let at = line.steps.map(x.position)
    if !line.spread.isEmpty {
      let upper = zip(line.values, line.spread).map { y.position($0 + abs($1)) }
      let lower = zip(line.values, line.spread).map { v, s in
        y.isLog && v - abs(s) <= 0 ? y.start : y.position(v - abs(s))
      }
      // Both edges have gaps at the same points, because one gap makes both.
      let edges = zip(
        CurveShape.pieces(at, zip(upper, lower).map { $1.isFinite ? $0 : .nan }, pixel: 1e-9),
        CurveShape.pieces(at, zip(upper, lower).map { $0.isFinite ? $1 : .nan }, pixel: 1e-9))
      for (top, bottom) in edges where top.count > 1 {
        list.fill(
          Path(points: top + bottom.reversed(), closed: true), line.colour.withOpacity(0.2))
      }
    }
    let isFaint = line.smoothed != nil
    strokeParts(
      line, at, line.values.map(y.position), opacity: isFaint ? 0.3 : 1,
      width: (isFaint ? 0.45 : 0.9) * f, &list)
    if hasMarks {
      for (i, py) in line.values.map(y.position).enumerated() where py.isFinite {
        list.fill(
          Path(center: Point(at[i], py), radius: 1.1 * f), i < line.trunk ? .grey : line.colour)
      }
    }
    guard let smoothed = line.smoothed else { return }
    strokeParts(line, at, smoothed.map(y.position), opacity: 1, width: 1 * f, &list)
  }

  /// Strokes what several lines share in grey, the rest in the line's colour.
  private func strokeParts(
    _ line: CurvesFigure.Curve, _ x: [Double], _ y: [Double], opacity: Double, width: Double,
    _ list: inout DrawList
  ) {
    for part in line.parts {
      func draw(_ points: Range<Int>, _ colour: Colour) {
        stroke(
          CurveShape.pieces(Array(x[points]), Array(y[points]), pixel: format.pixel),
          colour: colour.withOpacity(opacity), width: width, &list)
      }
      let shared = part.clamped(to: 0..<line.trunk)
      if !shared.isEmpty { draw(shared, .grey) }
      // What is a line's own begins at the last point that it shares.
      guard part.upperBound > line.trunk else { continue }
      draw(max(part.lowerBound, line.trunk - 1)..<part.upperBound, line.colour)
    }
  }

  private func stroke(
    _ pieces: [[Point]], colour: Colour, width: Double, _ list: inout DrawList
  ) {
    for piece in pieces {
      if piece.count == 1 {
        list.fill(Path(center: piece[0], radius: max(width, 0.9 * format.factor)), colour)
      } else {
        list.stroke(
          Path(points: piece), StrokeStyle(colour, width: width, roundCaps: true))
      }
    }
  }

  private func legend(several: Bool) -> [Legend.Entry] {
    let f = format.factor
    var entries: [Legend.Entry] = []
    if several {
      var seen: Set<String> = []
      // A line alone in its panel is named by the heading.
      let lines = zip(figure.panels, curves).filter { $0.0.series.count > 1 }.flatMap(\.1)
      for line in lines where seen.insert(line.name).inserted && seen.count <= 24 {
        entries.append(
          Legend.Entry(key: .line(line.colour, width: 1 * f, dash: []), name: line.name))
      }
    }
    if curves.flatMap({ $0 }).contains(where: { $0.trunk > 0 }) {
      entries.append(
        Legend.Entry(key: .line(.grey, width: 1 * f, dash: []), name: "before they part"))
    }
    if curves.flatMap({ $0 }).contains(where: { $0.smoothed != nil }) {
      let colour = several ? Colour.grey : curves.flatMap { $0 }.first?.colour ?? .blue
      entries.append(
        Legend.Entry(
          key: .line(colour.withOpacity(0.35), width: 0.5 * f, dash: []), name: "every step"))
      entries.append(
        Legend.Entry(
          key: .line(colour, width: 1 * f, dash: []),
          name: "mean over \(NumberFormat.short(figure.window, digits: 6)) steps"))
    }
    let levels = zip(figure.panels, curves).flatMap { panel, lines in
      let isLog = CurvesLayout.isLogarithmic(panel, lines)
      return panel.references.filter { $0.value.isFinite && (!isLog || $0.value > 0) }
    }
    var named = Set(levels.filter(reachesEdge).map(\.name))
    for level in levels where extent(of: level).start < extent(of: level).end {
      guard named.insert(level.name).inserted else { continue }
      entries.append(
        Legend.Entry(
          key: .line(Colour(hex: 0x505050), width: 0.5 * f, dash: [2.4 * f, 1.6 * f]),
          name: level.name))
    }
    if !shownEvents.isEmpty { entries.append(Legend.Entry(key: .tick(.grey), name: "event")) }
    return entries
  }
}
