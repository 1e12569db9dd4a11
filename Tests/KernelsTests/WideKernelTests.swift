import Testing
import WinogradFormulas

@testable import Kernels

#if arch(x86_64)
  import KernelsAVX512

  /// Sixteen-lane kernels against the eight-lane ones and the formulas they share: every bit.
  @Suite(.enabled(if: usesWideTiles, "this processor has no AVX-512, or it is switched off"))
  struct WideKernelTests {
    @Test(arguments: 1...40, [1, 2, 3, 5])
    func productsHaveTheBitsOfEightLanes(m: Int, panels: Int) {
      for depth in [1, 7, 64] {
        for (rs, cs) in [(depth, 1), (1, m)] {
          for accumulate in [false, true] {
            let a = noise(m * depth, seed: 1)
            let b = noise(panels * depth * 16, seed: 2)
            let start = noise(panels * (m * 16 + 16), seed: 3)
            var wide = start
            var narrow = start
            multiplyWidePanels(
              m: m, panels: panels, depth: depth, a: a, rs: rs, cs: cs, b: b, stepB: depth * 16,
              ldb: 16, c: &wide, stepC: m * 16 + 16, ldc: 16, accumulate: accumulate)
            narrow.withUnsafeMutableBufferPointer { c in
              b.withUnsafeBufferPointer { b in
                for p in 0..<panels {
                  multiplyRows(
                    m: m, width: 16, kc: depth, a: a, rs: rs, cs: cs,
                    b: b.baseAddress! + p * depth * 16, ldb: 16,
                    c: c.baseAddress! + p * (m * 16 + 16), ldc: 16, accumulate: accumulate)
                }
              }
            }
            #expect(wide.map(\.bitPattern) == narrow.map(\.bitPattern))
          }
        }
      }
    }

    @Test(arguments: [
      PointTransform.input, .gradient, .halving, .halvingGradient, .doubling,
    ])
    func pointsHaveTheBitsOfTheFormulas(_ transform: PointTransform) {
      let tiles = 3
      let columns = transform.step * (tiles - 1) + transform.reads
      let channels = 19
      let map = noise(transform.reads * columns * channels, seed: 4)
      let points = transform.points
      var scratch = [Float](repeating: 0, count: points * columns * 16)
      let plane = tiles * 16 + 16
      var got = [Float](repeating: 0, count: points * points * plane)
      map.withUnsafeBufferPointer { map in
        let at = { (i: Int) in
          map.baseAddress! + min(i, transform.reads - 1) * columns * channels + 2
        }
        wideColumns(
          transform, (at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7), at(8)),
          count: columns, step: channels, to: &scratch, pointStep: columns * 16)
      }
      wideTiles(
        transform, scratch, rowStep: columns * 16, tiles: tiles, to: &got, tileStep: 16,
        plane: plane)

      for lane in 0..<16 {
        for tile in 0..<tiles {
          // down[p][x]: point p of column x.
          var down = [[Float]](
            repeating: [Float](repeating: 0, count: transform.reads), count: points)
          for x in 0..<transform.reads {
            let column = tile * transform.step + x
            transform.points(
              { SIMD2(repeating: map[($0 * columns + column) * channels + 2 + lane]) },
              { down[$0][x] = $1[0] })
          }
          for p in 0..<points {
            transform.points({ SIMD2(repeating: down[p][$0]) }) { q, v in
              #expect(got[(p * points + q) * plane + tile * 16 + lane] == v[0])
            }
          }
        }
      }
    }

    @Test(arguments: [TileKind.unit, .halving, .doubling], [false, true])
    func valuesHaveTheBitsOfTheFormulas(_ kind: TileKind, accumulate: Bool) {
      let axis = kind.axisPoints
      let plane = 32
      let points = noise(kind.points * plane, seed: 5)
      let channels = 21
      let start = noise(kind.side * kind.side * channels, seed: 6)
      var got = start
      var scratch = [Float](repeating: 0, count: kind.side * axis * 16)
      wideValues(
        kind, points, plane: plane, &scratch, to: &got, rowStep: kind.side * channels,
        columnStep: channels, accumulate: accumulate)

      var want = start
      for lane in 0..<16 {
        var down = [[Float]](repeating: [Float](repeating: 0, count: axis), count: kind.side)
        for j in 0..<axis {
          kind.values(
            { SIMD2(repeating: points[($0 * axis + j) * plane + lane]) }, { down[$0][j] = $1[0] })
        }
        for i in 0..<kind.side {
          kind.values({ SIMD2(repeating: down[i][$0]) }) { j, v in
            let at = (i * kind.side + j) * channels + lane
            want[at] = accumulate ? want[at] + v[0] : v[0]
          }
        }
      }
      #expect(got == want)
    }
  }
#endif

@Suite struct TransposeTests {
  @Test func exchangesRowsAndLanes() {
    let row = { (i: Int) in F8((0..<8).map { Float(i * 8 + $0) }) }
    let t = transposed((row(0), row(1), row(2), row(3), row(4), row(5), row(6), row(7)))
    for (lane, v) in [t.0, t.1, t.2, t.3, t.4, t.5, t.6, t.7].enumerated() {
      #expect(v == F8((0..<8).map { Float($0 * 8 + lane) }))
    }
  }
}
