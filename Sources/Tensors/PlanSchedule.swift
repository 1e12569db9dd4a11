import Kernels

/// When each value of a plan is needed, which operations run backward, and who writes or adds.
struct PlanSchedule {
  private let builder: PlanBuilder
  private let computesGradients: Bool
  /// Whether an operation runs in the backward pass.
  private(set) var isActive: [Bool]
  /// How each operation delivers the gradient of each of its inputs.
  private(set) var modes: [[GradientMode]]
  private var hasGradient: [Bool]

  init(_ builder: PlanBuilder, computesGradients: Bool) {
    self.builder = builder
    self.computesGradients = computesGradients
    isActive = Array(repeating: false, count: builder.nodes.count)
    modes = builder.nodes.map { $0.inputs.map { _ in .none } }
    hasGradient = Array(repeating: false, count: builder.values.count)
    guard computesGradients else { return }
    for loss in builder.losses { hasGradient[loss.id] = true }
    var delivered = hasGradient
    for i in builder.nodes.indices.reversed() {
      let node = builder.nodes[i]
      guard node.outputs.contains(where: { hasGradient[$0.id] }) else { continue }
      isActive[i] = true
      for (j, input) in node.inputs.enumerated() where builder.values[input.id].needsGradient {
        modes[i][j] = delivered[input.id] ? .add : .write
        delivered[input.id] = true
        hasGradient[input.id] = true
      }
    }
  }

  /// The placement of all memory of a plan, in floats.
  struct Memory {
    /// By value id; only ids that are their own storage are meaningful.
    var data: [Int]
    /// By value id; nil where no gradient flows.
    var gradients: [Int?]
    /// By node.
    var states: [Int]
    var workspace: Int
    var total: Int
  }

  /// Places data, gradients, operation state and the shared workspace.
  func memory() -> Memory {
    let count = builder.nodes.count
    let end = 2 * count
    var first = Array(repeating: -1, count: builder.values.count)
    var last = first
    var gradientFirst = Array(repeating: end, count: builder.values.count)
    var gradientLast = Array(repeating: -1, count: builder.values.count)
    for (i, node) in builder.nodes.enumerated() {
      let back = end - 1 - i
      for output in node.outputs {
        first[output.id] = i
        last[output.id] = max(last[output.id], i)
        if isActive[i], node.operation.savesOutput { last[output.id] = max(last[output.id], back) }
        gradientLast[output.id] = max(gradientLast[output.id], back)
      }
      for (j, input) in node.inputs.enumerated() {
        let storage = builder.values[input.id].storage
        let saved = isActive[i] && node.operation.savedInputs.contains(j)
        last[storage] = max(last[storage], saved ? back : i)
        if modes[i][j] != .none {
          gradientFirst[input.id] = min(gradientFirst[input.id], back)
          gradientLast[input.id] = max(gradientLast[input.id], back)
        }
      }
    }
    for loss in builder.losses { gradientFirst[loss.id] = count }
    for input in builder.inputs {
      first[input.id] = -1
      last[input.id] = end
    }
    for storage in builder.kept { last[storage] = end }
    return place(
      first: first, last: last, gradientFirst: gradientFirst, gradientLast: gradientLast)
  }

  private func place(first: [Int], last: [Int], gradientFirst: [Int], gradientLast: [Int])
    -> Memory
  {
    let end = 2 * builder.nodes.count
    let root = gradientRoots()
    var gradientLast = gradientLast
    for id in root.indices { gradientLast[root[id]] = max(gradientLast[root[id]], gradientLast[id]) }
    var requests: [BufferRequest] = []
    var dataSlot: [Int?] = []
    var gradientSlot: [Int?] = []
    for (id, value) in builder.values.enumerated() {
      let size = value.shape.reduce(1, *)
      dataSlot.append(value.storage == id ? requests.count : nil)
      if value.storage == id {
        requests.append(
          BufferRequest(count: size, first: first[id], last: max(first[id], last[id])))
      }
      gradientSlot.append(hasGradient[id] ? requests.count : nil)
      if hasGradient[id], root[id] == id {
        requests.append(
          BufferRequest(count: size, first: gradientFirst[id], last: gradientLast[id]))
      }
    }
    for id in root.indices where hasGradient[id] { gradientSlot[id] = gradientSlot[root[id]] }
    let stateSlots = builder.nodes.enumerated().map { i, node in
      requests.append(
        BufferRequest(
          count: node.operation.stateCount, first: i, last: computesGradients ? end : i))
      return requests.count - 1
    }
    requests.append(
      BufferRequest(
        count: builder.nodes.map(\.operation.workspaceCount).max() ?? 0, first: -1, last: end))
    let placed = MemoryPlanner.place(requests)
    return Memory(
      data: dataSlot.map { $0.map { placed.offsets[$0] } ?? 0 },
      gradients: gradientSlot.map { $0.map { placed.offsets[$0] } },
      states: stateSlots.map { placed.offsets[$0] }, workspace: placed.offsets[requests.count - 1],
      total: max(16, placed.total))
  }

  /// The value whose gradient's memory each value's gradient takes: its own, or that of the output
  /// of an operation that delivers it in place.
  private func gradientRoots() -> [Int] {
    var root = Array(builder.values.indices)
    for i in builder.nodes.indices.reversed() where isActive[i] {
      let node = builder.nodes[i]
      guard node.operation.deliversGradientInPlace, modes[i].first == .write,
        let input = node.inputs.first, let output = node.outputs.first, hasGradient[output.id]
      else { continue }
      root[input.id] = root[output.id]
    }
    return root
  }
}
