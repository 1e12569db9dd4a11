import Files
import Kernels
import Tensors
import TestSupport
import Testing

@testable import Layers

@Suite(.serialized) struct GoldenBackboneTests {
  static let cases = (try? GoldenSet.cases(families: ["backbone"])) ?? []

  @Test func everyListedCaseRuns() throws {
    #expect(Self.cases.count == (try GoldenSet.load()).expectedCount(families: ["backbone"]))
    #expect(!Self.cases.isEmpty)
  }

  /// One plan of a backbone on the case's input, with a scalar loss.
  private struct Net {
    let model: ModelState
    let run: Plan
    let features: Value
    let loss: Value

    init(_ c: GoldenCase, training: Bool, loss: (Int) -> ScalarLoss, from previous: ModelState?)
      throws
    {
      let stem = try #require(c.hyper["stem"]?.string)
      let configuration = BackboneConfiguration(
        name: try #require(BackboneName(rawValue: c.hyper["arch"]?.string ?? "")),
        stem: stem == "imagenet" ? .imagenet : .cifar, padding: stem == "cifar_p2" ? 2 : 1,
        width: c.hyper["width"]?.int ?? 64, zeroInit: false)
      let layout = StateLayout()
      let input = engineOrder(try c.floats("input"), shape: try c.shape("input"))
      let backbone = configuration.build(
        LayerScope(layout), inputShape: Array(input.shape.dropFirst()))
      let plan = PlanBuilder(isTraining: training)
      let x = plan.input("x", shape: input.shape)
      features = backbone(x, in: plan)
      plan.keep(features)
      let count = plan.shape(features).reduce(1, *)
      self.loss = plan.add(loss(count), [features], shape: [1])
      plan.keep(self.loss)
      plan.addLoss(self.loss)
      model = ModelState(layout)
      if let previous {
        model.copy(from: previous)
      } else {
        let filled = c.stateFill()
        for entry in model.values.layout.entries {
          let values =
            try filled.first { $0.name == entry.name }?.values ?? c.floats("state." + entry.name)
          model.values.set(entry, values)
        }
      }
      run = Plan(
        plan, model: model, workers: Workers(threads: 2), computesGradients: true)
      _ = run.data(x).update(fromContentsOf: input.values)
      run.forward()
    }

    var h: [Float] { Array(run.data(features)) }
  }

  private func expectGradients(
    _ c: GoldenCase, _ model: ModelState, prefix: String, norms: String, limit: Double,
    normLimit: Double
  ) throws {
    for entry in model.gradients.layout.entries {
      let got = model.gradients.values(entry)
      let name = prefix + entry.name
      if c.has(name) {
        let want = try c.floats(name)
        #expect(relL2(got, want) <= limit, "\(c.name) \(name)")
      } else if c.has(name + ".head") {
        let want = try c.floats(name + ".head")
        expectClose(
          Array(got.prefix(want.count)), want, relToMax: 4 * limit, abs: 1e-7,
          "\(c.name) \(name).head")
      }
      if let want = c.scalars[norms]?[entry.name]?.double {
        let norm = got.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        expectClose(norm, want, rel: normLimit, abs: 1e-7, "\(c.name) ‖\(name)‖")
      }
    }
  }

  @Test(arguments: cases)
  func featuresGradientsAndBuffers(_ c: GoldenCase) throws {
    let t = c.tolerance
    let rel = try #require(t["feat_rel_to_max"]?.double)
    let square = { (n: Int) in
      ScalarLoss(
        count: n, value: { $1 * $1 / Double(n) }, derivative: { 2 * $1 / Double(n) })
    }
    let seed = c.hyper["seed"]?.int ?? 0
    let probe = { (n: Int) in
      ScalarLoss.dot(
        (GoldenFill.floats(
          kind: "v", name: "loss_probe", seed: seed, count: n, fanIn: nil) ?? [])
          .map { $0 / Float(n) })
    }
    let eval = try Net(c, training: false, loss: probe, from: nil)
    expectClose(eval.h, try c.floats("feat_eval_init"), relToMax: rel, "\(c.name) eval")
    eval.run.backward()
    try expectGradients(
      c, eval.model, prefix: "grad_eval.", norms: "grad_eval_l2_all",
      limit: t["grad_eval_rel_l2"]?.double ?? 0, normLimit: t["grad_eval_rel_l2"]?.double ?? 0)

    let train = try Net(c, training: true, loss: square, from: nil)
    expectClose(train.h, try c.floats("feat_train"), relToMax: rel, "\(c.name) train")
    expectClose(
      train.run.data(train.loss)[0], Float(c.scalars["loss"]?.double ?? .nan),
      rel: t["loss_rel"]?.double ?? 0, "\(c.name) loss")
    train.run.backward()
    try expectGradients(
      c, train.model, prefix: "grad.", norms: "grad_l2_all",
      limit: t["grad_train_rel_l2"]?.double ?? 0,
      normLimit: t["grad_train_l2norm_rel"]?.double ?? 0)
    train.run.commit()
    for entry in train.model.buffers.layout.entries where c.has("after." + entry.name) {
      expectClose(
        train.model.buffers.values(entry), try c.floats("after." + entry.name),
        relToMax: t["buffers_rel_to_max"]?.double ?? 0, abs: 1e-7, "\(c.name) \(entry.name)")
    }
    let after = try Net(c, training: false, loss: square, from: train.model)
    expectClose(after.h, try c.floats("feat_eval_after"), relToMax: rel, "\(c.name) after")
  }
}
