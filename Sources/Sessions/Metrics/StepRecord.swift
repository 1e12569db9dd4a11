import Methods

/// What one committed step measured.
public struct StepRecord: Sendable, Equatable {
  /// The number of completed steps after this one.
  public var step: Int
  /// The 0-based epoch that the step belonged to.
  public var epoch: Int
  /// The learning rate that the step used, by group in order.
  public var rates: [(name: String, value: Double)]
  /// Metrics by name, in the order of `MetricName`.
  public var values: [MetricName: Double]

  /// Compares everything.
  public static func == (a: StepRecord, b: StepRecord) -> Bool {
    a.step == b.step && a.epoch == b.epoch && a.values == b.values
      && a.rates.map(\.name) == b.rates.map(\.name)
      && a.rates.map(\.value) == b.rates.map(\.value)
  }
}

/// The metrics that can be tracked, by their names at the prompt.
public enum MetricName: String, Sendable, CaseIterable, Codable {
  /// The method's loss.
  case loss
  /// The online classifier's cross-entropy.
  case classLoss = "class_loss"
  /// Loss and classifier loss together.
  case total
  /// The std of normalised z; 1/√d when spread evenly, 0 when collapsed.
  case zStd = "z_std"
  /// The online classifier's top-1 accuracy in percent.
  case acc1
  /// The online classifier's top-5 accuracy in percent.
  case acc5
  /// The fraction of rows whose positive ranks first.
  case contrastAcc = "contrast_acc"
  /// The effective rank of the batch's z.
  case erank
  /// The mean squared distance of positive pairs of normalised z.
  case align
  /// The log mean Gaussian potential of normalised z.
  case uniform
  /// The weighted kNN accuracy in percent; evaluates the whole data set.
  case knn

  /// Whether the metric costs more than the step's own numbers.
  public var isCostly: Bool { self == .erank || self == .knn || self == .uniform }
  /// Whether a larger value is better, or nil where neither is.
  public var higherIsBetter: Bool? {
    switch self {
    case .loss, .classLoss, .total, .align, .uniform: false
    case .acc1, .acc5, .contrastAcc, .erank, .knn: true
    case .zStd: nil
    }
  }
  /// The unit of the metric for axes and tables.
  public var unit: String {
    switch self {
    case .acc1, .acc5, .knn: "%"
    default: ""
    }
  }
}

/// All committed steps in order.
public struct MetricLog: Sendable {
  /// The records, one a step.
  public private(set) var records = StepRecords()
  /// The results of each evaluation command in order, the last one at a step.
  ///
  /// Earlier ones are kept for moments of which only a later one's log is left.
  public private(set) var evaluations: [MetricName: [Measured]] = [:]

  /// Metrics of the untrained model, measured before the first step for a recording.
  public private(set) var untrained: [MetricName: Double] = [:]

  /// With what choices the steps were taken.
  public private(set) var phases = RunPhases()

  /// Makes an empty log.
  public init() {}

  /// Makes a log of records, with what was measured before the first one and how they were made.
  public init(
    _ records: [StepRecord], untrained: [MetricName: Double] = [:], phases: [RunPhase] = []
  ) {
    self.records = StepRecords(records)
    self.untrained = untrained
    self.phases = RunPhases(phases)
  }

  /// Says what the step that comes next is taken with.
  mutating func take(_ method: MethodConfiguration, _ choices: [RunChoice], at step: Int) {
    phases.take(method, choices, at: step)
  }

  /// Adds the record of a step.
  public mutating func append(_ record: StepRecord) { records.append(record) }

  /// Adds what was measured beside what every step gives.
  mutating func take(_ measured: Measurement) {
    switch measured.kind {
    case .record: records.set(measured.name, measured.value, ofStep: measured.step)
    case .evaluation: note(measured.name, measured.value, step: measured.step)
    case .untrained: untrained[measured.name] = measured.value
    }
  }

  /// Notes the result of an evaluation command after a number of completed steps.
  public mutating func note(_ name: MetricName, _ value: Double, step: Int) {
    let others = (evaluations[name] ?? []).filter { $0.step != step }
    evaluations[name] = (others + [Measured(step: step, value: value)]).sorted { $0.step < $1.step }
  }

  /// Keeps the records up to a step and forgets later ones, and evaluations made after it.
  public mutating func cut(after step: Int) {
    records.removeLast(while: { $0.step > step })
    phases.cut(after: step)
    evaluations = evaluations.mapValues { $0.filter { $0.step <= step } }
  }

  /// A value and the number of completed steps at which it was measured.
  public struct Measured: Sendable, Equatable {
    /// The number of completed steps.
    public let step: Int
    /// The value.
    public let value: Double
  }

  /// Returns the value of a metric that was measured last, by a step or an evaluation.
  public func latest(_ name: MetricName) -> Measured? {
    let measured =
      records.latest(name).map { Measured(step: $0.step, value: $0.value) }
      ?? untrained[name].map { Measured(step: 0, value: $0) }
    guard let evaluated = evaluations[name]?.last, evaluated.step >= measured?.step ?? 0 else {
      return measured
    }
    return evaluated
  }

  /// The first loss that can be compared with the last one: of the same objective.
  public var firstLoss: Measured? {
    guard let last = records.last else { return nil }
    return phases.objectiveStart(of: last.step).flatMap(records.record).flatMap { record in
      record.values[.loss].map { Measured(step: record.step, value: $0) }
    }
  }

  /// Returns the steps and values at which a metric was measured; step 0 is before the first one.
  public func series(_ name: MetricName) -> [(step: Int, value: Double)] {
    (untrained[name].map { [(0, $0)] } ?? [])
      + records.compactMap { r in r.values[name].map { (r.step, $0) } }
  }
}
