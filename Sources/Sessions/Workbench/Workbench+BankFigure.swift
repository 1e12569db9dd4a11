import Analysis
import Datasets
import Kernels
import Methods
import Tensors

/// Rows of the memory bank, ready to draw.
public struct BankData: Sendable {
  /// The images whose rows are shown, in data order.
  public var samples: FigureSamples
  /// The cosines between rows, [n, n].
  public var cosines: [Double]
  /// The epochs since each row was written, nil for rows that still have their initial values.
  public var ages: [Int?]
  /// 1 − cosine between each row and the present z of its image (eval mode, no augmentation).
  public var drifts: [Double]
  /// The number of rows of the whole bank.
  public var rows: Int
  /// The dimension of a row.
  public var dimension: Int
  /// Whether the present epoch's targets use the bank.
  public var isActive: Bool
}

extension Workbench {
  /// Returns bank rows of images drawn evenly over the classes.
  ///
  /// Throws: `SessionError` for a method without a bank, a count out of range, rows or features
  /// that are not finite.
  public func bankData(count: Int?) throws -> BankData {
    let learner = try model()
    let bankTensor = try tensor(.bank)
    guard let bank = learner.bank else {
      throw SessionError(
        "no bank: method simsiam-multi has one", help: help(choosing: .simsiamMulti))
    }
    let all = try evaluationSamples(.train)
    let number = try sampleCount(
      count, usual: 200, of: all.count, least: 2, what: "training samples")
    let places = FigureSamples.balanced(
      number, of: all.count, labels: all.labels, seed: seed, draw: 4)
    let samples = try figureSamples(.train, all, at: places)
    let dim = bank.dim
    let rows = Tensor(
      shape: [places.count, dim],
      values: samples.ids.flatMap { bankTensor.values[$0 * dim..<($0 + 1) * dim] })
    try checkFinite(rows, "bank", ids: samples.ids)
    let now = try features(.z, of: all, at: places).features
    try checkFinite(now, "z", ids: samples.ids)
    let ages = bank.ages(epoch: learner.epoch)
    return BankData(
      samples: samples, cosines: try cosines(rows).values.map(Double.init),
      ages: samples.ids.map { ages[$0] }, drifts: distances(rows, now), rows: bank.rows,
      dimension: dim, isActive: bank.isActive(epoch: learner.epoch))
  }

  /// 1 − cosine of each row of one matrix with the same row of another.
  private func distances(_ a: Tensor, _ b: Tensor) -> [Double] {
    let (a, b, dim) = (a.normalizedRows(workers), b.normalizedRows(workers), a.shape[1])
    return (0..<a.shape[0]).map { row in
      var dot = 0.0
      for i in row * dim..<(row + 1) * dim { dot += Double(a.values[i]) * Double(b.values[i]) }
      return 1 - dot
    }
  }
}
