/// Adam's constants of one step.
///
/// Source: PyTorch `Adam`, `AdamW` (single-tensor form).
struct AdamRule {
  let beta1: Float
  let beta2: Float
  let correction1: Double
  let rootCorrection2: Float
  let epsilon: Float
  let isDecoupled: Bool

  init(_ configuration: OptimizerConfiguration, stepNumber: Int) {
    beta1 = Float(configuration.beta1)
    beta2 = Float(configuration.beta2)
    correction1 = 1 - Self.power(configuration.beta1, stepNumber)
    rootCorrection2 = Float((1 - Self.power(configuration.beta2, stepNumber)).squareRoot())
    epsilon = Float(configuration.epsilon)
    isDecoupled = configuration.algorithm == .adamw
  }

  /// Returns xⁿ by repeated squaring: the same bits everywhere, unlike libm's `pow`.
  private static func power(_ x: Double, _ n: Int) -> Double {
    var (result, base, left) = (1.0, x, n)
    while left > 0 {
      if left & 1 == 1 { result *= base }
      base *= base
      left >>= 1
    }
    return result
  }
}

/// The element-wise updates, on one chunk of one parameter.
enum UpdateKernels {
  typealias Vector = SIMD8<Float>
  typealias Source = UnsafePointer<Float>
  typealias Target = UnsafeMutablePointer<Float>

  /// Returns Σ p² and Σ (g + decay p)².
  static func norms(
    _ p: Source, _ g: Source, _ count: Int, decay: Float
  ) -> (parameter: Double, gradient: Double) {
    var parameter = SIMD8<Double>()
    var gradient = SIMD8<Double>()
    let wd = Vector(repeating: decay)
    var i = 0
    while i &+ 8 <= count {
      let v = load(p + i)
      let d = load(g + i).addingProduct(wd, v)
      let wideV = SIMD8<Double>(v)
      let wideD = SIMD8<Double>(d)
      parameter.addProduct(wideV, wideV)
      gradient.addProduct(wideD, wideD)
      i &+= 8
    }
    var result = (parameter: fold(parameter), gradient: fold(gradient))
    while i < count {
      let d = Double(g[i].addingProduct(decay, p[i]))
      result.parameter += Double(p[i]) * Double(p[i])
      result.gradient += d * d
      i &+= 1
    }
    return result
  }

  /// p ← p − lr (g + wd p) factor.
  static func plain(_ p: Target, _ g: Source, _ count: Int, plan: Optimizer.RangePlan) {
    let (wd, factor, rate) = (plan.decay, plan.factor, -plan.lr)
    var i = 0
    while i &+ 8 <= count {
      let v = load(p + i)
      let d = load(g + i).addingProduct(Vector(repeating: wd), v) * Vector(repeating: factor)
      store(p + i, v.addingProduct(Vector(repeating: rate), d))
      i &+= 8
    }
    while i < count {
      p[i].addProduct(rate, g[i].addingProduct(wd, p[i]) * factor)
      i &+= 1
    }
  }

  /// d = (g + wd p) factor; buffer ← m buffer + d; p ← p − lr (buffer, or d + m buffer).
  ///
  /// A buffer of zeros becomes d, which is PyTorch's first step.
  static func momentum(
    _ p: Target, _ g: Source, _ buffer: Target, _ count: Int, plan: Optimizer.RangePlan,
    momentum: Float, nesterov: Bool
  ) {
    let (wd, factor, rate) = (plan.decay, plan.factor, -plan.lr)
    let m = Vector(repeating: momentum)
    var i = 0
    while i &+ 8 <= count {
      let v = load(p + i)
      let d = load(g + i).addingProduct(Vector(repeating: wd), v) * Vector(repeating: factor)
      let b = d.addingProduct(m, load(buffer + i))
      store(buffer + i, b)
      let update = nesterov ? d.addingProduct(m, b) : b
      store(p + i, v.addingProduct(Vector(repeating: rate), update))
      i &+= 8
    }
    while i < count {
      let d = g[i].addingProduct(wd, p[i]) * factor
      let b = d.addingProduct(momentum, buffer[i])
      buffer[i] = b
      p[i].addProduct(rate, nesterov ? d.addingProduct(momentum, b) : b)
      i &+= 1
    }
  }

  /// Adam's update; `average` and `square` are its two state slots.
  static func adam(
    _ p: Target, _ g: Source, _ average: Target, _ square: Target, _ count: Int,
    plan: Optimizer.RangePlan, rule: AdamRule
  ) {
    let shrink: Float = rule.isDecoupled ? 1 - plan.lr * plan.decay : 1
    let wd: Float = rule.isDecoupled ? 0 : plan.decay
    let rate = Float(-Double(plan.lr) / rule.correction1)
    let (mix1, mix2) = (1 - rule.beta1, 1 - rule.beta2)
    var i = 0
    while i &+ 8 <= count {
      let v = load(p + i) * Vector(repeating: shrink)
      let d = load(g + i).addingProduct(Vector(repeating: wd), v)
      let m = load(average + i)
      let newM = m.addingProduct(Vector(repeating: mix1), d - m)
      let newS =
        (load(square + i) * Vector(repeating: rule.beta2))
        .addingProduct(Vector(repeating: mix2), d * d)
      let root = newS.squareRoot() / Vector(repeating: rule.rootCorrection2)
      store(average + i, newM)
      store(square + i, newS)
      let ratio = newM / (root + Vector(repeating: rule.epsilon))
      store(p + i, v.addingProduct(Vector(repeating: rate), ratio))
      i &+= 8
    }
    while i < count {
      let v = p[i] * shrink
      let d = g[i].addingProduct(wd, v)
      average[i].addProduct(mix1, d - average[i])
      square[i] = (square[i] * rule.beta2).addingProduct(mix2, d * d)
      let root = square[i].squareRoot() / rule.rootCorrection2
      p[i] = v.addingProduct(rate, average[i] / (root + rule.epsilon))
      i &+= 1
    }
  }

  /// Adds the lanes in a fixed tree.
  @inline(__always)
  private static func fold(_ v: SIMD8<Double>) -> Double {
    let four = v.lowHalf + v.highHalf
    let two = four.lowHalf + four.highHalf
    return two[0] + two[1]
  }

  @inline(__always)
  private static func load(_ p: Source) -> Vector {
    UnsafeRawPointer(p).loadUnaligned(as: Vector.self)
  }

  @inline(__always)
  private static func load(_ p: Target) -> Vector {
    UnsafeRawPointer(p).loadUnaligned(as: Vector.self)
  }

  @inline(__always)
  private static func store(_ p: Target, _ v: Vector) {
    UnsafeMutableRawPointer(p).storeBytes(of: v, as: Vector.self)
  }
}
