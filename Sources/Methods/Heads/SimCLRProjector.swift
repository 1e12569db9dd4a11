import Layers
import Tensors

/// The SimCLR projector h → z: linear, BN, ReLU, linear, BN whose bias stays 0.
struct SimCLRProjector: Layer {
  private let path: String
  private let fc1: Linear
  private let bn1: BatchNorm
  private let fc2: Linear
  private let bn2: BatchNorm

  init(_ scope: LayerScope, inFeatures: Int, hidden: Int, out: Int) {
    path = scope.path
    fc1 = Linear(scope["fc1"], inFeatures: inFeatures, outFeatures: hidden, bias: false)
    bn1 = BatchNorm(scope["bn1"], numFeatures: hidden)
    fc2 = Linear(scope["fc2"], inFeatures: hidden, outFeatures: out, bias: false)
    bn2 = BatchNorm(scope["bn2"], numFeatures: out, trainsBias: false)
  }

  func callAsFunction(_ x: Value, in plan: PlanBuilder) -> Value {
    let hidden = bn1(fc1(x, in: plan), residual: nil, relu: "\(path).relu", in: plan)
    return bn2(fc2(hidden, in: plan), in: plan)
  }
}
