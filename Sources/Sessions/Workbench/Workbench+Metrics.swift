import Datasets
import Files
import Foundation
import Methods

extension Workbench {
  /// The metrics that can be named in the present configuration, in order; nothing is built.
  public var namedMetrics: [MetricName] {
    let method = resolution?.method
    var out: Set<MetricName> = []
    if let method {
      out = [.loss, .total, .zStd, .erank, .align, .uniform]
      if method.classes > 0 { out.formUnion([.classLoss, .acc1, .acc5]) }
      if !method.name.isSimSiamFamily { out.insert(.contrastAcc) }
    }
    if configuration.backbone != nil, data?.loaded.labels != nil, data?.loaded.test != nil {
      out.insert(.knn)
    }
    return MetricName.allCases.filter(out.contains)
  }

  /// The method that computed a step's loss; of one that is not recorded, the present one.
  public func method(ofStep step: Int) -> MethodConfiguration? {
    let isRecorded = step <= metrics.records.last?.step ?? 0
    return (isRecorded ? metrics.phases.phase(of: step)?.method : nil) ?? resolution?.method
  }

  /// The choices that steps are taken with: every option, and the pipeline of random views.
  ///
  /// Throws: when the pipeline cannot be encoded.
  func choices(of configuration: ResolvedConfiguration) throws -> [RunChoice] {
    let pipeline = pipeline()
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let text = String(decoding: try encoder.encode(pipeline), as: UTF8.self)
    let standard =
      pipeline == .none
      ? "none" : configuration.method?.name.isSimSiamFamily == true ? "simsiam" : "simclr"
    return configuration.options.map { RunChoice(part: $0.part, name: $0.name, value: $0.value) }
      + [
        RunChoice(part: "augment", name: "preset", value: augmentation?.preset ?? standard),
        RunChoice(
          part: "augment", name: "pipeline", value: String(ContentHash.of(text), radix: 16)),
      ]
  }

  /// Adds what was measured in the present state to the log, and tells the timeline.
  func measured(_ name: MetricName, _ value: Double, _ kind: Measurement.Kind) {
    let step = kind == .record ? metrics.records.last?.step ?? 0 : learner?.step ?? 0
    let measurement = Measurement(name: name, value: value, step: step, kind: kind)
    metrics.take(measurement)
    didMeasure(measurement)
  }

  /// The latest value of a metric: of the last step that measured it, or of a later evaluation.
  public func latest(_ name: MetricName) -> Double? {
    metrics.latest(name)?.value
  }

  /// Runs a command; when it fails, a model that was built for it alone is dropped again.
  ///
  /// A failed command leaves no trace in the log, so it may leave none in the state. `unless` says
  /// that part of it succeeded and stays.
  public func droppingModelOfFailure<Result>(
    unless: () -> Bool, _ body: () throws -> Result
  ) throws -> Result {
    let had = learner != nil
    do {
      return try body()
    } catch {
      if !had, let learner, learner.step == 0, !unless() {
        self.learner = nil
        source = nil
      }
      throw error
    }
  }
}
