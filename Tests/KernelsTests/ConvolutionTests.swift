import Testing

@testable import Kernels

/// A convolution in Float64 by its definition, and its two gradients.
private struct NaiveConvolution {
  let g: ConvolutionShape
  let x: [Float]
  let w: [Float]
  let dy: [Float]

  /// Calls `body(output place, weight place, input place)` for every product of the definition.
  private func products(_ body: (_ y: Int, _ w: Int, _ x: Int, _ k: Int, _ c: Int) -> Void) {
    for n in 0..<g.n {
      for oy in 0..<g.oh {
        for ox in 0..<g.ow {
          for r in 0..<g.r {
            for s in 0..<g.s {
              let iy = oy * g.stride + r - g.padding
              let ix = ox * g.stride + s - g.padding
              guard iy >= 0, iy < g.h, ix >= 0, ix < g.w else { continue }
              let y = ((n * g.oh + oy) * g.ow + ox) * g.k
              let x = ((n * g.h + iy) * g.w + ix) * g.c
              body(y, r * g.s + s, x, g.k, g.c)
            }
          }
        }
      }
    }
  }

  func forward() -> [Double] {
    var y = [Double](repeating: 0, count: g.n * g.oh * g.ow * g.k)
    products { o, t, i, kCount, cCount in
      for k in 0..<kCount {
        var sum = 0.0
        for c in 0..<cCount {
          sum += Double(x[i + c]) * Double(w[(k * cCount + c) * g.r * g.s + t])
        }
        y[o + k] += sum
      }
    }
    return y
  }

  func backwardData() -> [Double] {
    var dx = [Double](repeating: 0, count: x.count)
    products { o, t, i, kCount, cCount in
      for c in 0..<cCount {
        var sum = 0.0
        for k in 0..<kCount {
          sum += Double(dy[o + k]) * Double(w[(k * cCount + c) * g.r * g.s + t])
        }
        dx[i + c] += sum
      }
    }
    return dx
  }

  func backwardWeights() -> [Double] {
    var dw = [Double](repeating: 0, count: w.count)
    products { o, t, i, kCount, cCount in
      for k in 0..<kCount {
        for c in 0..<cCount {
          dw[(k * cCount + c) * g.r * g.s + t] += Double(dy[o + k]) * Double(x[i + c])
        }
      }
    }
    return dw
  }
}

struct ConvolutionCase: Sendable, CustomTestStringConvertible {
  let shape: ConvolutionShape
  let choice: ConvolutionChoice

  init(
    _ choice: ConvolutionChoice, n: Int, side: Int, width: Int? = nil, c: Int, k: Int,
    kernel: Int = 3, stride: Int = 1, padding: Int = 1
  ) {
    self.choice = choice
    shape = ConvolutionShape(
      n: n, h: side, w: width ?? side, c: c, k: k, r: kernel, s: kernel, stride: stride,
      padding: padding)
  }

  var testDescription: String {
    let s = shape
    return "\(choice) \(s.n)×\(s.h)×\(s.w)×\(s.c) → \(s.k), \(s.r)×\(s.s)/\(s.stride) p\(s.padding)"
  }

  /// The bound on the largest error relative to the result's root mean square.
  var bound: Double { choice == .direct ? 2e-5 : 1e-4 }
}

@Suite struct ConvolutionTests {
  private static let shapes: [@Sendable (ConvolutionChoice) -> ConvolutionCase] = [
    { ConvolutionCase($0, n: 2, side: 8, c: 16, k: 16) },
    { ConvolutionCase($0, n: 1, side: 1, c: 16, k: 24) },
    { ConvolutionCase($0, n: 5, side: 2, c: 8, k: 16) },
    { ConvolutionCase($0, n: 3, side: 5, c: 20, k: 33) },
    { ConvolutionCase($0, n: 17, side: 5, c: 64, k: 48) },
    { ConvolutionCase($0, n: 6, side: 9, c: 24, k: 40) },
    { ConvolutionCase($0, n: 5, side: 17, c: 16, k: 8) },
    { ConvolutionCase($0, n: 4, side: 34, c: 16, k: 16) },
    { ConvolutionCase($0, n: 2, side: 32, c: 64, k: 64) },
    { ConvolutionCase($0, n: 3, side: 7, width: 11, c: 9, k: 10) },
    { ConvolutionCase($0, n: 2, side: 6, c: 3, k: 5) },
    { ConvolutionCase($0, n: 2, side: 13, c: 1, k: 2) },
    { ConvolutionCase($0, n: 3, side: 16, c: 7, k: 15) },
    { ConvolutionCase($0, n: 3, side: 16, c: 6, k: 13, stride: 2) },
    { ConvolutionCase($0, n: 3, side: 6, c: 17, k: 16, padding: 0) },
    { ConvolutionCase($0, n: 3, side: 6, c: 16, k: 18, padding: 2) },
    { ConvolutionCase($0, n: 2, side: 4, c: 512, k: 256) },
    { ConvolutionCase($0, n: 3, side: 8, c: 128, k: 272) },
    { ConvolutionCase($0, n: 2, side: 9, c: 3, k: 16, kernel: 3, padding: 2) },
    { ConvolutionCase($0, n: 3, side: 8, c: 16, k: 24, stride: 2) },
    { ConvolutionCase($0, n: 2, side: 17, c: 20, k: 33, stride: 2) },
    { ConvolutionCase($0, n: 2, side: 9, c: 24, k: 16, kernel: 1, stride: 2, padding: 0) },
    { ConvolutionCase($0, n: 2, side: 9, c: 24, k: 40, kernel: 1, padding: 0) },
    { ConvolutionCase($0, n: 1, side: 15, c: 3, k: 16, kernel: 7, stride: 2, padding: 3) },
    { ConvolutionCase($0, n: 2, side: 5, c: 6, k: 7, kernel: 5, padding: 2) },
  ]

