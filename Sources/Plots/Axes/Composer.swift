/// Stacks the parts of a figure from top to bottom: drawing, legends, caption.
struct Composer {
  var list = DrawList()
  let format: FigureFormat
  /// The top of the next part, in points.
  var y: Double

  init(_ format: FigureFormat) {
    self.format = format
    y = Composer.margin(format)
  }

  private static func margin(_ format: FigureFormat) -> Double { 2.5 * format.factor }

  /// The free space at the edges, in points.
  var margin: Double { Composer.margin(format) }
  /// The left edge of the content.
  var left: Double { margin }
  /// The width of the content.
  var width: Double { format.width - 2 * margin }

  /// Returns the middle of something of a given width, moved as far as it takes to fit.
  func inside(_ middle: Double, extent: Double) -> Double {
    max(left + extent / 2, min(middle, left + width - extent / 2))
  }

  /// Draws a legend over the whole width and moves down.
  mutating func legend(_ entries: [Legend.Entry], gap: Double = 2) {
    guard !entries.isEmpty else { return }
    y += gap * format.factor
    y += Legend(entries: entries, size: format.textSize)
      .draw(to: &list, at: Point(left, y), width: width)
  }

  /// Draws a centred note in place of a drawing that has no data, and moves down.
  mutating func note(_ text: String) {
    let height = format.textSize * 6
    let box = Rect(x: left, y: y, width: width, height: height)
    list.stroke(box, StrokeStyle(.lightGrey, width: format.axisWidth, crisp: true))
    list.text(
      TextRun(
        Font.elided(text, width: width * 0.9, size: format.textSize), at: Point(box.midX, box.midY),
        size: format.textSize, .centre, .middle))
    y += height
  }

  /// Writes the caption and makes the figure.
  mutating func finish(caption: String, altText: String, csv: String) -> Figure {
    y += 4 * format.factor
    y += CaptionBlock.draw(caption, to: &list, at: Point(left, y), width: width, format: format)
    return Figure(
      drawing: list, width: format.width, height: y + margin, dpi: format.dpi, caption: caption,
      altText: altText, csv: csv)
  }
}
