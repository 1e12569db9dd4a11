/// A learning-rate schedule: the rate of every parameter group at every optimizer step.
///
/// All counts are in optimizer steps; step 0 is the first. A rate follows from the step alone, so
/// rewinding or loading a session needs no scheduler state.
public struct Schedule: Sendable, Equatable {
  /// The curve that scheduled groups follow.
  public enum Curve: Sendable, Equatable {
    /// Warm-up from `startLR` to the base rate, then a half cosine down to `minLR` at `total`.
    ///
    /// `warmup` may be fractional; the last warm-up step is then below the base rate.
    /// Source: `LinearWarmupCosineAnnealingLR` (lightning-bolts), recursive form.
    case cosine(warmup: Double, total: Double, startLR: Double, minLR: Double)
    /// Rises by base/(warmup + 1) a step to base, then a half cosine to 0 at `total`.
    ///
    /// Source: `LinearWarmupAndCosineAnneal` of the SimCLR half of the reference.
    case warmupAnneal(warmup: Int, total: Int)
    /// Multiplies the rate by `gamma` at each milestone.
    ///
    /// Source: PyTorch `MultiStepLR`.
    case step(milestones: [Int], gamma: Double)
    /// Falls in a straight line to 0 at `total` and stays there.
    case linear(total: Int)
    /// Stays at the base rate.
    case constant
  }

  /// A parameter group as the schedule sees it.
  public struct Group: Sendable, Equatable {
    /// The name of the group in metrics.
    public let name: String
    /// The rate that the curve starts from or rises to.
    public let baseLR: Double
    /// Whether the group keeps its base rate instead of following the curve.
    public let isConstant: Bool

    /// Makes a group.
    public init(name: String, baseLR: Double, isConstant: Bool = false) {
      self.name = name
      self.baseLR = baseLR
      self.isConstant = isConstant
    }
  }

  /// The curve of all groups that are not constant.
  public let curve: Curve
  /// The groups, in the order of the rates.
  public let groups: [Group]
  /// Whether constant groups take the curve's value at step 0, as the published code does.
  ///
  /// There the scheduler's constructor writes its first value to every group before the predictor
  /// is exempted, so the predictor's first step uses the warm-up's start.
  public let constantGroupsFollowFirstStep: Bool

  /// Makes a schedule.
  ///
  /// Throws: `ScheduleError` when a rate or a length is negative or not finite.
  public init(
    _ curve: Curve, groups: [Group], constantGroupsFollowFirstStep: Bool = true
  ) throws {
    for group in groups where !(group.baseLR >= 0 && group.baseLR < .infinity) {
      throw ScheduleError.rate(name: "lr of \(group.name)", found: group.baseLR)
    }
    try Self.check(curve)
    self.curve = curve
    self.groups = groups
    self.constantGroupsFollowFirstStep = constantGroupsFollowFirstStep
  }

  /// Returns the number of warm-up steps that the reference's SimCLR half makes of a fraction.
  public static func warmupSteps(fraction: Double, total: Int) -> Int {
    Int(exactly: (fraction * Double(total)).rounded(.down)) ?? 0
  }

  private static func check(_ curve: Curve) throws {
    switch curve {
    case .cosine(let warmup, let total, let startLR, let minLR):
      try check(warmup, "warmup")
      try check(total, "total")
      try check(startLR, "start_lr")
      try check(minLR, "min_lr")
    case .warmupAnneal(let warmup, let total):
      try check(Double(warmup), "warmup")
      try check(Double(total), "total")
    case .step(let milestones, let gamma):
      try check(gamma, "gamma")
      for milestone in milestones { try check(Double(milestone), "milestone") }
    case .linear(let total):
      guard total > 0 else { throw ScheduleError.rate(name: "total", found: Double(total)) }
    case .constant: break
    }
  }

  private static func check(_ value: Double, _ name: String) throws {
    guard value >= 0, value < 1e12 else { throw ScheduleError.rate(name: name, found: value) }
  }
}

/// A schedule that cannot be made.
public enum ScheduleError: Error, Equatable, CustomStringConvertible {
  /// A rate or length that is negative, not finite or absurdly large.
  case rate(name: String, found: Double)

  /// The message.
  public var description: String {
    switch self {
    case .rate(let name, let found):
      "schedule: \(name) must be a number of at least 0 and below 1e12, got \(found)"
    }
  }
}
