import Testing

@testable import Plots

/// Closed forms for the raster: areas, coverages, blending.
struct RasterTests {
  /// The sum of coverage, in pixels, that black on white leaves: 1 − light.
  private func area(_ list: DrawList, size: Int = 64) -> Double {
    canvas(list, size).light.enumerated().reduce(0) { sum, item in
      item.offset % 3 == 0 ? sum + 1 - Double(item.element) : sum
    }
  }

  private func canvas(_ list: DrawList, _ size: Int) -> Canvas {
    let canvas = Canvas(width: size, height: size, background: .white)
    let renderer = Renderer(scale: 1, canvas: canvas)
    for operation in list.operations { renderer.draw(operation) }
    return canvas
  }

  @Test func halfPixelRectangleCoversItsArea() {
    var list = DrawList()
    list.fill(Rect(x: 10.5, y: 20.25, width: 3, height: 0.5), .black)
    let c = canvas(list, 32)
    let expected: [(x: Int, coverage: Float)] = [
      (9, 0), (10, 0.25), (11, 0.5), (12, 0.5), (13, 0.25), (14, 0),
    ]
    for (x, coverage) in expected {
      #expect(abs(1 - c.light[3 * (20 * 32 + x)] - coverage) < 1e-6, "column \(x)")
    }
    #expect(abs(area(list, size: 32) - 1.5) < 1e-5)
  }

  @Test(arguments: [0.4, 1.0, 3.7, 10, 25])
  func circleHasItsArea(radius: Double) {
    var list = DrawList()
    list.fill(Path(center: Point(31.3, 32.8), radius: radius), .black)
    let exact = 3.141592653589793 * radius * radius
    #expect(abs(area(list) / exact - 1) < 1e-4)
  }

  @Test func triangleHasItsAreaWhenCutByTheEdge() {
    var list = DrawList()
    list.fill(
      Path(points: [Point(-10, 10), Point(30, 10), Point(10, 50)], closed: true), .black)
    // Of the area 800, the part left of x = 0 is a triangle of 10 × 20 / 2.
    #expect(abs(area(list) - 700) < 1e-3)
  }

  @Test(arguments: [0.3, 1.0, 2.5, 7])
  func flatLineAlongAnAxisHasLengthTimesWidth(width: Double) {
    var list = DrawList()
    list.line(Point(10.25, 30.4), Point(50.75, 30.4), StrokeStyle(.black, width: width))
    #expect(abs(area(list) / (40.5 * width) - 1) < 1e-4)
  }

  @Test func slantedLineHasTheSameWeight() {
    var list = DrawList()
    // 3-4-5 triangle: length 50, width 2.
    list.line(Point(8, 8), Point(38, 48), StrokeStyle(.black, width: 2))
    #expect(abs(area(list) / 100 - 1) < 0.01)
  }

  @Test func roundCapsAddACircle() {
    var list = DrawList()
    list.line(Point(20, 32), Point(44, 32), StrokeStyle(.black, width: 8, roundCaps: true))
    #expect(abs(area(list) / (24 * 8 + 3.14159 * 16) - 1) < 0.005)
  }

  @Test func overlappingPiecesOfOneStrokeAreNotDrawnTwice() {
    var path = Path(points: [Point(10, 32), Point(50, 32)])
    path.append(Path(points: [Point(10, 32), Point(50, 32)]))
    var list = DrawList()
    list.stroke(path, StrokeStyle(Colour.black.withOpacity(0.5), width: 4))
    let light = canvas(list, 64).light[3 * (32 * 64 + 30)]
    #expect(abs(light - 0.5) < 1e-6)
  }

  @Test func opacityBlendsInSquaredValues() {
    var list = DrawList()
    list.fill(Rect(x: 0, y: 0, width: 64, height: 64), Colour.black.withOpacity(0.75))
    let bytes = canvas(list, 64).bytes()
    // √0.25 = 0.5 of white.
    #expect(bytes.allSatisfy { $0 == 128 })
  }

  @Test func dashesCoverTheirShare() {
    var list = DrawList()
    list.line(Point(2, 32), Point(62, 32), StrokeStyle(.black, width: 2, dash: [6, 4]))
    #expect(abs(area(list) - 36 * 2) < 1e-3)
  }

  @Test func clipKeepsTheOutsideClean() {
    var list = DrawList()
    list.clipped(to: Rect(x: 16, y: 16, width: 8, height: 8)) { inner in
      inner.fill(Rect(x: 0, y: 0, width: 64, height: 64), .black)
    }
    #expect(abs(area(list) - 64) < 1e-6)
  }

  @Test func bitmapsAreNeverInterpolatedByNearest() throws {
    let bitmap = try #require(
      Bitmap(width: 2, height: 1, pixels: [255, 0, 0, 0, 0, 255]))
    var list = DrawList()
    list.bitmap(bitmap, in: Rect(x: 3, y: 5, width: 9, height: 4), scaling: .nearest)
    let bytes = canvas(list, 16).bytes()
    for x in 3..<12 {
      let p = 3 * (6 * 16 + x)
      #expect(Array(bytes[p..<p + 3]) == (x < 7 ? [255, 0, 0] : [0, 0, 255]))
    }
  }

  @Test func areaScalingKeepsTheMean() throws {
    let bitmap = try #require(
      Bitmap(width: 2, height: 2, pixels: [UInt8](repeating: 255, count: 6) + [0, 0, 0, 0, 0, 0]))
    var list = DrawList()
    list.bitmap(bitmap, in: Rect(x: 0, y: 0, width: 1, height: 1), scaling: .area)
    #expect(canvas(list, 2).bytes()[0] == 180)
  }

  @Test(arguments: [
    Point(.nan, 3), Point(.infinity, 0), Point(1e300, -1e300), Point(-1e9, 4),
  ])
  func absurdCoordinatesAreLeftOut(point: Point) {
    var list = DrawList()
    list.line(Point(0, 0), point, StrokeStyle(.black, width: 1, dash: [1, 1]))
    list.fill(Path(points: [Point(0, 0), point, Point(5, 5)], closed: true), .black)
    list.fill(Rect(x: point.x, y: point.y, width: 10, height: 10), .black)
    list.text(TextRun("x", at: point, size: 6))
    list.marker(.diamond, at: point, radius: 3, colour: .black)
    #expect(canvas(list, 16).bytes().allSatisfy { $0 == 255 })
  }
}
