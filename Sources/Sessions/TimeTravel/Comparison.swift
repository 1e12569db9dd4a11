import Datasets
import Kernels
import Layers
import Tensors

/// In what two states of a session differ.
public struct Comparison: Sendable {
  /// One side: where it is.
  public struct Side: Sendable, Equatable {
    /// The branch.
    public var branch: String
    /// The number of completed steps.
    public var step: Int
  }

  /// A choice that differs.
  public struct Choice: Sendable, Equatable {
    /// The command and option, for example `method temp`.
    public var name: String
    /// The values, "none" where there is none.
    public var values: (String, String)

    /// Compares everything.
    public static func == (a: Choice, b: Choice) -> Bool {
      a.name == b.name && a.values == b.values
    }
  }

  /// The first recorded step whose metrics differ.
  public struct Step: Sendable, Equatable {
    /// The step.
    public var step: Int
    /// The first that differs: a metric, in the order of `MetricName`, or `lr.GROUP`.
    public var metric: String
    /// The value in A, nil where it was not measured.
    public var a: Double?
    /// The value in B, nil where it was not measured.
    public var b: Double?
  }

  /// A metric of the last step on both sides.
  public struct Metric: Sendable, Equatable {
    /// The metric.
    public var name: MetricName
    /// In A, nil where it was not measured then.
    public var a: Double?
    /// In B, nil where it was not measured then.
    public var b: Double?
  }

  /// A tensor whose bits differ.
  public struct TensorDifference: Sendable, Equatable {
    /// Its name, as in a state file.
    public var name: String
    /// The shape.
    public var shape: [Int]
    /// The largest absolute difference of two elements; NaN where one is.
    public var largest: Double
    /// The root of the sum of squared differences over that of A's squares.
    public var relative: Double
    /// How many elements differ in their bits.
    public var count: Int
  }

  /// The states.
  public var a: Side
  /// The states.
  public var b: Side
  /// The choices that differ.
  public var choices: [Choice] = []
  /// The number of steps that both recorded.
  public var commonSteps = 0
  /// The first of them that differs; nil when none does.
  public var firstStep: Step?
  /// Metrics of the two last steps that differ.
  public var metrics: [Metric] = []
  /// The choices, `method temp`, in which the objectives differ that the two last steps' losses are of.
  public var objective: [String] = []
  /// The number of tensors that both have.
  public var commonTensors = 0
  /// Those that differ, in the order of a state file: parameters, buffers, optimizer, bank.
  public var tensors: [TensorDifference] = []
  /// Tensors that only one state has, or has in another shape.
  public var unmatched: [String] = []
  /// Counters that differ, for example `backbone.bn1.num_batches_tracked`.
  public var counters: [String] = []

  /// Whether training on from both gives the same bits.
  public var isIdentical: Bool {
    choices.isEmpty && tensors.isEmpty && unmatched.isEmpty && counters.isEmpty && a.step == b.step
  }
}

extension Timeline {
  /// Compares two states, bit by bit; nil is the present one.
  ///
  /// Throws: `SessionError` when there is no such moment or the user stopped.
  public func compare(
    _ first: MomentName, _ second: MomentName?, _ watcher: Watcher = Watcher()
  ) throws -> Comparison {
    let a = try image(at: first, watcher)
    let b = try image(at: second, watcher)
    var out = Comparison(a: a.side, b: b.side)
    out.choices = Self.choices(a.image, b.image)
    out.objective = Self.objective(a, b)
    Self.compareSteps(a.image.metrics, b.image.metrics, &out)
    out.metrics = MetricName.allCases.compactMap { name in
      func value(_ image: WorkbenchImage, _ side: Comparison.Side) -> Double? {
        image.metrics.latest(name).flatMap { $0.step == side.step ? $0.value : nil }
      }
      let values = (value(a.image, a.side), value(b.image, b.side))
      guard values.0 != values.1 else { return nil }
      return Comparison.Metric(name: name, a: values.0, b: values.1)
    }
    try Self.compareTensors(a.image, b.image, &out)
    return out
  }

