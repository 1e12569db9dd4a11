import Foundation
import Testing

@testable import Plots

struct ColourTests {
  /// CIE Lab of an sRGB colour (D65).
  private func lab(_ c: Colour) -> SIMD3<Double> {
    let rgb = [c.red, c.green, c.blue].map { v -> Double in
      let u = Double(v) / 255
      return u <= 0.04045 ? u / 12.92 : pow((u + 0.055) / 1.055, 2.4)
    }
    return lab(linear: rgb)
  }

  private func lab(linear rgb: [Double]) -> SIMD3<Double> {
    let x = (0.4124 * rgb[0] + 0.3576 * rgb[1] + 0.1805 * rgb[2]) / 0.95047
    let y = 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]
    let z = (0.0193 * rgb[0] + 0.1192 * rgb[1] + 0.9505 * rgb[2]) / 1.08883
    func f(_ t: Double) -> Double { t > 0.008856 ? cbrt(t) : 7.787 * t + 16 / 116 }
    return SIMD3(116 * f(y) - 16, 500 * (f(x) - f(y)), 200 * (f(y) - f(z)))
  }

  /// A colour as a reader without M cones sees it.
  ///
  /// Source: Machado, Oliveira and Fernandes, 2009, deuteranopia at severity 1.0.
  private func deuteranopia(_ c: Colour) -> SIMD3<Double> {
    let rgb = [c.red, c.green, c.blue].map { v -> Double in
      let u = Double(v) / 255
      return u <= 0.04045 ? u / 12.92 : pow((u + 0.055) / 1.055, 2.4)
    }
    let m = [
      [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
      [-0.011820, 0.042940, 0.968881],
    ]
    return lab(
      linear: m.map { row in min(max(zip(row, rgb).reduce(0) { $0 + $1.0 * $1.1 }, 0), 1) })
  }

  private func distance(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double {
    let d = a - b
    return (d * d).sum().squareRoot()
  }

  @Test func classColoursStayApartForDeuteranopes() {
    let palette = ClassPalette(labels: (0..<17).map { $0 })
    let styles = (0..<17).map { palette.style(of: $0) }
    for i in styles.indices {
      for j in 0..<i where styles[i].marker == styles[j].marker {
        let seen = distance(deuteranopia(styles[i].colour), deuteranopia(styles[j].colour))
        #expect(seen > 10, "classes \(j) and \(i)")
      }
    }
  }

  @Test func edgeColoursStayApartForDeuteranopes() {
    let kinds: [SimilarityGraphFigure.Kind] = [.same, .cross, .positive]
    for (i, a) in kinds.enumerated() {
      for b in kinds[..<i] {
        #expect(distance(deuteranopia(a.colour), deuteranopia(b.colour)) > 20)
      }
      #expect(distance(deuteranopia(a.colour), deuteranopia(.white)) > 30)
    }
  }

  /// Entries of matplotlib's tables at 0, 64, 128, 192, 255, times 255.
  @Test(arguments: [
    (ColourMap.viridis, [0x440154, 0x3B528B, 0x21918C, 0x5EC962, 0xFDE725]),
    (ColourMap.cividis, [0x00204D, 0x414D6B, 0x7C7B78, 0xBCAF6F, 0xFFEA46]),
  ])
  func sequentialMapsAreThePublishedOnes(map: ColourMap, expected: [Int]) {
    for (i, hex) in zip([0.0, 64, 128, 192, 255], expected) {
      let c = map.colour(at: i / 255)
      let e = Colour(hex: UInt32(hex))
      for (a, b) in [(c.red, e.red), (c.green, e.green), (c.blue, e.blue)] {
        #expect(abs(Int(a) - Int(b)) <= 2, "\(map) at \(i)")
      }
    }
  }

  /// Moreland's own table: ends (59, 76, 192) and (180, 4, 38), middle (221, 221, 221), and his
  /// published values at a quarter and three quarters.
  @Test func divergingMapIsMorelands() {
    let expected: [(Double, UInt32)] = [
      (0, 0x3B4CC0), (0.25, 0x8DB0FE), (0.5, 0xDDDDDD), (0.75, 0xF49A7B), (1, 0xB40426),
    ]
    for (t, hex) in expected { #expect(ColourMap.coolwarm.colour(at: t) == Colour(hex: hex)) }
  }

  @Test func sequentialMapsGrowLighter() {
    for map in [ColourMap.viridis, .cividis] {
      let lightness = (0...50).map { lab(map.colour(at: Double($0) / 50)).x }
      #expect(zip(lightness, lightness.dropFirst()).allSatisfy { $0 < $1 + 0.3 })
    }
  }

  @Test func mapsClampAndMarkMissing() {
    #expect(ColourMap.viridis.colour(at: -3) == ColourMap.viridis.colour(at: 0))
    #expect(ColourMap.viridis.colour(at: .infinity) == ColourMap.viridis.colour(at: 1))
    #expect(ColourMap.viridis.colour(at: .nan) == .lightGrey)
  }

  @Test func paletteKeepsAClassColourWhateverIsSampled() {
    let all = ClassPalette(labels: (0..<10).map { $0 })
    let some = ClassPalette(labels: [3, 7, nil])
    #expect(all.style(of: 3) == some.style(of: 3))
    #expect(some.style(of: nil) == ClassPalette.unlabelled)
  }

  @Test func negativeValuesAreNeverShownOnAOneSidedScale() {
    let colours = MatrixColours([-0.2, 0.9], log: true, range: nil, sequential: .viridis)
    #expect(colours.map == .coolwarm)
    #expect(colours.low == -0.9 && colours.high == 0.9)
    #expect(!colours.isLog)
    #expect(colours.colour(0) == Colour(hex: 0xDDDDDD) || colours.colour(0) != nil)
  }
}
