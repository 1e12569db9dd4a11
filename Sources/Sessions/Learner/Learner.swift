import Files
import Foundation
import Kernels
import Layers
import Methods
import Tensors

/// A model in training: network, arenas, optimizer, schedule, bank, counters.
///
/// A step is atomic: it computes everything, checks it, and commits last.
public final class Learner {
  /// Every choice made.
  public let configuration: ResolvedConfiguration
  /// The seed of weights, order, views and bank.
  public let seed: UInt64
  /// The modules.
  public let network: ContrastiveNetwork
  /// The parameters, gradients, buffers and counters.
  public let model: ModelState
  /// The memory bank of SimSiam-Multi.
  public var bank: MemoryBank? { bankStore?.bank }
  var bankArena: Arena? { bankStore?.arena }
  let bankStore: BankStore?
  let workers: Workers
  let optimizer: Optimizer?
  let optimizerState: Arena
  private var schedule: ScheduleCursor?
  private var graph: TrainingGraph?
  /// Gathers the time of each part of a step while it is set.
  package var profile: PlanProfile? {
    didSet { graph?.profile = profile }
  }
  /// The state before the last step, for `a:` (activations of that step's batch).
  private(set) var before: ModelState?

  /// Counts the changes of the state, so that an unchanged one is not copied twice.
  private(set) var version = 0
  /// Counts the changes that no step made.
  private(set) var outsideChanges = 0
  /// Whether nothing but drawing from the seed made the values; steps are not counted here.
  var wasOnlyDrawn = true

  /// Where training stands.
  private(set) var counters = TrainingCounters()
  /// The number of completed steps.
  public var step: Int { counters.step }
  /// The number of completed epochs: the 0-based epoch that the next step belongs to.
  public var epoch: Int { counters.epoch }
  /// The number of completed steps of the present epoch.
  public var stepInEpoch: Int { counters.stepInEpoch }
  /// The batch that was computed last: that of the last step, or of one that was only tried.
  public private(set) var lastBatch: BatchInfo?
  /// The step that `lastBatch` belongs to.
  public private(set) var lastBatchStep = 0
  /// The number of epochs that the bank had ended when `lastBatch` was computed.
  private(set) var lastBatchBankEpochs = 0
  /// The epoch that the step of `lastBatch` belongs to.
  private(set) var lastBatchEpoch = 0
  /// The batch whose views the graph holds, and who delivered it.
  private var held: (source: WeakSource, batch: BatchInfo)?

  /// A source that may be gone.
  private struct WeakSource { weak var source: (any BatchSource)? }

  /// Builds the model and draws its first values; `samples` is the number of bank rows.
  ///
  /// A bank that is given is used as it is.
  init(
    _ configuration: ResolvedConfiguration, seed: UInt64, inputShape: [Int], samples: Int,
    workers: Workers, bank: BankStore? = nil
  ) throws {
    self.configuration = configuration
    self.seed = seed
    self.workers = workers
    network = ContrastiveNetwork(
      backbone: configuration.backbone, method: configuration.method, inputShape: inputShape,
      convolution: configuration.convolution)
    model = ModelState(network.layout)
    model.initialize(seed: seed)
    bankStore =
      bank ?? BankStore(configuration.method, samples: samples, seed: seed, workers: workers)
    guard let chosen = configuration.optimizer, let method = configuration.method else {
      optimizer = nil
      optimizerState = Arena(layout: ArenaLayout())
      return
    }
    let built = Self.makeOptimizer(chosen, method: method, model: model)
    optimizer = built
    var layout = ArenaLayout()
    for slot in built.configuration.stateSlots {
      layout.add(slot, shape: [model.values.floatCount])
    }
    optimizerState = Arena(layout: layout)
    if let chosen = configuration.schedule {
      schedule = ScheduleCursor(
        try Schedule(
          chosen.curve,
          groups: built.groups.map {
            Schedule.Group(name: $0.name, baseLR: $0.baseLR, isConstant: $0.isConstant)
          }))
    }
  }

