import Kernels
import Layers
import Methods
import Tensors

/// What a name at the prompt stands for.
public enum TensorName: Sendable, Hashable {
  /// The views of the last batch, 0 or 1.
  case views(Int)
  /// Features of the last batch.
  case features(TrainingGraph.Features, view: Int)
  /// Cosines between all 2N projections of the last batch.
  case similarity
  /// Attention weights between all 2N samples of the last batch.
  case attention
  /// The memory bank.
  case bank
  /// A parameter or buffer.
  case weight(String)
  /// The gradient of a parameter in the last step.
  case gradient(String)
  /// The optimizer's first moment of a parameter.
  case momentum(String)
  /// The activation of a layer in the last step.
  case activation(String)
}

extension Workbench {
  /// Returns a copy of a named tensor in PyTorch's order.
  ///
  /// Throws: `SessionError` when there is no such name or nothing to show yet.
  public func tensor(_ name: TensorName) throws -> Tensor {
    let learner = try model()
    switch name {
    case .views(let view): return try learner.batchViews(view)
    case .features(let kind, let view): return try learner.batchFeatures(kind, view: view)
    case .similarity: return try cosines(try bothViews(.z))
    case .attention: return try attentionWeights()
    case .bank:
      guard let entry = learner.bankArena?.layout["bank"], let arena = learner.bankArena else {
        throw SessionError(
          "no bank: method simsiam-multi has one", help: help(choosing: .simsiamMulti))
      }
      return Tensor(shape: entry.shape, values: arena.values(entry))
    case .weight(let name): return try weight(name, learner)
    case .gradient(let name):
      let entry = try parameter(name, learner, kind: "parameter")
      guard learner.lastBatch != nil else {
        throw SessionError("no gradient yet: no step was taken", help: "step")
      }
      return Tensor(shape: entry.shape, values: learner.model.gradients.values(entry))
    case .momentum(let name):
      guard let optimizer = learner.optimizer else {
        throw SessionError("no optimizer without a method", help: "method simclr")
      }
      guard let slot = optimizer.configuration.stateSlots.first else {
        throw SessionError("the optimizer keeps no momentum", help: "optim sgd momentum=0.9")
      }
      let full = "optim.\(name).\(slot)"
      guard let found = learner.optimizerTensors.first(where: { $0.name == full }) else {
        throw unknown(name, among: optimizer.ranges.map(\.name), "trained parameter")
      }
      return Tensor(
        shape: found.shape,
        values: Array(UnsafeBufferPointer(start: found.pointer, count: found.count)))
    case .activation(let name):
      try checkActivations(learner)
      let graph = try learner.activations()
      guard let tensor = graph.activation(name) ?? graph.activation("backbone." + name) else {
        throw unknown(name, among: graph.activationNames, "layer")
      }
      return tensor
    }
  }

  private func weight(_ name: String, _ learner: Learner) throws -> Tensor {
    for arena in [learner.model.values, learner.model.buffers] {
      if let entry = arena.layout[name] {
        return Tensor(shape: entry.shape, values: arena.values(entry))
      }
    }
    throw unknown(
      name,
      among: (learner.model.values.layout.entries + learner.model.buffers.layout.entries)
        .map(\.name), "parameter or buffer")
  }

  private func parameter(_ name: String, _ learner: Learner, kind: String) throws -> ArenaEntry {
    guard let entry = learner.model.values.layout[name] else {
      throw unknown(name, among: learner.model.values.layout.entries.map(\.name), kind)
    }
    return entry
  }

  private func unknown(_ name: String, among names: [String], _ kind: String) -> SessionError {
    let near = names.filter { $0.contains(name) || name.contains($0) }.prefix(1)
    let hint = near.first.map { ", did you mean '\($0)'?" } ?? ""
    return SessionError("no \(kind) '\(name)'\(hint)", help: "params")
  }

  /// The modules of the model, or those that the choices so far would build; nil before both data
  /// and backbone are chosen.
  private var plannedNetwork: ContrastiveNetwork? {
    if let learner { return learner.network }
    guard let data, let resolved = resolution else { return nil }
    return ContrastiveNetwork(
      backbone: resolved.backbone, method: resolved.method, inputShape: data.facts.inputShape,
      convolution: resolved.convolution)
  }

  /// The names of parameters, for completion and errors; empty before a backbone is chosen.
  public var parameterNames: [String] {
    plannedNetwork?.layout.parameterLayout.entries.map(\.name) ?? []
  }

  /// The names of buffers, for completion and errors; empty before a backbone is chosen.
  public var bufferNames: [String] {
    plannedNetwork?.layout.bufferLayout.entries.map(\.name) ?? []
  }

  /// The names of layers whose activations can be seen; empty before a method is chosen.
  public var layerNames: [String] {
    guard let network = plannedNetwork, network.method != nil else { return [] }
    var seen: Set<String> = []
    return network.layerNames.filter { seen.insert($0).inserted }
  }

  /// Both views' features of the last batch, [2N, D]: first views, then second views.
  public func bothViews(_ kind: TrainingGraph.Features) throws -> Tensor {
    let learner = try model()
    let first = try learner.batchFeatures(kind, view: 0)
    let second = try learner.batchFeatures(kind, view: 1)
    return Tensor(
      shape: [2 * first.shape[0], first.shape[1]], values: first.values + second.values)
  }

  func cosines(_ rows: Tensor) throws -> Tensor {
    let unit = rows.normalizedRows(workers)
    let n = unit.shape[0]
    var out = [Float](repeating: 0, count: n * n)
    gemm(
      workers, transposeB: true, m: n, n: n, k: unit.shape[1], a: unit.values, lda: unit.shape[1],
      b: unit.values, ldb: unit.shape[1], c: &out, ldc: n)
    return Tensor(shape: [n, n], values: out)
  }

  /// The weights exp(1 + cos) of the last batch [2N, 2N], on the features that the method uses.
  ///
  /// Throws: `SessionError` for a method without attention.
  public func attentionWeights() throws -> Tensor {
    guard let method = try model().configuration.method, method.name == .simclrAttn else {
      throw SessionError(
        "no attention: method simclr-attn has it", help: help(choosing: .simclrAttn))
    }
    let rows = try bothViews(method.attention == .h ? .h : .z)
    let n = rows.shape[0]
    var unit = rows.values
    var out = [Float](repeating: 0, count: n * n)
    AttentionMatrix.evaluate(
      workers, features: rows.values, rows: n, dim: rows.shape[1], unit: &unit, to: &out)
    return Tensor(shape: [n, n], values: out)
  }
}
