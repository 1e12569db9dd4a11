import Files
import Kernels
import Tensors
import TestSupport
import Testing

@testable import Layers

@Suite struct GoldenLayerTests {
  static let families = ["conv2d", "batchnorm", "pool", "linear", "activation"]

  private static func cases(_ family: String) -> [GoldenCase] {
    (try? GoldenSet.cases(families: [family])) ?? []
  }

  @Test func everyListedCaseRuns() throws {
    let set = try GoldenSet.load()
    let found = Self.families.map { Self.cases($0).count }.reduce(0, +)
    #expect(found == set.expectedCount(families: Self.families))
    #expect(found >= 10)
  }

  private func close(_ c: GoldenCase, _ got: [Float], _ name: String) throws {
    guard c.has(name) else {
      // A large tensor is stored as its first elements and a dot product with a known fill.
      let head = try c.floats(name + ".head")
      let stats = try #require(c.scalars["stats"]?[name])
      expectClose(Array(got.prefix(head.count)), head, relToMax: 1e-5, "\(c.name) \(name).head")
      let fill = try #require(
        GoldenFill.floats(kind: "v", name: "probe", seed: 0, count: got.count, fanIn: nil))
      let probe = zip(got, fill).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      let norm = try #require(stats["l2"]?.double)
      expectClose(
        probe, try #require(stats["probe"]?.double), abs: 1e-5 * norm, "\(c.name) \(name) probe")
      return
    }
    expectClose(
      got, try c.floats(name), relToMax: c.tolerance["tensor_rel_to_max"]?.double ?? 0,
      abs: c.tolerance["tensor_abs"]?.double ?? 0, "\(c.name) \(name)")
  }

  @Test(arguments: cases("conv2d"))
  func convolution(_ c: GoldenCase) throws {
    let k = try #require(c.hyper["k"]?.int)
    let weight = try c.shape("weight")
    let hasBias = c.has("bias")
    var runs: [LayerRun] = []
    for threads in [1, 2, 7] {
      runs.append(
        LayerRun(
          x: try c.floats("x"), shape: try c.shape("x"),
          parameters: [
            "weight": try c.floats("weight"), "bias": hasBias ? try c.floats("bias") : [],
          ].filter { !$0.value.isEmpty }, gradY: try c.floats("grad_y"), threads: threads
        ) { scope, plan, x in
          Conv2d(
            scope, inChannels: weight[1], outChannels: weight[0], kernelSize: k,
            stride: c.hyper["stride"]?.int ?? 1, padding: c.hyper["pad"]?.int ?? 0,
            bias: hasBias)(x, in: plan)
        })
    }
    #expect(runs[0].y == runs[1].y && runs[0].gradX == runs[1].gradX)
    #expect(runs[0].gradients == runs[1].gradients && runs[0].gradients == runs[2].gradients)
    try close(c, runs[0].y, "y")
    try close(c, runs[0].gradX, "grad_x")
    try close(c, runs[0].gradients["weight"] ?? [], "grad_weight")
    if hasBias { try close(c, runs[0].gradients["bias"] ?? [], "grad_bias") }
  }

  @Test(arguments: cases("batchnorm"))
  func batchNorm(_ c: GoldenCase) throws {
    let shape = try c.shape("x1")
    let affine = c.hyper["affine"]?.bool ?? true
    let parameters =
      affine ? ["weight": try c.floats("weight"), "bias": try c.floats("bias")] : [:]
    func run(_ x: String, training: Bool, from model: ModelState?) throws -> LayerRun {
      LayerRun(
        x: try c.floats(x), shape: shape, parameters: parameters,
        gradY: try c.floats("grad_y"), training: training, model: model
      ) { scope, plan, x in
        BatchNorm(scope, numFeatures: shape[1], affine: affine)(x, in: plan)
      }
    }
    func buffer(_ r: LayerRun, _ name: String) throws -> [Float] {
      r.model.buffers.values(try #require(r.model.buffers.layout[name]))
    }
    let first = try run("x1", training: true, from: nil)
    try close(c, first.y, "train.y")
    try close(c, first.gradX, "train.grad_x")
    if affine {
      try close(c, first.gradients["weight"] ?? [], "train.grad_weight")
      try close(c, first.gradients["bias"] ?? [], "train.grad_bias")
    }
    try close(c, try buffer(first, "running_mean"), "running_mean.after1")
    try close(c, try buffer(first, "running_var"), "running_var.after1")
    let second = try run("x2", training: true, from: first.model)
    try close(c, second.y, "train.y2")
    try close(c, try buffer(second, "running_mean"), "running_mean.after2")
    try close(c, try buffer(second, "running_var"), "running_var.after2")
    #expect(second.model.counters == [Int64(c.scalars["num_batches_tracked"]?.int ?? -1)])
    let eval = try run("x1", training: false, from: second.model)
    try close(c, eval.y, "eval.y")
    try close(c, eval.gradX, "eval.grad_x")
    for name in ["weight", "bias"] where c.has("eval.grad_\(name)") {
      try close(c, eval.gradients[name] ?? [], "eval.grad_\(name)")
    }
    #expect(eval.model.counters == second.model.counters)
  }

  @Test(arguments: cases("pool") + cases("activation"))
  func poolingAndActivation(_ c: GoldenCase) throws {
    let run = LayerRun(
      x: try c.floats("x"), shape: try c.shape("x"), parameters: [:],
      gradY: try c.floats("grad_y")
    ) { scope, plan, x in
      if c.name.hasPrefix("maxpool") {
        return MaxPool2d(scope, kernelSize: 3, stride: 2, padding: 1)(x, in: plan)
      }
      if c.family == "pool" { return AdaptiveAvgPool2d(scope)(x, in: plan) }
      let shape = plan.shape(x)
      return plan.add(ReLUOperation(count: shape.reduce(1, *)), [x], shape: shape)
    }
    try close(c, run.y, "y")
    try close(c, run.gradX, "grad_x")
  }

  @Test(arguments: cases("linear"))
  func linear(_ c: GoldenCase) throws {
    let weight = try c.shape("weight")
    let hasBias = c.has("bias")
    var parameters = ["weight": try c.floats("weight")]
    if hasBias { parameters["bias"] = try c.floats("bias") }
    let run = LayerRun(
      x: try c.floats("x"), shape: try c.shape("x"), parameters: parameters,
      gradY: try c.floats("grad_y")
    ) { scope, plan, x in
      Linear(scope, inFeatures: weight[1], outFeatures: weight[0], bias: hasBias)(x, in: plan)
    }
    try close(c, run.y, "y")
    try close(c, run.gradX, "grad_x")
    try close(c, run.gradients["weight"] ?? [], "grad_weight")
    if hasBias { try close(c, run.gradients["bias"] ?? [], "grad_bias") }
  }
}
