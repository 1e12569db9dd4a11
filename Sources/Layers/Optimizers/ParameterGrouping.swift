/// The rules that put each parameter into an optimizer group.
///
/// Groups in metrics: `backbone classifier projector predictor` (SimSiam family), `decay no_decay
/// classifier` (SimCLR family). A group without parameters is left out.
public struct ParameterGrouping: Sendable, Equatable {
  /// Which half of the reference the rules follow.
  public enum Family: Sendable, Equatable {
    /// Groups by the first component of the name; the predictor keeps its rate.
    case simsiam
    /// Groups by whether the name is excluded from decay and adaptation.
    case simclr
  }

  /// A parameter as its layer declares it.
  public struct Parameter: Sendable, Equatable {
    /// The full name.
    public let name: String
    /// The first element in the parameter arena, in floats.
    public let offset: Int
    /// The shape, in PyTorch's order.
    public let shape: [Int]

    /// Makes a parameter.
    public init(name: String, offset: Int, shape: [Int]) {
      self.name = name
      self.offset = offset
      self.shape = shape
    }
  }

  /// The family.
  public var family: Family
  /// The learning rate of everything but the classifier.
  public var lr: Double
  /// The learning rate of the online classifier.
  public var classifierLR: Double
  /// The weight decay of everything but the classifier and excluded parameters.
  public var weightDecay: Double
  /// Fragments that exclude a parameter whose full name contains one of them.
  public var exclude: [String]

  /// Makes the rules.
  public init(
    family: Family, lr: Double, classifierLR: Double, weightDecay: Double, exclude: [String]
  ) {
    self.family = family
    self.lr = lr
    self.classifierLR = classifierLR
    self.weightDecay = weightDecay
    self.exclude = exclude
  }

  /// Returns what the published code excludes: nothing (SimSiam), `bn` (SimCLR with SGD and Adam),
  /// `bn` and `bias` (SimCLR with LARS).
  public static func defaultExclude(
    family: Family, algorithm: OptimizerConfiguration.Algorithm
  ) -> [String] {
    guard family == .simclr else { return [] }
    return switch algorithm {
    case .larsSolo, .larsSimCLR: ["bn", "bias"]
    case .sgd, .adam, .adamw: ["bn"]
    }
  }

  /// Returns whether a parameter takes neither decay nor adaptation because of its name.
  public func isExcluded(_ name: String) -> Bool {
    exclude.contains { !$0.isEmpty && name.contains($0) }
  }

  /// Returns the groups that have parameters, and a range for each trained parameter in order.
  public func resolve(
    _ parameters: [Parameter]
  ) -> (groups: [OptimizerGroup], ranges: [ParameterRange]) {
    let all = groups
    let used = Set(parameters.map { groupName(of: $0.name) })
    let kept = all.filter { used.contains($0.name) }
    let ranges = parameters.map { parameter in
      let name = groupName(of: parameter.name)
      return ParameterRange(
        name: parameter.name, offset: parameter.offset, count: parameter.shape.reduce(1, *),
        ndim: parameter.shape.count, group: kept.firstIndex { $0.name == name } ?? 0,
        isExcluded: isExcluded(parameter.name))
    }
    return (kept, ranges)
  }

  private var groups: [OptimizerGroup] {
    let classifier = OptimizerGroup(
      name: "classifier", baseLR: classifierLR, adapt: family == .simsiam)
    switch family {
    case .simsiam:
      return [
        OptimizerGroup(name: "backbone", baseLR: lr, weightDecay: weightDecay), classifier,
        OptimizerGroup(name: "projector", baseLR: lr, weightDecay: weightDecay),
        OptimizerGroup(
          name: "predictor", baseLR: lr, weightDecay: weightDecay, isConstant: true),
      ]
    case .simclr:
      return [
        OptimizerGroup(name: "decay", baseLR: lr, weightDecay: weightDecay),
        OptimizerGroup(name: "no_decay", baseLR: lr, adapt: false), classifier,
      ]
    }
  }

  private func groupName(of name: String) -> String {
    let head = name.prefix { $0 != "." }
    if head == "classifier" { return "classifier" }
    switch family {
    case .simclr: return isExcluded(name) ? "no_decay" : "decay"
    case .simsiam: return head == "projector" || head == "predictor" ? String(head) : "backbone"
    }
  }
}
