import Layers
import Methods

/// What one model came to: a row of `show runs`.
public struct RunSummary: Sendable, Equatable, Codable {
  /// The method's name.
  public var method: String
  /// The backbone with its width.
  public var backbone: String
  /// The number of completed steps.
  public var steps: Int
  /// The number of completed epochs.
  public var epochs: Int
  /// The last step's loss.
  public var loss: Double?
  /// The last step's std of normalised z.
  public var zStd: Double?
  /// The effective rank of z, where it was measured last.
  public var effectiveRank: Double?
  /// The kNN accuracy in percent before the first step, where it was measured.
  public var untrainedKNN: Double?
  /// The kNN accuracy in percent that was measured last.
  public var knn: Double?
}

/// A kNN accuracy with the step at which it was measured.
struct Evaluation: Sendable, Equatable, Codable {
  var step: Int
  var knn: Double
}

extension Workbench {
  /// The models of this session in order; the last one is the present model.
  public var runs: [RunSummary] {
    finishedRuns + (presentRun.map { [$0] } ?? [])
  }

  /// The present model's row, or nil before its first step and evaluation.
  private var presentRun: RunSummary? {
    guard let learner, learner.step > 0 || !evaluations.isEmpty else { return nil }
    let c = learner.configuration
    let last = metrics.records.last
    let measured = metrics.series(.knn).last.map { Evaluation(step: $0.step, knn: $0.value) }
    let asked = evaluations.last
    let latest = [asked, measured].compactMap { $0 }.max { $0.step < $1.step }
    return RunSummary(
      method: c.method?.name.rawValue ?? "none",
      backbone: "\(c.backbone.name.rawValue) width \(c.backbone.width)", steps: learner.step,
      epochs: learner.epoch, loss: last?.values[.loss], zStd: last?.values[.zStd],
      effectiveRank: metrics.series(.erank).last?.value,
      untrainedKNN: evaluations.first { $0.step == 0 }?.knn ?? metrics.untrained[.knn],
      knn: latest?.knn)
  }

  /// Keeps the present model's row before the model is replaced.
  func finishRun() {
    if let row = presentRun { finishedRuns.append(row) }
    evaluations = []
  }
}
