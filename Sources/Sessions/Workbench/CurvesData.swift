/// A metric over training with what to compare it with.
public struct MetricCurve: Sendable, Equatable {
  /// One line of it: all learning rates have a line for each group.
  public struct Line: Sendable, Equatable {
    /// The group's name; the metric's where there is one line.
    public var name: String
    /// The branch; empty for the present state alone.
    public var branch = ""
    /// The steps at which it was measured.
    public var steps: [Int]
    /// Its values.
    public var values: [Double]
    /// How many values at its beginning are another branch's line, for a mean that goes on from it.
    public var lead = 0
    /// How many values after those are other branches' too.
    public var trunk = 0
    /// The first steps of stretches whose values cannot be compared with those before.
    public var breaks: [Int] = []
  }

  /// A level to compare with.
  public struct Level: Sendable, Equatable {
    /// What it is: `chance`, `1/√d`.
    public var name: String
    /// Its value.
    public var value: Double
    /// The first step that it is a level of; nil from the beginning on.
    public var first: Int?
    /// The last step that it is a level of; nil to the end.
    public var last: Int?
    /// The branches that it is a level of; empty for all.
    public var branches: [String] = []
  }

  /// The metric's name, or `lr`.
  public var name: String
  /// The unit; empty for a pure number.
  public var unit: String
  /// Whether larger is better, nil where neither is.
  public var higherIsBetter: Bool?
  /// The lines.
  public var lines: [Line]
  /// The levels.
  public var levels: [Level]
}

/// Metrics over training and when things happened.
public struct CurvesData: Sendable, Equatable {
  /// The end of an epoch.
  public struct EpochEnd: Sendable, Equatable {
    /// The number of epochs that were completed.
    public var epoch: Int
    /// Its last step.
    public var step: Int
  }

  /// Something that begins with a step.
  public struct Event: Sendable, Hashable {
    /// The first step that is under it.
    public var step: Int
    /// What it is: `bank in use`, `swap temp 0.05`, with the branch where not all have it.
    public var name: String
    /// Whether a choice changed.
    public var isChange: Bool
  }

  /// What the lines are of: the methods in turn and the seed, `simclr to step 5, then simsiam, seed 0`.
  public var subject: String
  /// The metrics, in the order asked for.
  public var curves: [MetricCurve]
  /// When epochs ended; empty where branches differ in it.
  public var epochEnds: [EpochEnd]
  /// Whether last losses of the branches are of different objectives.
  public var objectivesDiffer = false
  /// Whether epochs of the branches ended at different steps.
  public var epochsDiffer: Bool
  /// The bank's gate and changes in mid-run, in order.
  public var events: [Event]
}
