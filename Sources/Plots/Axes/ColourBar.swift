/// A bar that shows which value a colour stands for.
struct ColourBar {
  var map: ColourMap
  var low: Double
  var high: Double
  var isLog = false
  /// What is shown, with its unit in brackets.
  var title: String
  var format: FigureFormat
  /// How much colours of unused entries are mixed with white; 0 for no second strip.
  var fade = 0.0

  /// Draws the bar lying down, with ticks and its title below.
  ///
  /// - Returns: The height that it takes.
  @discardableResult
  func draw(to list: inout DrawList, at origin: Point, width: Double) -> Double {
    let f = format.factor
    let height = format.textSize * (fade > 0 ? 1.2 : 0.8)
    let bar = Rect(x: origin.x, y: origin.y, width: width, height: height)
    let colours = map.table()
    let full = fade > 0 ? height * 0.6 : height
    list.bitmap(
      Bitmap(width: 256, height: 1) { x, _ in colours[x] },
      in: Rect(x: bar.x, y: bar.y, width: width, height: full), scaling: .area)
    if fade > 0 {
      list.bitmap(
        Bitmap(width: 256, height: 1) { x, _ in colours[x].mixed(with: .white, share: fade) },
        in: Rect(x: bar.x, y: bar.y + full, width: width, height: height - full), scaling: .area)
    }
    let line = StrokeStyle(.ink, width: format.axisWidth, crisp: true)
    list.stroke(bar, line)
    let scale = AxisScale(low: low, high: high, isLog: isLog, start: bar.x, end: bar.maxX)
    let labels = AxisLabels.fitting(
      scale, size: format.smallSize, spacing: format.smallSize * 1.2)
    let reach = 2 * f
    var end = -Double.infinity
    for (value, label) in zip(labels.values, labels.labels) {
      let x = scale.position(value)
      list.line(Point(x, bar.maxY), Point(x, bar.maxY + reach), line)
      // Labels at the ends stay above the bar, so that nothing sticks out of the figure.
      let half = Font.width(label, size: format.smallSize) / 2
      let at = min(max(x, bar.x + half - 2 * f), bar.maxX - half + 2 * f)
      guard at - half > end else { continue }
      end = at + half + 1
      list.text(
        TextRun(
          label, at: Point(at, bar.maxY + reach + 1.2 * f), size: format.smallSize, .centre, .top))
    }
    let titleY = bar.maxY + reach + 1.2 * f + format.smallSize * 1.3
    list.text(
      TextRun(
        Font.elided(title, width: width, size: format.textSize), at: Point(bar.midX, titleY),
        size: format.textSize, .centre, .top))
    return titleY + format.textSize - origin.y
  }
}
