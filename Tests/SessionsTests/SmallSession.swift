import Layers
import Methods
import Sessions
import Tensors

/// Workbenches of the built-in data for tests of what can be looked at.
enum SmallSession {
  /// `demo` of 200 images, `small` of width 4, batches of 16.
  static func make(
    _ method: MethodName, steps: Int = 0, n: Int = 200,
    _ change: (inout MethodChoice) -> Void = { _ in }
  ) throws -> Workbench {
    let bench = Workbench(threads: 2)
    var data = DataChoice(name: "demo")
    data.n = n
    var backbone = BackboneChoice(.small)
    backbone.width = 4
    var choice = MethodChoice(method)
    choice.batch = 16
    choice.projector = [16, 8]
    if method.isSimSiamFamily { choice.predictor = 4 }
    change(&choice)
    let loaded = try data.load(memoryLimit: bench.memoryLimit)
    try bench.configure(data: loaded) {
      $0.backbone = backbone
      $0.method = choice
    }
    if steps > 0 { _ = try bench.train(steps: steps) }
    return bench
  }
}

/// Rows of a tensor in Float64.
func doubleRows(_ tensor: Tensor) -> [[Double]] {
  let width = tensor.shape[1]
  return (0..<tensor.shape[0]).map { i in
    tensor.values[i * width..<(i + 1) * width].map { Double($0) }
  }
}

/// The cosine of two rows by its definition.
func naiveCosine(_ a: [Double], _ b: [Double]) -> Double {
  func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
  return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
}

/// Whether two numbers agree, absolutely below 1 and relatively above.
func agrees(_ a: Double?, _ b: Double?, _ tolerance: Double = 1e-6) -> Bool {
  guard let a, let b else { return false }
  return abs(a - b) <= tolerance * max(1, abs(b))
}
