import Kernels
import Tensors

@testable import Layers

/// A scalar loss of one value: Σ f(y), with its derivative, for tests.
final class ScalarLoss: Operation {
  let kind = "test loss"
  let count: Int
  let value: (Int, Double) -> Double
  let derivative: (Int, Double) -> Double

  init(
    count: Int, value: @escaping (Int, Double) -> Double,
    derivative: @escaping (Int, Double) -> Double
  ) {
    self.count = count
    self.value = value
    self.derivative = derivative
  }

  /// Σ weightᵢ yᵢ, whose gradient is the weights.
  static func dot(_ weights: [Float]) -> ScalarLoss {
    ScalarLoss(
      count: weights.count, value: { Double(weights[$0]) * $1 },
      derivative: { i, _ in Double(weights[i]) })
  }

  var savedInputs: [Int] { [0] }

  func forward(_ c: OperationContext) {
    var sum = 0.0
    for i in 0..<count { sum += value(i, Double(c.input()[i])) }
    c.output()[0] = Float(sum)
  }

  func backward(_ c: OperationContext) {
    guard let dx = c.inputGradient() else { return }
    for i in 0..<count { dx[i] = Float(derivative(i, Double(c.input()[i]))) }
  }
}

/// Passes its input on; gives a plan's input a gradient that can be read.
final class GradientTap: Operation {
  let kind = "tap"
  let weight: Parameter
  init(_ weight: Parameter) { self.weight = weight }
  var parameters: [Parameter] { [weight] }
  func forward(_ c: OperationContext) {
    c.output().update(from: c.input(), count: weight.entry.count)
  }
  func backward(_ c: OperationContext) {
    guard let dy = c.outputGradient() else { return }
    c.gradient(weight).update(from: dy, count: weight.entry.count)
  }
}

/// Turns [N, C, H, W] (or anything of two dimensions) into the engine's order.
func engineOrder(_ values: [Float], shape: [Int]) -> (values: [Float], shape: [Int]) {
  guard shape.count == 4 else { return (values, shape) }
  var out = values
  channelsLast(n: shape[0], c: shape[1], positions: shape[2] * shape[3], x: values, y: &out)
  return (out, [shape[0], shape[2], shape[3], shape[1]])
}

/// Turns the engine's order back into [N, C, H, W].
func torchOrder(_ values: [Float], shape: [Int]) -> [Float] {
  guard shape.count == 4 else { return values }
  var out = values
  channelsFirst(n: shape[0], c: shape[3], positions: shape[1] * shape[2], x: values, y: &out)
  return out
}

/// One layer under test: its output, and the gradients for a given upstream gradient.
struct LayerRun {
  var y: [Float] = []
  var gradX: [Float] = []
  var gradients: [String: [Float]] = [:]
  var model: ModelState

  /// Runs forward, backward and commit on x with parameters set by name.
  init(
    x: [Float], shape: [Int], parameters: [String: [Float]], gradY: [Float], training: Bool = true,
    threads: Int = 2, model previous: ModelState? = nil,
    _ make: (LayerScope, PlanBuilder, Value) -> Value
  ) {
    let layout = StateLayout()
    let input = engineOrder(x, shape: shape)
    let tap = layout.parameter("tap", shape: input.shape, .constant(0))
    let plan = PlanBuilder(isTraining: training)
    let start = plan.input("x", shape: input.shape)
    let tapped = plan.add(GradientTap(tap), [start], shape: input.shape)
    let output = make(LayerScope(layout), plan, tapped)
    let outputShape = plan.shape(output)
    let torchShape =
      outputShape.count == 4
      ? [outputShape[0], outputShape[3], outputShape[1], outputShape[2]] : outputShape
    let upstream = engineOrder(gradY, shape: torchShape).values
    let loss = plan.add(ScalarLoss.dot(upstream), [output], shape: [1])
    plan.addLoss(loss)
    plan.keep(output)
    model = ModelState(layout)
    if let previous {
      model.copy(from: previous)
    } else {
      for p in model.parameters {
        if let values = parameters[p.entry.name] { model.values.set(p.entry, values) }
      }
    }
    let run = Plan(
      plan, model: model, workers: Workers(threads: threads), computesGradients: true)
    _ = run.data(start).update(fromContentsOf: input.values)
    run.forward()
    run.backward()
    run.commit()
    y = torchOrder(Array(run.data(output)), shape: outputShape)
    for p in model.parameters { gradients[p.entry.name] = model.gradients.values(p.entry) }
    gradX = torchOrder(gradients["tap"] ?? [], shape: input.shape)
  }
}