  private func image(at name: MomentName?, _ watcher: Watcher) throws -> (
    image: WorkbenchImage, side: Comparison.Side
  ) {
    guard let name else {
      let image = bench.capture(pool)
      return (try drawn(image), Comparison.Side(branch: current, step: image.step))
    }
    let target = try find(name)
    let side = Comparison.Side(branch: target.branch, step: target.step)
    try hold(target.base)
    if target.missing == 0, var image = target.base.image {
      image.metrics = completed(image.metrics, at: target)
      return (try drawn(image), side)
    }
    if target.branch == current, target.exact === here, !isBehind {
      return (try drawn(bench.capture(pool)), side)
    }
    let other = try excursion(to: target, withBatch: false, watcher)
    return (other.capture(pool), side)
  }

  /// The image with its model: one that is still to be drawn from the seed is drawn elsewhere.
  private func drawn(_ image: WorkbenchImage) throws -> WorkbenchImage {
    guard image.learner == nil, image.resolution != nil else { return image }
    let other = Workbench(workers: bench.workers)
    other.memoryLimit = bench.memoryLimit
    try other.restore(image, movesBank: false)
    _ = try other.model()
    return other.capture(pool)
  }

  private static func choices(_ a: WorkbenchImage, _ b: WorkbenchImage) -> [Comparison.Choice] {
    func list(_ image: WorkbenchImage) -> [(name: String, value: String)] {
      var out = (image.resolution?.options ?? []).map { ("\($0.part) \($0.name)", $0.value) }
      if let data = image.data { out.insert(("data", data.choice.name), at: 0) }
      if let augmentation = image.augmentation { out.append(("augment", augmentation.preset)) }
      return out
    }
    let (left, right) = (list(a), list(b))
    let names =
      left.map(\.name)
      + right.map(\.name).filter { name in
        !left.contains { $0.name == name }
      }
    var out = names.compactMap { name -> Comparison.Choice? in
      let values = (
        left.first { $0.name == name }?.value ?? "none",
        right.first { $0.name == name }?.value ?? "none"
      )
      return values.0 == values.1 ? nil : Comparison.Choice(name: name, values: values)
    }
    if out.isEmpty, a.augmentation != b.augmentation {
      out.append(Comparison.Choice(name: "augment", values: ("one pipeline", "another")))
    }
    if out.isEmpty, a.data?.loaded.hash != b.data?.loaded.hash {
      out.append(Comparison.Choice(name: "data", values: ("these", "others")))
    }
    return out
  }

  /// The options that make an objective.
  private static let objectives = [
    "name", "temp", "batch", "alpha", "start", "stages", "normalize", "on",
  ]

  /// In what the losses of the last steps differ, whatever was chosen since.
  ///
  /// An option that only one method has differs with its name.
  private static func objective(
    _ a: (image: WorkbenchImage, side: Comparison.Side),
    _ b: (image: WorkbenchImage, side: Comparison.Side)
  ) -> [String] {
    func list(_ image: WorkbenchImage, _ side: Comparison.Side) -> [RunChoice] {
      image.metrics.phases.choices(of: side.step).filter {
        $0.part == "method" && objectives.contains($0.name)
      }
    }
    let (left, right) = (list(a.image, a.side), list(b.image, b.side))
    let names = left.filter { choice in
      right.contains { $0.name == choice.name && $0.value != choice.value }
    }.map { "\($0.part) \($0.name)" }
    let isOther = a.image.data?.loaded.hash != b.image.data?.loaded.hash
    return (isOther ? ["data"] : []) + names
  }

  private static func compareSteps(_ a: MetricLog, _ b: MetricLog, _ out: inout Comparison) {
    var others: [Int: StepRecord] = [:]
    for record in b.records { others[record.step] = record }
    for record in a.records {
      guard let other = others[record.step] else { continue }
      out.commonSteps += 1
      guard out.firstStep == nil, record != other else { continue }
      out.firstStep = difference(record, other)
    }
  }

