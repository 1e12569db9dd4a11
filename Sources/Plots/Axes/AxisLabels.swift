/// Chooses as many ticks as fit without their labels touching.
enum AxisLabels {
  /// Returns ticks for a horizontal axis whose labels stay apart.
  ///
  /// - Parameters:
  ///   - scale: The axis.
  ///   - size: The type size of the labels.
  ///   - spacing: The least space between two labels.
  ///   - whole: Whether only whole numbers make sense.
  /// - Returns: The ticks.
  static func fitting(
    _ scale: AxisScale, size: Double, spacing: Double, whole: Bool = false
  ) -> Ticks {
    let length = abs(scale.end - scale.start)
    var most = max(2, min(12, PlotMath.whole(length / (size * 2.2))))
    while most > 1 {
      let ticks = scale.ticks(most: most, whole: whole)
      let places = zip(ticks.values, ticks.labels).map { value, label in
        (at: scale.position(value), half: Font.width(label, size: size) / 2)
      }
      let apart = zip(places, places.dropFirst()).allSatisfy { a, b in
        b.at - b.half - a.at - a.half >= spacing
      }
      if apart { return ticks }
      most -= 1
    }
    return scale.ticks(most: 1, whole: whole)
  }
}
