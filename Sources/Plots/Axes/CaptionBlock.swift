/// The caption below a figure.
enum CaptionBlock {
  /// Draws the caption in lines that fit.
  ///
  /// - Returns: The height that it takes.
  @discardableResult
  static func draw(
    _ caption: String, to list: inout DrawList, at origin: Point, width: Double,
    format: FigureFormat
  ) -> Double {
    let size = format.textSize
    let leading = size * Font.lineHeight
    let lines = Font.wrapped(caption, width: width, size: size)
    for (i, line) in lines.enumerated() {
      list.text(
        TextRun(
          line, at: Point(origin.x, origin.y + leading * Double(i) + size * Font.capHeight),
          size: size))
    }
    return leading * Double(lines.count)
  }
}
