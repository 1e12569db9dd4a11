import Kernels
import Tensors

/// What one step computed, before it is committed.
public struct StepMetrics: Sendable, Equatable {
  /// The method's loss.
  public var loss: Double
  /// The online classifier's mean cross-entropy over both views.
  public var classLoss: Double?
  /// The mean over both views of the std of normalised z.
  public var zStd: Double
  /// The online classifier's top-1 accuracy in percent.
  public var acc1: Double?
  /// The online classifier's top-5 accuracy in percent.
  public var acc5: Double?
  /// The fraction of rows whose positive ranks first, as published (SimCLR family).
  public var contrastAccuracy: Double?

  /// The loss and the classifier's loss together.
  public var total: Double { loss + (classLoss ?? 0) }
}

/// One training step's plan with its memory: feed it, run it, read it, commit it.
public final class TrainingGraph {
  /// The method's choices.
  public let method: MethodConfiguration
  private let record: TrainingRecord
  private let plan: Plan
  private let workers: Workers
  private let indices: UnsafeMutablePointer<Int32>
  private let metricWorkspace: Arena

  /// Plans the step of a network and allocates its memory.
  ///
  /// With `keepsAll`, every activation can be looked at; the numbers are the same bits.
  public init(
    _ network: ContrastiveNetwork, model: ModelState, workers: Workers, keepsAll: Bool = false
  ) {
    guard let method = network.method else { preconditionFailure("training needs a method") }
    self.method = method
    self.workers = workers
    record = network.record(keepsAll: keepsAll)
    plan = Plan(record.plan, model: model, workers: workers, computesGradients: !keepsAll)
    indices = .allocate(capacity: method.batch)
    indices.initialize(repeating: 0, count: method.batch)
    var layout = ArenaLayout()
    layout.add(
      "metrics",
      shape: [BatchMetrics.workspaceCount(rows: method.batch, dim: method.projectorOut)])
    metricWorkspace = Arena(layout: layout)
  }

  deinit { indices.deallocate() }

  /// Gathers the time of each operation while it is set.
  package var profile: PlanProfile? {
    get { plan.profile }
    set { plan.profile = newValue }
  }

  /// The memory of the views [2N, H, W, C]: all first views, then all second views.
  public var views: UnsafeMutableBufferPointer<Float> { plan.data(record.views) }

  /// Tells the batch's sample ids and labels (−1 where unknown).
  ///
  /// Precondition: one of each per image of the batch.
  public func setBatch(ids: [Int], labels: [Int]?) {
    precondition(ids.count == method.batch, "\(ids.count) ids for a batch of \(method.batch)")
    for i in 0..<method.batch { indices[i] = Int32(truncatingIfNeeded: ids[i]) }
    guard let classification = record.classification else { return }
    for i in 0..<method.batch {
      let label = Int32(truncatingIfNeeded: labels.map { $0[ids[i]] } ?? -1)
      classification.labels[i] = label
      classification.labels[method.batch + i] = label
    }
  }

  /// Computes features and losses; `bank` blends the targets of an epoch past its gate.
  ///
  /// Returns: Whether it came to the end; `isAborted` is asked between operations.
  @discardableResult
  public func forward(
    bank: MemoryBank?, epoch: Int, unless isAborted: () -> Bool = { false }
  ) -> Bool {
    record.simSiamLoss?.bank = bank?.targets(indices: indices, epoch: epoch)
    return plan.forward(unless: isAborted)
  }

  /// Computes the gradients of all trained parameters.
  ///
  /// Returns: Whether it came to the end, as `forward`.
  @discardableResult
  public func backward(unless isAborted: () -> Bool = { false }) -> Bool {
    plan.backward(unless: isAborted)
  }

  /// Applies running statistics and, with a bank, writes the second view's z.
  public func commit(bank: MemoryBank?, epoch: Int) {
    plan.commit()
    guard let bank else { return }
    plan.profile?.begin(PlanProfile.Part(name: "", kind: "bank", pass: .commit))
    bank.write(workers, z: z2, indices: indices, count: method.batch, epoch: epoch)
    plan.profile?.end()
  }

  private var z2: FloatPointer {
    FloatPointer(start(record.z) + method.batch * method.projectorOut)
  }

  private func start(_ value: Value) -> MutableFloatPointer {
    guard let base = plan.data(value).baseAddress else { preconditionFailure("empty value") }
    return base
  }

  /// Returns the losses and metrics of the last forward pass.
  public func metrics() -> StepMetrics {
    let z = start(record.z)
    let dim = method.projectorOut
    let std = { (view: Int) in
      BatchMetrics.normalizedStd(
        self.workers, z: z + view * self.method.batch * dim, rows: self.method.batch, dim: dim,
        workspace: self.metricWorkspace.base)
    }
    var metrics = StepMetrics(
      loss: record.simSiamLoss?.loss ?? record.contrastLoss?.result.loss ?? .nan,
      zStd: (std(0) + std(1)) / 2)
    metrics.contrastAccuracy = record.contrastLoss?.result.contrastAccuracy
    if let classification = record.classification, let logits = record.logits {
      metrics.classLoss = classification.loss
      let accuracy = BatchMetrics.accuracy(
        logits: start(logits), labels: classification.labels, rows: 2 * method.batch,
        classes: method.classes)
      metrics.acc1 = accuracy?.top1
      metrics.acc5 = accuracy?.top5
    }
    return metrics
  }

  /// The features of both views after `forward`: h, z and, in the SimSiam family, p.
  public enum Features: String, Sendable, CaseIterable {
    case h, z, p
  }

  /// Returns one view's features [N, D] (view 0 or 1), or nil where the method has none.
  public func features(_ kind: Features, view: Int) -> Tensor? {
    let value: Value? =
      switch kind {
      case .h: record.h
      case .z: record.z
      case .p: record.p
      }
    guard let value else { return nil }
    let shape = plan.shape(value)
    let count = method.batch * shape[1]
    let data = plan.data(value)
    return Tensor(
      shape: [method.batch, shape[1]],
      values: Array(data[view * count..<(view + 1) * count]))
  }

  /// The paths of all kept activations in order of computation; with `keepsAll`, every layer.
  public var activationNames: [String] { plan.keptNames.map(\.name) }

  /// Returns an activation of both views in PyTorch's order ([2N, C, H, W] for maps).
  public func activation(_ name: String) -> Tensor? {
    guard let value = plan.keptNames.first(where: { $0.name == name })?.value else { return nil }
    let shape = plan.shape(value)
    var values = Array(plan.data(value))
    guard shape.count == 4 else { return Tensor(shape: shape, values: values) }
    let data = values
    channelsFirst(n: shape[0], c: shape[3], positions: shape[1] * shape[2], x: data, y: &values)
    return Tensor(shape: [shape[0], shape[3], shape[1], shape[2]], values: values)
  }

  /// The bytes of the step's activations, gradients and scratch.
  public var memoryBytes: Int { plan.memoryBytes }
}
