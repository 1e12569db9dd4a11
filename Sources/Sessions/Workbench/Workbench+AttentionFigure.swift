import Analysis
import Kernels
import Methods
import Tensors

/// Attention weights between views of the last batch, in the order to show them.
public struct AttentionData: Sendable {
  /// How rows are ordered.
  public enum Order: String, Sendable, CaseIterable {
    /// By class, inside a class by the Fiedler vector of the features' cosines.
    case `class`
    /// As in the batch: all first views, then all second views.
    case batch
  }

  /// The rows and columns.
  public var samples: FigureSamples
  /// The weights exp(1 + cos), row by row, [n, n].
  public var weights: [Double]
  /// The row of the other view of each row's image: the entries that reach the loss.
  public var partners: [Int]
  /// The features that are compared.
  public var features: AttentionFeatures
  /// The number of views in the whole batch, 2N.
  public var batchViews: Int
}

extension Workbench {
  /// Returns the attention weights of some images of the last batch, both views of each.
  ///
  /// Throws: `SessionError` for a method without attention, before the first step, for counts that
  /// are odd or out of range, for weights that are not finite.
  public func attentionData(count: Int?, order: AttentionData.Order) throws -> AttentionData {
    let all = try attentionWeights()
    let kind = try model().configuration.method?.attention ?? .h
    let places = try pairedPlaces(count: count, usual: 64)
    let source = try bothViews(kind == .h ? .h : .z)
    let dim = source.shape[1]
    let features = Tensor(
      shape: [places.count, dim],
      values: places.flatMap { source.values[$0 * dim..<($0 + 1) * dim] })
    let samples = try batchSamples(at: places)
    try checkFinite(features, kind.rawValue, ids: samples.ids)
    let shown =
      order == .batch
      ? Array(places.indices)
      : try ClassOrder.make(workers, features: features, labels: samples.knownLabels).order
    let total = all.shape[0]
    var rank = [Int](repeating: 0, count: places.count)
    for (place, row) in shown.enumerated() { rank[row] = place }
    let half = places.count / 2
    return AttentionData(
      samples: samples.selecting(shown),
      weights: shown.flatMap { i in
        shown.map { Double(all.values[places[i] * total + places[$0]]) }
      }, partners: shown.map { rank[($0 + half) % places.count] }, features: kind,
      batchViews: total)
  }
}
