import Datasets
import Kernels
import Layers
import Methods
import Tensors

/// A view of the last batch: which image, which of its two views.
public struct BatchView: Sendable, Hashable {
  /// The data set index of the image.
  public let id: Int
  /// 1 or 2.
  public let view: Int
  /// The class, when known.
  public let label: Int?
}

/// An entry of the attention matrix.
public struct AttentionEntry: Sendable, Equatable {
  /// The row.
  public let row: BatchView
  /// The column.
  public let column: BatchView
  /// The cosine of the features that the method attends to.
  public let cosine: Double
  /// w = exp(1 + cosine).
  public let weight: Double
  /// Whether the entry reaches the loss: only those of positive pairs do.
  public let isUsed: Bool
}

/// A positive pair with what it does to the loss.
public struct AttentionPair: Sendable, Equatable {
  /// The entry (first view, second view); its mirror image has the same weight.
  public let entry: AttentionEntry
  /// The part of the loss that both entries make together, 0…1.
  public let share: Double
  /// The crop boxes' intersection over union, 0…1; nil when the views are not crops.
  public let overlap: Double?
}

/// What `attn` says of the matrix as a whole.
public struct AttentionSummary: Sendable, Equatable {
  /// Which features give the cosines.
  public let features: AttentionFeatures
  /// Whether the features follow a ReLU, so that no cosine is negative.
  public let isRectified: Bool
  /// The number of rows, 2N.
  public let rows: Int
  /// The weights of the positive pairs, ascending.
  public let positives: [Double]
  /// The mean weight of all other entries off the diagonal.
  public let otherMean: Double
  /// The entries that reach the loss.
  public var used: Int { rows }
  /// All entries, diagonal included.
  public var entries: Int { rows * rows }
  /// The least and largest weight possible.
  public var possible: ClosedRange<Double> { (isRectified ? Exact.exp(1) : 1)...Exact.exp(2) }
}

/// How images are ordered for a matrix.
public enum AttentionOrder: String, Sendable, CaseIterable {
  /// By class, then by place in the batch.
  case `class`
  /// As in the batch.
  case batch
}

extension Workbench {
  /// The rows that the method attends to, and the views that they stand for.
  private func attended() throws -> (
    features: FeatureRows, kind: AttentionFeatures, views: [BatchView]
  ) {
    guard let method = configuration.method, method.name == .simclrAttn else {
      let name = configuration.method?.name.rawValue
      throw SessionError(
        name.map { "method '\($0)' has no attention, simclr-attn has it" }
          ?? "no attention: method simclr-attn has it", help: help(choosing: .simclrAttn))
    }
    let (learner, batch) = try lastBatch()
    let kind = learner.configuration.method?.attention ?? .h
    let labels = data?.loaded.labels
    let views = [1, 2].flatMap { view in
      batch.ids.map { BatchView(id: $0, view: view, label: labels?[$0]) }
    }
    return (try rows(kind == .h ? .h : .z), kind, views)
  }

  private func entry(_ f: FeatureRows, _ views: [BatchView], _ i: Int, _ j: Int) -> AttentionEntry {
    let cosine = f.cosine(i, j)
    return AttentionEntry(
      row: views[i], column: views[j], cosine: cosine, weight: Exact.exp(1 + cosine),
      isUsed: j == (i + views.count / 2) % views.count)
  }

  /// Summarises the attention weights of the last batch.
  ///
  /// Throws: `SessionError` for a method without attention or before the first step.
  public func attentionSummary() throws -> AttentionSummary {
    let (_, kind, views) = try attended()
    let matrix = try attentionWeights()
    let rows = views.count
    let positives = try positiveWeights()
    var others = 0.0
    for i in 0..<rows {
      for j in 0..<rows where j != i && j != (i + rows / 2) % rows {
        others += Double(matrix.values[i * rows + j])
      }
    }
    // The MLP ends in a linear layer, every other backbone in a ReLU and a mean.
    let isRectified = kind == .h && configuration.backbone?.name != .mlp
    return AttentionSummary(
      features: kind, isRectified: isRectified, rows: rows, positives: positives.sorted(),
      otherMean: others / Double(max(1, rows * (rows - 2))))
  }

