import Analysis
import Tensors

/// What `collapse` says of the features of some samples.
public struct CollapseReport: Sendable, Equatable {
  /// The number of rows: two a sample where both views are looked at.
  public let rows: Int
  /// The number of dimensions.
  public let dimension: Int
  /// The measures.
  public let measures: CollapseMeasures
  /// The dimensions whose std is below a hundredth of the largest one's.
  public let flatDimensions: Int
}

extension Workbench {
  /// Measures collapse on samples drawn evenly over the classes, 512 unless asked.
  ///
  /// Throws: `SessionError` for a count out of range, a set or layer that is not there, features
  /// that are not finite.
  public func collapseReport(
    count: Int?, layer: EvaluationLayer, on set: FigureSet,
    isCancelled: () -> Bool = { false }, progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> CollapseReport {
    let (samples, features) = try comparedSamples(
      count: count, usual: 512, layer: layer, on: set, isCancelled: isCancelled, progress: progress)
    try checkFinite(features, layer.rawValue, ids: samples.ids)
    let (rows, dim) = (features.shape[0], features.shape[1])
    var deviations = [Double](repeating: 0, count: dim)
    for j in 0..<dim {
      let column = (0..<rows).map { Double(features.values[$0 * dim + j]) }
      let mean = column.reduce(0, +) / Double(rows)
      deviations[j] = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }.squareRoot()
    }
    let largest = deviations.max() ?? 0
    return CollapseReport(
      rows: rows, dimension: dim, measures: try CollapseMeasures.measure(workers, features),
      flatDimensions: deviations.count { $0 <= 0.01 * largest })
  }
}
