import Files
import Kernels
import Layers
import TestSupport
import Testing

@Suite struct OptimizerTests {
  private static let names = ["conv", "weight", "bias"]

  private static func configuration(_ hyper: JSONValue) throws -> OptimizerConfiguration {
    let kw = try #require(hyper["kw"])
    var c: OptimizerConfiguration
    switch hyper["kind"]?.string {
    case "SGD":
      c = OptimizerConfiguration(.sgd)
      c.momentum = kw["momentum"]?.double ?? 0
    case "solo LARS": c = OptimizerConfiguration(.larsSolo)
    case "GRAPH-ATTENTION LARS": c = OptimizerConfiguration(.larsSimCLR)
    case "Adam": c = OptimizerConfiguration(.adam)
    case "AdamW": c = OptimizerConfiguration(.adamw)
    default: throw FileError("unknown optimizer '\(hyper["kind"]?.string ?? "")'")
    }
    if let momentum = kw["momentum"]?.double { c.momentum = momentum }
    c.nesterov = kw["nesterov"]?.bool ?? false
    c.trust = kw["eta"]?.double ?? kw["trust_coefficient"]?.double ?? c.trust
    c.clip = kw["clip_lars_lr"]?.bool ?? false
    c.excludeOneDimensional = kw["exclude_bias_n_norm"]?.bool ?? false
    c.epsilon = kw["eps"]?.double ?? c.epsilon
    if let betas = kw["betas"]?.array?.compactMap(\.double), betas.count == 2 {
      (c.beta1, c.beta2) = (betas[0], betas[1])
    }
    return c
  }

  @Test(arguments: try GoldenSet.cases(families: ["optimizer"]))
  func matchesPyTorchTrajectories(_ golden: GoldenCase) throws {
    let configuration = try Self.configuration(golden.hyper)
    let kw = try #require(golden.hyper["kw"])
    let lr = try #require(kw["lr"]?.double)
    let rel = try #require(golden.tolerance["tensor_rel_to_max"]?.double)
    let abs = try #require(golden.tolerance["tensor_abs"]?.double)
    // Gaps between the tensors must stay as they are.
    var arena: [Float] = []
    var ranges: [ParameterRange] = []
    for name in Self.names {
      arena += [Float](repeating: 7, count: 5)
      let values = try golden.floats("init.\(name)")
      ranges.append(
        ParameterRange(
          name: name, offset: arena.count, count: values.count,
          ndim: try golden.shape("init.\(name)").count, group: 0,
          // The published code puts biases into a group without adaptation and decay.
          isExcluded: configuration.algorithm == .larsSimCLR && name == "bias"))
      arena += values
    }
    let optimizer = Optimizer(
      configuration,
      groups: [
        OptimizerGroup(name: "all", baseLR: lr, weightDecay: kw["weight_decay"]?.double ?? 0)
      ], ranges: ranges, parameterCount: arena.count)
    let workers = Workers(threads: 2)
    var state = [Float](repeating: 0, count: optimizer.stateCount)
    let gradients = try Self.names.map { try golden.floats("grads.\($0)") }
    let wanted = try Self.names.map { try golden.floats("trajectory.\($0)") }
    var got: [[Float]] = [[], [], []]
    for step in 0..<(try #require(golden.hyper["steps"]?.int)) {
      var gradient = [Float](repeating: 3, count: arena.count)
      for (i, range) in ranges.enumerated() {
        for j in 0..<range.count {
          gradient[range.offset + j] = gradients[i][step * range.count + j]
        }
      }
      optimizer.step(
        workers, parameters: &arena, gradients: gradient, state: &state, learningRates: [lr],
        stepNumber: step + 1)
      for (i, range) in ranges.enumerated() {
        got[i] += arena[range.offset..<(range.offset + range.count)]
      }
    }
    for (i, name) in Self.names.enumerated() {
      expectClose(got[i], wanted[i], relToMax: rel, abs: abs, "\(golden.name) \(name)")
    }
    for (slot, key) in configuration.stateSlots.enumerated() {
      for range in ranges {
        let start = slot * arena.count + range.offset
        let want = try golden.floats("final_state.\(range.name).\(key)")
        expectClose(
          Array(state[start..<(start + range.count)]), want, relToMax: rel, abs: abs,
          "\(golden.name) \(range.name) \(key)")
      }
    }
    #expect(arena[0..<5].allSatisfy { $0 == 7 })
  }

  @Test(arguments: OptimizerConfiguration.Algorithm.allCases)
  func bitsDoNotDependOnTheNumberOfThreads(
    _ algorithm: OptimizerConfiguration.Algorithm
  ) {
    let count = 70_001
    let ranges = [
      ParameterRange(name: "a", offset: 0, count: 50_000, ndim: 2, group: 0),
      ParameterRange(name: "b", offset: 50_000, count: 20_001, ndim: 1, group: 0),
    ]
    func run(_ threads: Int) -> [Float] {
      let workers = Workers(threads: threads)
      let optimizer = Optimizer(
        OptimizerConfiguration(algorithm),
        groups: [OptimizerGroup(name: "g", baseLR: 0.1, weightDecay: 0.01)], ranges: ranges,
        parameterCount: count)
      var p = GoldenFill.floats(kind: "v", name: "p", seed: 1, count: count) ?? []
      var state = [Float](repeating: 0, count: optimizer.stateCount)
      for step in 1...3 {
        let g = GoldenFill.floats(kind: "v", name: "g", seed: step, count: count) ?? []
        optimizer.step(
          workers, parameters: &p, gradients: g, state: &state, learningRates: [0.1],
          stepNumber: step)
      }
      return p + state
    }
    #expect(run(1) == run(3))
  }

  @Test func firstMomentumBufferIsTheGradient() {
    let optimizer = Optimizer(
      OptimizerConfiguration(.sgd), groups: [OptimizerGroup(name: "g", baseLR: 1)],
      ranges: [ParameterRange(name: "w", offset: 0, count: 3, ndim: 1, group: 0)],
      parameterCount: 3)
    var p: [Float] = [1, 2, 3]
    var state: [Float] = [0, 0, 0]
    optimizer.step(
      Workers(threads: 1), parameters: &p, gradients: [0.5, -1, 2], state: &state,
      learningRates: [1], stepNumber: 1)
    #expect(state == [0.5, -1, 2])
    #expect(p == [0.5, 3, 1])
  }
}