  /// Returns the positive pairs of largest (or lowest) weight; of equal ones the earlier.
  ///
  /// Throws: `SessionError` for a method without attention or before the first step.
  public func attentionPairs(_ count: Int, lowest: Bool) throws -> [AttentionPair] {
    let (features, _, views) = try attended()
    let entries = try lastBatchEntries()
    let half = entries.count
    let pairs = entries.map { e in
      AttentionPair(
        entry: entry(features, views, e.position, half + e.position), share: e.share ?? .nan,
        overlap: e.overlap)
    }
    let order = pairs.indices.sorted { a, b in
      let (x, y) = (pairs[a].entry.cosine, pairs[b].entry.cosine)
      return x == y ? a < b : (x < y) == lowest
    }
    return order.prefix(count).map { pairs[$0] }
  }

  /// Returns the pairs of different images of largest (or lowest) weight; none reaches the loss.
  ///
  /// Throws: `SessionError` for a method without attention or before the first step.
  public func attentionStrangers(_ count: Int, lowest: Bool) throws -> [AttentionEntry] {
    let (features, _, views) = try attended()
    let matrix = try attentionWeights()
    let rows = views.count
    // A short sorted list beats sorting half a million pairs.
    var best: [(value: Float, i: Int, j: Int)] = []
    for i in 0..<rows {
      for j in (i + 1)..<max(rows, i + 1) where j != i + rows / 2 {
        let value = lowest ? matrix.values[i * rows + j] : -matrix.values[i * rows + j]
        if best.count == count, let last = best.last, value >= last.value { continue }
        let place = best.firstIndex { value < $0.value } ?? best.count
        best.insert((value, i, j), at: place)
        if best.count > count { best.removeLast() }
      }
    }
    return best.map { entry(features, views, $0.i, $0.j) }
  }

  /// Returns the weights between one view of an image and the other views, its positive first, then
  /// the `count` largest.
  ///
  /// Throws: `SessionError` when the image is not in the last batch.
  public func attention(of id: Int, view: Int, count: Int) throws -> [AttentionEntry] {
    let (features, _, views) = try attended()
    let rows = views.count
    guard let place = views.firstIndex(of: BatchView(id: id, view: view, label: label(id))) else {
      throw SessionError("sample \(id) is not in the last step's batch", help: "batch ids")
    }
    let positive = (place + rows / 2) % rows
    let others = (0..<rows).filter { $0 != place && $0 != positive }
      .map { entry(features, views, place, $0) }
    let sorted = others.enumerated().sorted {
      ($1.element.cosine, $0.offset) < ($0.element.cosine, $1.offset)
    }
    return [entry(features, views, place, positive)] + sorted.prefix(count).map(\.element)
  }

  private func label(_ id: Int) -> Int? {
    guard let labels = data?.loaded.labels, labels.indices.contains(id) else { return nil }
    return labels[id]
  }

  /// Returns the weights between the first views (rows) and the second views (columns) of at most
  /// `count` images of the last batch; only the diagonal reaches the loss.
  ///
  /// By class the images are taken at even distances, so that every class shows. Throws:
  /// `SessionError` for a method without attention or before the first step.
  public func attentionMatrix(_ count: Int, order: AttentionOrder) throws -> [[AttentionEntry]] {
    let (features, _, views) = try attended()
    let half = views.count / 2
    let kept = min(count, half)
    var places = Array(0..<half)
    if order == .class {
      places.sort { (views[$0].label ?? -1, $0) < (views[$1].label ?? -1, $1) }
      places = (0..<kept).map { places[$0 * half / kept] }
    }
    places = Array(places.prefix(kept))
    return places.map { i in places.map { j in entry(features, views, i, half + j) } }
  }
}
