import Analysis
import Files
import TestSupport
import Testing

@Suite struct MessagePassingTests {
  @Test(arguments: try GoldenSet.cases(families: ["toy"]))
  func updatesMatchThePaperFormulas(_ golden: GoldenCase) throws {
    let points = try golden.doubles("points")
    let start = try golden.doubles("F0")
    let radius = try #require(golden.hyper["radius"]?.double)
    let rate = try #require(golden.hyper["alpha"]?.double)
    let values = try #require(golden.scalars["values"])
    let loose = try #require(golden.tolerance["tensor_rel_to_max_float32"]?.double)
    let strict = try #require(golden.tolerance["tensor_rel_to_max_float64"]?.double)
    // The float64 copy is optional; the scalars are float64 in any case.
    let exact =
      try GoldenSet.load().isFull
      ? try golden.file(try #require(golden.entry["optional_float64_file"]?.string)) : nil
    let adjacency = MessagePassing.adjacency(points: points, dim: 2, radius: radius)
    #expect(adjacency == (try golden.doubles("adjacency")))
    let rules = MessagePassing(adjacency: adjacency, n: points.count / 2)
    expectClose(
      rules.normalizedAdjacency, try golden.doubles("normalized_adjacency"), abs: 3e-8)
    func check(_ f: [Double], _ key: String) throws {
      let want = try #require(values[key])
      expectClose(
        rules.alignmentLoss(f, dim: 2), try #require(want["alignment"]?.double), rel: strict, key)
      expectClose(
        rules.uniformityLoss(f, dim: 2), try #require(want["uniformity"]?.double), rel: strict,
        abs: 1e-15, key)
      guard key != "step0" else { return }
      expectClose(f, try golden.doubles(key), relToMax: min(loose, 1e-6), key)
      if let exact, exact.contains(key) {
        expectClose(f, try exact.doubles(key), relToMax: strict, key)
      }
    }
    try check(start, "step0")
    for rule in MessagePassing.Rule.allCases {
      let name = rule == .both ? "combined" : rule.rawValue
      var f = start
      var done = 0
      for steps in [1, 10, 100, 1000] {
        f = rules.updated(f, dim: 2, rule: rule, rate: rate, steps: steps - done)
        done = steps
        try check(f, "\(name).step\(steps)")
      }
    }
  }

  /// Each rule is one gradient step, as the golden README derives; checked by central differences.
  @Test func rulesAreGradientStepsOfTheirLosses() {
    let (n, dim) = (6, 3)
    let f = (GoldenFill.floats(kind: "v", name: "f", seed: 1, count: n * dim) ?? [])
      .map { Double($0) }
    let rules = MessagePassing(
      adjacency: MessagePassing.adjacency(points: f, dim: dim, radius: 1.2), n: n)
    func step(_ loss: ([Double]) -> Double, _ size: Double) -> [Double] {
      f.indices.map { i in
        var (up, down) = (f, f)
        up[i] += 1e-5
        down[i] -= 1e-5
        return f[i] - size * (loss(up) - loss(down)) / 2e-5
      }
    }
    let squared = { (f: [Double]) in f.reduce(0) { $0 + $1 * $1 } }
    let align = { rules.alignmentLoss($0, dim: dim) }
    let uniform = { Double(n) * rules.uniformityLoss($0, dim: dim) }
    expectClose(
      rules.updated(f, dim: dim, rule: .alignment, rate: 0.1),
      step({ squared($0) + align($0) }, 0.1), abs: 1e-9)
    expectClose(
      rules.updated(f, dim: dim, rule: .uniformity, rate: 0.1), step(uniform, 0.05), abs: 1e-9)
    expectClose(
      rules.updated(f, dim: dim, rule: .both, rate: 0.1),
      step({ align($0) + uniform($0) }, 0.05), abs: 1e-9)
  }
}