  private static func makeOptimizer(
    _ c: ResolvedOptimizer, method: MethodConfiguration, model: ModelState
  ) -> Optimizer {
    var rule = OptimizerConfiguration(c.algorithm)
    rule.momentum = c.momentum
    rule.trust = c.trust
    let grouping = ParameterGrouping(
      family: method.name.isSimSiamFamily ? .simsiam : .simclr, lr: c.lr,
      classifierLR: c.classifierLR, weightDecay: c.weightDecay, exclude: c.exclude)
    let (groups, ranges) = grouping.resolve(
      model.parameters.filter(\.isTrainable).map {
        ParameterGrouping.Parameter(
          name: $0.entry.name, offset: $0.entry.offset, shape: $0.entry.shape)
      })
    return Optimizer(
      rule, groups: groups, ranges: ranges, parameterCount: model.values.floatCount)
  }

  /// Says that values, buffers, optimizer state or bank were written from outside.
  func didChange() {
    version += 1
    outsideChanges += 1
    wasOnlyDrawn = false
  }

  /// Sets the counters of a loaded state.
  func restore(_ counters: TrainingCounters) {
    didChange()
    self.counters = counters
    lastBatch = nil
    lastBatchStep = step
  }

  /// Lets every step take one batch, or with nil the next one in order again.
  func pin(_ place: BatchPlace?) {
    didChange()
    counters.pin = place
  }

  /// The learning rate of every group in force for the next step.
  public func nextRates() -> [(name: String, value: Double)] {
    guard let optimizer else { return [] }
    let rates = schedule?.rates(step: step) ?? optimizer.groups.map(\.baseLR)
    return zip(optimizer.groups, rates).map { ($0.name, $1) }
  }

  /// The learning rates of the next `count` steps, for `schedule show`.
  public func plannedRates(_ count: Int) -> [[Double]] {
    guard var cursor = schedule else { return [] }
    return (0..<count).map { cursor.rates(step: $0) }
  }

  /// The training step's graph, built when first needed.
  func trainingGraph() -> TrainingGraph {
    if let graph { return graph }
    let fresh = TrainingGraph(network, model: model, workers: workers)
    fresh.profile = profile
    graph = fresh
    before = ModelState(network.layout)
    return fresh
  }

  /// What a step took, in seconds.
  public struct Times: Sendable, Equatable {
    /// Waiting for data.
    public var wait = 0.0
    /// Features and losses.
    public var forward = 0.0
    /// Gradients.
    public var backward = 0.0
    /// Checking, optimizer, statistics, bank.
    public var commit = 0.0
    /// Everything.
    public var total: Double { wait + forward + backward + commit }
  }

  /// Does a part of a step that is no operation of a plan.
  private func timed<R>(_ kind: String, _ body: () throws -> R) rethrows -> R {
    guard let profile else { return try body() }
    profile.begin(PlanProfile.Part(name: "", kind: kind, pass: .commit))
    defer { profile.end() }
    return try body()
  }

  /// A step that was given up: nothing of it is left.
  struct Aborted: Error {}

