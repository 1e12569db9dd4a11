import Kernels

/// A recorded configuration with its memory: runs forward, backward and commit as often as asked.
public final class Plan: @unchecked Sendable {
  private let workers: Workers
  private let model: ModelState
  private let values: [PlanBuilder.ValueRecord]
  private let nodes: [PlanBuilder.NodeRecord]
  private var contexts: [OperationContext]
  private let runsBackward: [Bool]
  private let memory: Arena
  private let dataOffsets: [Int]
  private let gradientOffsets: [Int?]
  private let lossGradients: [Int]
  private let kept: Set<Int>
  /// Gathers the time of each operation while it is set.
  public var profile: PlanProfile? {
    didSet { for i in contexts.indices { contexts[i].profile = profile } }
  }

  /// Plans the memory of a recorded configuration and allocates it.
  ///
  /// With `computesGradients`, data that the backward pass reads lives until then.
  public init(
    _ builder: PlanBuilder, model: ModelState, workers: Workers, computesGradients: Bool
  ) {
    let schedule = PlanSchedule(builder, computesGradients: computesGradients)
    let memoryPlan = schedule.memory()
    var layout = ArenaLayout()
    layout.add("plan", shape: [memoryPlan.total])
    let memory = Arena(layout: layout)
    self.workers = workers
    self.model = model
    self.memory = memory
    values = builder.values
    nodes = builder.nodes
    kept = builder.kept
    runsBackward = schedule.isActive
    dataOffsets = memoryPlan.data
    gradientOffsets = memoryPlan.gradients
    lossGradients = builder.losses.compactMap { memoryPlan.gradients[$0.id] }
    let at = { (offset: Int) in memory.base + offset }
    contexts = builder.nodes.indices.map { i in
      let node = builder.nodes[i]
      return OperationContext(
        workers: workers, model: model,
        inputs: node.inputs.map { at(memoryPlan.data[builder.values[$0.id].storage]) },
        outputs: node.outputs.map { at(memoryPlan.data[$0.id]) },
        inputGradients: node.inputs.map { memoryPlan.gradients[$0.id].map(at) },
        gradientModes: schedule.modes[i],
        outputGradients: node.outputs.map { memoryPlan.gradients[$0.id].map(at) },
        state: at(memoryPlan.states[i]), workspace: at(memoryPlan.workspace))
    }
  }

  /// Computes every value from the inputs.
  ///
  /// Returns: Whether it came to the end: `isAborted` is asked before each operation, and what was
  /// computed until then is of no use.
  @discardableResult
  public func forward(unless isAborted: () -> Bool = { false }) -> Bool {
    for i in nodes.indices {
      if isAborted() { return false }
      profile?.begin(part(i, .forward))
      nodes[i].operation.forward(contexts[i])
      profile?.end()
    }
    return true
  }

  /// Computes the gradients of the losses with respect to every trained parameter.
  ///
  /// Returns: Whether it came to the end, as `forward`.
  @discardableResult
  public func backward(unless isAborted: () -> Bool = { false }) -> Bool {
    for offset in lossGradients { memory.base[offset] = 1 }
    for i in nodes.indices.reversed() where runsBackward[i] {
      if isAborted() { return false }
      profile?.begin(part(i, .backward))
      nodes[i].operation.backward(contexts[i])
      profile?.end()
    }
    return true
  }

  private func part(_ node: Int, _ pass: PlanProfile.Pass) -> PlanProfile.Part {
    PlanProfile.Part(
      name: nodes[node].outputs.first.map { values[$0.id].name } ?? "",
      kind: nodes[node].operation.kind, pass: pass)
  }

  /// Applies what the run staged (running statistics, counters) to the model.
  public func commit() {
    profile?.begin(PlanProfile.Part(name: "", kind: "statistics", pass: .commit))
    for i in nodes.indices { nodes[i].operation.commit(contexts[i]) }
    profile?.end()
  }

  /// The memory of a value: an input to be filled, a kept value, or anything during a run.
  public func data(_ value: Value) -> UnsafeMutableBufferPointer<Float> {
    let record = values[value.id]
    return UnsafeMutableBufferPointer(
      start: memory.base + dataOffsets[record.storage], count: record.shape.reduce(1, *))
  }

  /// The gradient of a value right after `backward`, where one was computed and is still there.
  public func gradient(_ value: Value) -> UnsafeMutableBufferPointer<Float>? {
    gradientOffsets[value.id].map {
      UnsafeMutableBufferPointer(
        start: memory.base + $0, count: values[value.id].shape.reduce(1, *))
    }
  }

  /// The shape of a value in the engine's order (NHWC for maps).
  public func shape(_ value: Value) -> [Int] { values[value.id].shape }

  /// The kept values' names in order of computation, each with its last value of that name.
  public var keptNames: [(name: String, value: Value)] {
    var order: [String] = []
    var last: [String: Value] = [:]
    for node in nodes {
      for output in node.outputs where kept.contains(values[output.id].storage) {
        let name = values[output.id].name
        if last.updateValue(output, forKey: name) == nil { order.append(name) }
      }
    }
    return order.compactMap { name in last[name].map { (name, $0) } }
  }

  /// The bytes of the plan's memory.
  public var memoryBytes: Int { memory.floatCount * MemoryLayout<Float>.stride }
}
