import Layers
import Tensors

/// The SimSiam projector h → z: (linear, BN, ReLU) × 2, linear, BN without affine.
///
/// The last linear layer has a bias that is never trained, as in the reference.
struct SimSiamProjector: Layer {
  private let path: String
  private let linears: [Linear]
  private let norms: [BatchNorm]

  init(_ scope: LayerScope, inFeatures: Int, hidden: Int, out: Int) {
    path = scope.path
    linears = [
      Linear(scope[0], inFeatures: inFeatures, outFeatures: hidden, bias: false),
      Linear(scope[3], inFeatures: hidden, outFeatures: hidden, bias: false),
      Linear(scope[6], inFeatures: hidden, outFeatures: out, trainsBias: false),
    ]
    norms = [
      BatchNorm(scope[1], numFeatures: hidden), BatchNorm(scope[4], numFeatures: hidden),
      BatchNorm(scope[7], numFeatures: out, affine: false),
    ]
  }

  func callAsFunction(_ x: Value, in plan: PlanBuilder) -> Value {
    var y = x
    for i in 0..<2 {
      y = norms[i](linears[i](y, in: plan), residual: nil, relu: "\(path).\(3 * i + 2)", in: plan)
    }
    return norms[2](linears[2](y, in: plan), in: plan)
  }
}

/// The SimSiam predictor z → p: linear, BN, ReLU, linear.
struct SimSiamPredictor: Layer {
  private let path: String
  private let first: Linear
  private let norm: BatchNorm
  private let last: Linear

  init(_ scope: LayerScope, features: Int, hidden: Int) {
    path = scope.path
    first = Linear(scope[0], inFeatures: features, outFeatures: hidden, bias: false)
    norm = BatchNorm(scope[1], numFeatures: hidden)
    last = Linear(scope[3], inFeatures: hidden, outFeatures: features)
  }

  func callAsFunction(_ x: Value, in plan: PlanBuilder) -> Value {
    last(norm(first(x, in: plan), residual: nil, relu: "\(path).2", in: plan), in: plan)
  }
}