  /// Takes one step on the source's next batch and returns its record.
  ///
  /// Throws: `SessionError` when a loss or gradient is not finite, `Aborted` when `isAborted` said
  /// so before the step was committed (the state is the one before); what the source throws.
  public func takeStep(
    _ source: any BatchSource, labels: [Int]?, allowsNonFinite: Bool, clock: () -> Double,
    isAborted: () -> Bool = { false }
  ) throws -> (record: StepRecord, times: Times) {
    guard let optimizer, let method = configuration.method else {
      throw SessionError("no method yet", help: "method simclr")
    }
    let graph = trainingGraph()
    var times = Times()
    let (batch, metrics) = try compute(
      graph, source, labels: labels, &times, clock, unless: isAborted)
    let differentiated = clock()
    if !allowsNonFinite {
      try timed("check") { try checkFinite(metrics, source: source) }
    }
    let rates = nextRates()
    timed("copy") { before?.copy(from: model) }
    timed("optimizer") {
      optimizer.step(
        workers, parameters: model.values.base, gradients: FloatPointer(model.gradients.base),
        state: optimizerState.base, learningRates: rates.map(\.value),
        stepNumber: step + 1 - counters.optimizerStart)
    }
    graph.commit(bank: bank, epoch: epoch)
    version += 1
    counters.step += 1
    counters.stepInEpoch += 1
    let record = StepRecord(
      step: step, epoch: epoch, rates: rates, values: Self.values(metrics, method))
    if stepInEpoch == configuration.stepsPerEpoch {
      timed("bank") { bank?.endEpoch(workers) }
      counters.epoch += 1
      counters.stepInEpoch = 0
    }
    lastBatch = batch
    lastBatchStep = step
    times.commit = clock() - differentiated
    return (record, times)
  }

  /// Loads the next batch, computes losses and gradients; nothing of the state changes.
  private func compute(
    _ graph: TrainingGraph, _ source: any BatchSource, labels: [Int]?, _ times: inout Times,
    _ clock: () -> Double, unless isAborted: () -> Bool = { false }
  ) throws -> (BatchInfo, StepMetrics) {
    let start = clock()
    let batch = try timed("data") { try load(source, into: graph) }
    let loaded = clock()
    times.wait = loaded - start
    graph.setBatch(ids: batch.ids, labels: labels)
    guard graph.forward(bank: bank, epoch: epoch, unless: isAborted) else {
      throw aborted(source)
    }
    let metrics = timed("metrics") { graph.metrics() }
    let computed = clock()
    times.forward = computed - loaded
    guard graph.backward(unless: isAborted) else { throw aborted(source) }
    times.backward = clock() - computed
    return (batch, metrics)
  }

  /// The views of the next batch; a pinned one that is still there is not made again.
  private func load(_ source: any BatchSource, into graph: TrainingGraph) throws -> BatchInfo {
    lastBatchBankEpochs = bank?.epochsEnded ?? 0
    lastBatchEpoch = epoch
    if let pin = counters.pin {
      if let held, held.source.source === source, held.batch.place == pin {
        var batch = held.batch
        batch.wait = 0
        return batch
      }
      source.seek(pin)
    }
    held = nil
    let batch = try source.next(into: graph.views)
    held = (WeakSource(source: source), batch)
    return batch
  }

  /// Computes the next step without applying it; the source gives its batch again.
  ///
  /// Features, gradients and activations are then those of that step.
  /// Throws: `SessionError` without a method; what the source throws.
  func dryStep(
    _ source: any BatchSource, labels: [Int]?, clock: () -> Double
  ) throws -> (record: StepRecord, gradientNorm: Double, times: Times) {
    guard let method = configuration.method else {
      throw SessionError("no method yet", help: "method simclr")
    }
    let graph = trainingGraph()
    var times = Times()
    let (batch, metrics) = try compute(graph, source, labels: labels, &times, clock)
    giveBack(source)
    before?.copy(from: model)
    lastBatch = batch
    lastBatchStep = step + 1
    let gradients = model.gradients
    let norm = Rows.squaredNorm(FloatPointer(gradients.base), gradients.floatCount).squareRoot()
    let record = StepRecord(
      step: step + 1, epoch: epoch, rates: nextRates(),
      values: Self.values(metrics, method))
    return (record, norm, times)
  }

  /// Gives a batch back; the values of the last step's batch were overwritten by it.
  private func aborted(_ source: any BatchSource) -> Aborted {
    giveBack(source)
    lastBatch = nil
    return Aborted()
  }

  /// Lets the source deliver the batch of the step that was computed again.
  private func giveBack(_ source: any BatchSource) {
    if counters.pin == nil { source.seek(counters.place) }
  }