  static let cases = shapes.flatMap { make in ConvolutionChoice.allCases.map { make($0) } }

  @Test(arguments: cases)
  func everyPassIsTheDefinition(_ c: ConvolutionCase) {
    let g = c.shape
    let x = noise(g.n * g.h * g.w * g.c, seed: 1)
    let w = noise(g.k * g.c * g.r * g.s, seed: 2)
    let dy = noise(g.n * g.oh * g.ow * g.k, seed: 3)
    let bias = noise(g.k, seed: 4)
    let naive = NaiveConvolution(g: g, x: x, w: w, dy: dy)
    let convolution = Convolution(g, c.choice)
    let workers = Workers(threads: 2)
    var workspace = [Float](repeating: .nan, count: convolution.workspaceCount)

    var y = [Float](repeating: .nan, count: dy.count)
    convolution.forward(
      workers, x: x, weights: w, bias: bias, workspace: &workspace, y: &y)
    let exact = naive.forward().enumerated().map { $1 + Double(bias[$0 % g.k]) }
    check(y, exact, c, "forward")

    let start = noise(x.count, seed: 5)
    let data = naive.backwardData()
    for accumulate in [false, true] {
      var dx = accumulate ? start : [Float](repeating: .nan, count: x.count)
      convolution.backwardData(
        workers, dy: dy, weights: w, accumulate: accumulate, workspace: &workspace, dx: &dx)
      check(
        dx, accumulate ? zip(data, start).map { $0 + Double($1) } : data, c, "gradient of input")
    }

    let begin = noise(w.count, seed: 6)
    let weights = naive.backwardWeights()
    for accumulate in [false, true] {
      var dw = accumulate ? begin : [Float](repeating: .nan, count: w.count)
      convolution.backwardWeights(
        workers, x: x, dy: dy, accumulate: accumulate, workspace: &workspace, dw: &dw)
      check(
        dw, accumulate ? zip(weights, begin).map { $0 + Double($1) } : weights, c,
        "gradient of weights")
    }
  }

  /// Compares every element, relative to the exact result's root mean square, and prints the worst.
  private func check(
    _ got: [Float], _ exact: [Double], _ c: ConvolutionCase, _ pass: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let rms = (exact.reduce(0) { $0 + $1 * $1 } / Double(exact.count)).squareRoot()
    var worst = 0.0
    for i in exact.indices {
      let error = abs(Double(got[i]) - exact[i])
      worst = error.isNaN ? .infinity : max(worst, error)
    }
    print("largest error / rms  \(worst / rms)  \(c.testDescription)  \(pass)")
    #expect(
      worst <= c.bound * rms, "\(pass): \(worst / rms) of rms", sourceLocation: sourceLocation)
  }

  @Test(arguments: ConvolutionChoice.allCases)
  func threadCountDoesNotChangeABit(_ choice: ConvolutionChoice) {
    for shape in Self.shapes {
      let g = shape(choice).shape
      let x = noise(g.n * g.h * g.w * g.c, seed: 1)
      let w = noise(g.k * g.c * g.r * g.s, seed: 2)
      let dy = noise(g.n * g.oh * g.ow * g.k, seed: 3)
      let convolution = Convolution(g, choice)
      let results = [1, 2, 7].map { threads in
        let workers = Workers(threads: threads)
        var workspace = [Float](repeating: 0, count: convolution.workspaceCount)
        var y = [Float](repeating: 0, count: dy.count)
        var dx = [Float](repeating: 0, count: x.count)
        var dw = [Float](repeating: 0, count: w.count)
        convolution.forward(workers, x: x, weights: w, bias: nil, workspace: &workspace, y: &y)
        convolution.backwardData(
          workers, dy: dy, weights: w, accumulate: false, workspace: &workspace, dx: &dx)
        convolution.backwardWeights(
          workers, x: x, dy: dy, accumulate: false, workspace: &workspace, dw: &dw)
        return (y + dx + dw).map(\.bitPattern)
      }
      #expect(results[0] == results[1])
      #expect(results[0] == results[2])
    }
  }
}
