/// Counts of values in bins of equal width.
struct Histogram: Equatable {
  var low: Double
  var high: Double
  var counts: [Int]

  /// The width of one bin.
  var width: Double { (high - low) / Double(max(counts.count, 1)) }

  /// Counts values; those that are not finite or outside are left out, `high` is in the last bin.
  init(_ values: [Double], low: Double, high: Double, bins: Int) {
    self.low = low
    self.high = high
    counts = [Int](repeating: 0, count: max(1, bins))
    guard high > low else { return }
    for v in values where v >= low && v <= high {
      let i = PlotMath.whole((v / 2 - low / 2) / (high / 2 - low / 2) * Double(counts.count))
      counts[min(max(i, 0), counts.count - 1)] += 1
    }
  }

  /// Returns limits at round numbers around all finite values, and a number of bins.
  static func limits(_ values: [Double], bins wanted: Int?) -> (
    low: Double, high: Double, bins: Int
  ) {
    let finite = values.filter { $0.isFinite && abs($0) < 1e300 }
    guard let least = finite.min(), let most = finite.max() else { return (0, 1, 1) }
    guard most > least else {
      let half = max(abs(least) * 0.1, 1e-12)
      return (least - half, least + half, 1)
    }
    let target =
      wanted.map { min(max($0, 1), 500) }
      ?? min(max(PlotMath.whole(Double(finite.count).squareRoot()), 8), 60)
    let rough = (most - least) / Double(target)
    let power = PlotMath.power10(PlotMath.whole(PlotMath.log10(rough).rounded(.down)))
    // A round width from below, so that no fewer bins result than wanted.
    let width = [5, 2.5, 2, 1].map { $0 * power }.first { $0 <= rough * 1.0001 } ?? power
    guard width > 0, (most - least) / width < 2000 else { return (least, most, target) }
    let low = (least / width + 1e-9).rounded(.down) * width
    let bins = max(1, PlotMath.whole(((most - low) / width - 1e-9).rounded(.up)))
    return (low, low + Double(bins) * width, bins)
  }
}
