import Foundation
import Kernels
import Methods
import Tensors

extension Workbench {
  /// Refuses a model that would not fit into memory, before anything is allocated.
  ///
  /// Counted are parameters, gradients and their copies, optimizer state, bank, and all that a
  /// training step needs. Throws: `SessionError` with the size and the limit.
  func checkSize(_ c: ResolvedConfiguration, _ facts: DataFacts) throws {
    let network = ContrastiveNetwork(
      backbone: c.backbone, method: c.method, inputShape: facts.inputShape,
      convolution: c.convolution)
    // The state, a copy of it from before the last step, and at most two optimizer slots.
    var floats = 6 * Double(network.layout.parameterLayout.floatCount)
    if let method = c.method {
      if method.name == .simsiamMulti {
        let buffers = method.stages > 1 ? method.stages + 2 : 2
        floats += Double(facts.count) * Double(method.projectorOut) * Double(buffers)
      }
      let views = 2 * Double(method.batch) * facts.inputShape.reduce(1) { $0 * Double($1) }
      try refuse(atLeast: (floats + views) * 4, "the model")
      guard let step = network.trainingBytes() else {
        throw SessionError("the model is too large: the size of a step overflows")
      }
      floats += Double(step) / 4
    }
    try refuse(atLeast: floats * 4, "the model")
  }

  /// Refuses what needs more bytes than the limit.
  func refuse(atLeast bytes: Double, _ what: String) throws {
    guard bytes > Double(memoryLimit) else { return }
    let gigabytes = (bytes / Double(1 << 30)).rounded(.up)
    let fits = gigabytes * Double(1 << 30) < Double(ProcessInfo.processInfo.physicalMemory)
    throw SessionError(
      "\(what) needs at least \(Self.size(bytes)), the limit is \(Self.size(Double(memoryLimit)))",
      help: fits ? "set memory \(Int(gigabytes))GB" : nil)
  }

  /// Refuses a rerun of the last batch whose activations would not all fit into memory.
  func checkActivations(_ learner: Learner) throws {
    guard let bytes = learner.network.trainingBytes(keepsAll: true) else {
      throw SessionError("the activations of a step are too large: their size overflows")
    }
    try refuse(atLeast: Double(bytes), "showing every activation of a step")
  }

  /// The rows that an evaluation computes at once: as many as asked, fewer where memory is short.
  ///
  /// Throws: `SessionError` when not even one row fits.
  func evaluationRows(_ network: ContrastiveNetwork, wanted: Int) throws -> Int {
    var rows = max(1, wanted)
    while true {
      let bytes = network.recordEvaluation(rows: rows).plan.plannedBytes(computesGradients: false)
      if let bytes, bytes <= memoryLimit { return rows }
      guard rows > 1 else {
        try refuse(atLeast: bytes.map(Double.init) ?? .infinity, "evaluating one image")
        return 1
      }
      rows /= 2
    }
  }

  /// A number of bytes with a unit that shows it: `812 MB`, `3.4 GB`.
  static func size(_ bytes: Double) -> String {
    guard bytes < 1e9 else { return "\((bytes / 1e8).rounded() / 10) GB" }
    return bytes < 1e6 ? "\(Int(bytes / 1e3)) KB" : "\(Int(bytes / 1e6)) MB"
  }
}