  /// What helps when numbers are not finite: less of the rate that spoilt the weights.
  ///
  /// In the first step it was not the rate; then one can only look.
  private var remedy: String {
    let rate = configuration.options.first { $0.part == "optim" && $0.name == "lr" }?.value
    guard step > 0, let lr = rate.flatMap(Double.init), lr > 0 else { return "set nonfinite allow" }
    return "undo ; swap optim lr=" + String(format: "%.3g", lr / 10)
  }

  private func checkFinite(_ metrics: StepMetrics, source: any BatchSource) throws {
    let place = "in step \(step + 1); the state is the one after step \(step)"
    guard metrics.total.isFinite else {
      giveBack(source)
      throw SessionError(
        "the loss is \(metrics.total.isNaN ? "nan" : "\(metrics.total)") \(place)",
        help: remedy)
    }
    let gradients = model.gradients
    guard
      let bad = firstNonFinite(
        workers, count: gradients.floatCount, x: FloatPointer(gradients.base))
    else { return }
    let name =
      gradients.layout.entries.last { $0.offset <= bad }.map(\.name) ?? "a parameter"
    giveBack(source)
    throw SessionError(
      "the gradient of '\(name)' is not finite \(place)", help: remedy)
  }

  private static func values(_ m: StepMetrics, _ method: MethodConfiguration) -> [MetricName:
    Double]
  {
    var out: [MetricName: Double] = [.loss: m.loss, .total: m.total, .zStd: m.zStd]
    out[.classLoss] = m.classLoss
    out[.acc1] = m.acc1
    out[.acc5] = m.acc5
    out[.contrastAcc] = m.contrastAccuracy
    return out
  }

  /// The features of the last step's batch, from its forward pass before the update.
  ///
  /// Throws: `SessionError` before the first step, or for `p` without a predictor.
  public func batchFeatures(_ kind: TrainingGraph.Features, view: Int) throws -> Tensor {
    guard lastBatch != nil, let graph else {
      throw SessionError.noBatch(step: step)
    }
    guard let tensor = graph.features(kind, view: view) else {
      throw SessionError(
        "method '\(configuration.method?.name.rawValue ?? "none")' has no '\(kind.rawValue)'")
    }
    return tensor
  }

  /// The views of the last step's batch [N, C, H, W] (or [N, D]), view 0 or 1.
  public func batchViews(_ view: Int) throws -> Tensor {
    guard lastBatch != nil, let graph, let method = configuration.method else {
      throw SessionError.noBatch(step: step)
    }
    let shape = network.inputShape
    let count = method.batch * shape.reduce(1, *)
    let data = Array(graph.views[view * count..<(view + 1) * count])
    guard shape.count == 3 else { return Tensor(shape: [method.batch] + shape, values: data) }
    var out = data
    channelsFirst(n: method.batch, c: shape[2], positions: shape[0] * shape[1], x: data, y: &out)
    return Tensor(shape: [method.batch, shape[2], shape[0], shape[1]], values: out)
  }

  /// Reruns the last step's batch in train mode from the state before it, keeping activations.
  ///
  /// Throws: `SessionError` when no step was taken since the model was built or loaded.
  public func activations() throws -> TrainingGraph {
    guard let batch = lastBatch, let graph, let before else {
      throw SessionError(
        "the state before the last step is not held: no step since the model was built or loaded",
        help: "step")
    }
    let rerun = TrainingGraph(network, model: before, workers: workers, keepsAll: true)
    _ = rerun.views.update(fromContentsOf: graph.views)
    rerun.setBatch(ids: batch.ids, labels: nil)
    rerun.forward(bank: nil, epoch: epoch)
    return rerun
  }

  /// The bytes of the training step's activations, gradients and scratch.
  public var planBytes: Int { graph?.memoryBytes ?? 0 }
}