  /// What was measured at only one of two equal steps is no difference: it was asked for later.
  private static func difference(_ a: StepRecord, _ b: StepRecord) -> Comparison.Step? {
    for name in MetricName.allCases {
      guard let x = a.values[name], let y = b.values[name], x.bitPattern != y.bitPattern else {
        continue
      }
      return Comparison.Step(step: a.step, metric: name.rawValue, a: x, b: y)
    }
    for rate in a.rates {
      let other = b.rates.first { $0.name == rate.name }?.value
      if other != rate.value {
        return Comparison.Step(
          step: a.step, metric: "lr." + rate.name, a: rate.value, b: other)
      }
    }
    return nil
  }

  private static func compareTensors(
    _ a: WorkbenchImage, _ b: WorkbenchImage, _ out: inout Comparison
  ) throws {
    guard let left = a.learner, let right = b.learner else {
      if (a.learner == nil) != (b.learner == nil) { out.unmatched = ["the model"] }
      return
    }
    if left === right {
      out.commonTensors = left.tensorCount
      return
    }
    let (mine, theirs) = (try left.tensorsWithBank(), try right.tensorsWithBank())
    let known = Dictionary(theirs.tensors.map { ($0.name, $0) }, uniquingKeysWith: { a, _ in a })
    var matched: Set<String> = []
    for tensor in mine.tensors {
      guard let other = known[tensor.name], other.shape == tensor.shape else {
        out.unmatched.append(tensor.name)
        continue
      }
      matched.insert(tensor.name)
      out.commonTensors += 1
      if let difference = difference(tensor, other) { out.tensors.append(difference) }
    }
    out.unmatched += theirs.tensors.map(\.name).filter {
      !matched.contains($0) && !out.unmatched.contains($0)
    }
    if out.unmatched.isEmpty, left.progress.step == right.progress.step {
      let (mine, theirs) = (left.progress, right.progress)
      if left.counters != right.counters { out.counters.append("num_batches_tracked") }
      if mine.pin != theirs.pin { out.counters.append("pinned batch") }
      if mine.optimizerStart != theirs.optimizerStart { out.counters.append("optimizer start") }
    }
    withExtendedLifetime((mine, theirs)) {}
  }

  private static func difference(
    _ a: StateTensor, _ b: StateTensor
  ) -> Comparison.TensorDifference? {
    var (count, largest, squares, scale) = (0, 0.0, 0.0, 0.0)
    for i in 0..<a.count where a.pointer[i].bitPattern != b.pointer[i].bitPattern {
      count += 1
      let gap = abs(Double(a.pointer[i]) - Double(b.pointer[i]))
      // NaN must win over every number.
      if !(gap <= largest) { largest = gap }
      squares += gap * gap
    }
    guard count > 0 else { return nil }
    for i in 0..<a.count { scale += Double(a.pointer[i]) * Double(a.pointer[i]) }
    return Comparison.TensorDifference(
      name: a.name, shape: a.shape, largest: largest,
      relative: scale > 0 ? (squares / scale).squareRoot() : .infinity, count: count)
  }
}

/// The tensors of an image, with what had to be copied or read for them.
private struct ImageTensors {
  var tensors: [StateTensor]
  var arenas: LearnerImage.Arenas
  var bank: BankStore?
}

extension LearnerImage {
  /// Parameters, buffers, optimizer state and the bank as it was at the image's moment.
  fileprivate func tensorsWithBank() throws -> ImageTensors {
    let (arenas, bank) = try read()
    let plain = [arenas.values, arenas.buffers, bank?.arena].compactMap { $0 }.flatMap { arena in
      arena.layout.entries.map {
        StateTensor(name: $0.name, shape: $0.shape, pointer: arena.base + $0.offset)
      }
    }
    let state = arenas.values.layout.entries.flatMap { entry in
      arenas.optimizerState.layout.entries.map { slot in
        StateTensor(
          name: "optim.\(entry.name).\(slot.name)", shape: entry.shape,
          pointer: arenas.optimizerState.base + slot.offset + entry.offset)
      }
    }
    return ImageTensors(tensors: plain + state, arenas: arenas, bank: bank)
  }
}
