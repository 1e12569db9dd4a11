import Foundation
import Testing

@testable import Kernels

/// exp, log and Box–Muller against the system's Float64 over all of Float32.
@Suite struct ElementaryFunctionTests {
  /// Every 1021st bit pattern: all exponents, subnormals and NaN included, 4 million numbers.
  private func everyScale(_ body: (SIMD8<Float>) -> Void) {
    var pattern: UInt64 = 0
    while pattern <= UInt64(UInt32.max) {
      var x = SIMD8<Float>()
      for lane in 0..<8 {
        x[lane] = Float(bitPattern: UInt32(truncatingIfNeeded: pattern))
        pattern += 1021
      }
      body(x)
    }
  }

  /// The distance of a value from the true one, in units of the last place of a Float32.
  private func ulps(_ value: Float, _ exact: Double) -> Double {
    if exact.isNaN { return value.isNaN ? 0 : .infinity }
    let rounded = Float(exact)
    if value == rounded { return 0 }
    guard value.isFinite, rounded.isFinite else {
      // Between the largest number and the place from which it rounds to infinity.
      return abs(exact) > 3.4028234e38 && value.isInfinite ? 1 : .infinity
    }
    return abs(Double(value) - exact) / Double(max(rounded.ulp, Float.leastNonzeroMagnitude))
  }

  @Test func exponentialIsWithinTwoUnitsEverywhere() {
    var worst = (ulps: 0.0, x: Float(0))
    everyScale { x in
      let y = exp8(x)
      for lane in 0..<8 {
        let error = ulps(y[lane], Foundation.exp(Double(x[lane])))
        if !(error <= worst.ulps) { worst = (error, x[lane]) }
      }
    }
    print("exp: largest error \(worst.ulps) units in the last place, at \(worst.x)")
    #expect(worst.ulps < 2)
  }

  /// Where results become subnormal and then 0, in small steps.
  @Test func exponentialUnderflowsGradually() {
    var worst = 0.0
    for i in 0..<100_000 {
      let x = -87 - 18 * Float(i) / 100_000
      worst = max(worst, ulps(exp8(SIMD8(repeating: x))[0], Foundation.exp(Double(x))))
    }
    #expect(worst < 2, "\(worst)")
    #expect(exp8(SIMD8(repeating: -104))[0] == 0)
  }

  @Test func logarithmIsWithinTwoUnitsEverywhere() {
    var worst = (ulps: 0.0, x: Float(0))
    everyScale { x in
      let y = SIMD8<Float>(Exact.log8(D8(x)))
      for lane in 0..<8 {
        let error = ulps(y[lane], Foundation.log(Double(x[lane])))
        if !(error <= worst.ulps) { worst = (error, x[lane]) }
      }
    }
    print("log: largest error \(worst.ulps) units in the last place, at \(worst.x)")
    #expect(worst.ulps < 2)
  }

  @Test func lanesHaveTheBitsOfSingleNumbers() {
    everyScale { x in
      let wide = D8(x)
      let y = Exact.log8(wide)
      for lane in 0..<8 {
        let single = Exact.log(wide[lane])
        if single.isNaN ? !y[lane].isNaN : y[lane].bitPattern != single.bitPattern {
          Issue.record("log \(x[lane]): \(y[lane]), singly \(single)")
        }
      }
    }
    for i in 0..<100_000 {
      let t = Double(i) / 100_000
      let y = Exact.cosTurn8(D8(repeating: t))[i % 8]
      if y.bitPattern != Exact.cosTurn(t).bitPattern { Issue.record("cos of \(t) turns: \(y)") }
    }
  }

  @Test func boxMullerIsWithinTwoUnits() {
    var worst = 0.0
    let edges: [UInt32] = [
      0, 255, 256, 1 << 30, (1 << 30) + 256, 1 << 31, 3 << 30, .max - 256, .max,
    ]
    let words = edges + (0..<400).map { UInt32(truncatingIfNeeded: $0 &* 2_654_435_761) }
    for x in words {
      for y in words {
        let value = Exact.normal8(SIMD8(repeating: x), SIMD8(repeating: y))[3]
        let u1 = (Double(x >> 8) + 0.5) / 16_777_216
        let turns = Double(y >> 8) / 16_777_216
        let exact = (-2 * Foundation.log(u1)).squareRoot() * Foundation.cos(2 * .pi * turns)
        // At a quarter turn the cosine is 0, which Float64's own 2π misses by 6e-17.
        if abs(exact) > 1e-12 { worst = max(worst, ulps(value, exact)) }
      }
    }
    print("Box-Muller: largest error \(worst) units in the last place")
    #expect(worst < 2)
  }
}
