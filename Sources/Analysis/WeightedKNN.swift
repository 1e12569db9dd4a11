import Kernels
import Tensors

/// The weighted k-nearest-neighbour classifier on frozen features.
///
/// The k nearest training rows vote for their classes: exp(cos/T) on unit rows, or 1/(distance +
/// 1e-5) on rows as they are. Source: `WeightedKNNClassifier` of solo-learn.
public struct WeightedKNN: Sendable, Equatable {
  /// The number of neighbours.
  public var k = 20
  /// The temperature T of the cosine votes.
  public var temperature = 0.07
  /// How nearness is measured.
  public var distance = FeatureDistance.cosine

  /// Makes the classifier that both halves of the reference use.
  public init() {}

  /// What a classification gives.
  public struct Result: Sendable, Equatable {
    /// The percentage of queries whose label has the largest score.
    public let top1: Double
    /// The percentage of queries whose label is among the min(5, k, classes) largest.
    public let top5: Double
    /// The class sums of the neighbours' weights, [queries, classes], row-major.
    public let scores: [Double]
    /// The class of the largest score of each query; the smaller of equals.
    public let predictions: [Int]
  }

  /// Classifies test rows by training rows.
  ///
  /// Shape: train [N, D], test [Q, D]; a training row with a label outside 0..<classes does not
  /// vote, a test row with such a label is not counted. Equal scores rank by smaller class.
  /// Throws: `LinearAlgebraError` for other shapes, no rows or labels missing, nan or inf.
  public func classify(
    _ workers: Workers, train: Tensor, trainLabels: [Int], test: Tensor, testLabels: [Int],
    classes: Int
  ) throws -> Result {
    guard train.shape.first == trainLabels.count, !trainLabels.isEmpty, k > 0, classes > 0 else {
      throw LinearAlgebraError.shape(expected: [trainLabels.count, -1], found: train.shape)
    }
    guard test.shape.first == testLabels.count else {
      throw LinearAlgebraError.shape(expected: [testLabels.count, -1], found: test.shape)
    }
    let near = try NearestNeighbors.find(
      workers, queries: test, memory: train, k: k, distance: distance)
    var scores = [Double](repeating: 0, count: near.queries * classes)
    // Votes of tiny temperatures overflow; a common factor changes no rank.
    let shift = distance == .cosine && 1 / temperature > 600 ? 1 / temperature : 0
    for i in 0..<near.queries {
      for place in i * near.k..<(i + 1) * near.k {
        let label = trainLabels[Int(near.indices[place])]
        guard label >= 0, label < classes else { continue }
        let value = near.values[place]
        let weight =
          distance == .cosine ? Exact.exp(value / temperature - shift) : 1 / (value + 1e-5)
        scores[i * classes + label] += weight
      }
    }
    return rank(scores, testLabels: testLabels, classes: classes, neighbours: near.k)
  }

  private func rank(
    _ scores: [Double], testLabels: [Int], classes: Int, neighbours: Int
  ) -> Result {
    let breadth = min(5, neighbours, classes)
    var (first, five, counted) = (0, 0, 0)
    var predictions: [Int] = []
    for (i, label) in testLabels.enumerated() {
      let row = scores[i * classes..<(i + 1) * classes]
      var best = row.startIndex
      for j in row.indices where row[j] > row[best] { best = j }
      predictions.append(best - row.startIndex)
      guard label >= 0, label < classes else { continue }
      let own = row[row.startIndex + label]
      var ahead = 0
      for (j, score) in row.enumerated() where score > own || (score == own && j < label) {
        ahead += 1
      }
      counted += 1
      if ahead < 1 { first += 1 }
      if ahead < breadth { five += 1 }
    }
    let scale = 100 / Double(max(1, counted))
    return Result(
      top1: Double(first) * scale, top5: Double(five) * scale, scores: scores,
      predictions: predictions)
  }
}
