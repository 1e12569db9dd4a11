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

  /// The width that the bar takes with its labels and title.
  var width: Double {
    barWidth + format.smallSize * 0.7 + labelWidth + format.textSize * 1.3
  }

  private var barWidth: Double { format.textSize * (fade > 0 ? 1.6 : 1.1) }

  private var labelWidth: Double {
    ticks(100).labels.map { Font.width($0, size: format.smallSize) }.max() ?? 0
  }

  private func ticks(_ height: Double) -> Ticks {
    AxisScale(low: low, high: high, isLog: isLog, start: 0, end: 1)
      .ticks(most: max(2, Int(height / (format.smallSize * 2.6))))
  }

  /// Draws the bar upright, its value axis along the whole height.
  func draw(to list: inout DrawList, at origin: Point, height: Double) {
    let bar = Rect(x: origin.x, y: origin.y, width: barWidth, height: height)
    let colours = map.table()
    let strip = Bitmap(width: 1, height: 256) { _, y in colours[255 - y] }
    let split = fade > 0 ? barWidth * 0.6 : barWidth
    list.bitmap(
      strip, in: Rect(x: bar.x, y: bar.y, width: split, height: height), scaling: .area)
    if fade > 0 {
      let faded = Bitmap(width: 1, height: 256) { _, y in
        colours[255 - y].mixed(with: .white, share: fade)
      }
      list.bitmap(
        faded, in: Rect(x: bar.x + split, y: bar.y, width: barWidth - split, height: height),
        scaling: .area)
    }
    let line = StrokeStyle(.ink, width: format.axisWidth, crisp: true)
    list.stroke(bar, line)
    let scale = AxisScale(low: low, high: high, isLog: isLog, start: bar.maxY, end: bar.y)
    let ticks = ticks(height)
    let reach = format.smallSize * 0.35
    for (value, label) in zip(ticks.values, ticks.labels) {
      let y = scale.position(value)
      guard y >= bar.y - 0.01, y <= bar.maxY + 0.01 else { continue }
      list.line(Point(bar.maxX, y), Point(bar.maxX + reach, y), line)
      list.text(
        TextRun(
          label, at: Point(bar.maxX + format.smallSize * 0.6, y), size: format.smallSize, .left,
          .middle))
    }
    let titleX = bar.maxX + format.smallSize * 0.7 + labelWidth + format.textSize * 0.8
    list.text(
      TextRun(
        Font.elided(title, width: height, size: format.textSize), at: Point(titleX, bar.midY),
        size: format.textSize, .centre, .middle, turned: true))
  }
}
