/// The pixels of a figure while it is drawn.
///
/// Colours are held as squares of their sRGB values: blending there is close to blending light, so
/// thin lines and small text keep their weight, and needs only multiplication and square root.
final class Canvas {
  let width: Int
  let height: Int
  /// Red, green, blue of every pixel, each 0…1, squared.
  var light: [Float]
  /// Coverage of the shape being drawn, all zero between shapes; two spare columns at the right.
  var coverage: [Float]
  let stride: Int
  /// The columns touched in every row, first and past-the-last.
  var touched: [SIMD2<Int32>]
  var touchedRows = Int.max..<Int.max
  /// What may be drawn to, in whole pixels.
  var clip: PixelRect
  private var clips: [PixelRect] = []

  struct PixelRect: Equatable {
    var x0: Int
    var y0: Int
    var x1: Int
    var y1: Int
    var isEmpty: Bool { x0 >= x1 || y0 >= y1 }
  }

  init(width: Int, height: Int, background: Colour) {
    self.width = width
    self.height = height
    stride = width + 2
    coverage = [Float](repeating: 0, count: stride * height)
    touched = [SIMD2<Int32>](repeating: SIMD2(Int32.max, 0), count: height)
    let rgb = Canvas.squares(background)
    light = [Float](repeating: 0, count: 3 * width * height)
    clip = PixelRect(x0: 0, y0: 0, x1: width, y1: height)
    for i in 0..<width * height {
      for c in 0..<3 { light[3 * i + c] = rgb[c] }
    }
  }

  static func squares(_ colour: Colour) -> SIMD3<Float> {
    let v = SIMD3<Float>(Float(colour.red), Float(colour.green), Float(colour.blue)) / 255
    return v * v
  }

  func pushClip(_ rect: PixelRect) {
    clips.append(clip)
    clip = PixelRect(
      x0: max(clip.x0, rect.x0), y0: max(clip.y0, rect.y0), x1: min(clip.x1, rect.x1),
      y1: min(clip.y1, rect.y1))
  }

  func popClip() {
    if let last = clips.popLast() { clip = last }
  }

  /// Notes that columns x0..<x1 of a row hold coverage.
  @inline(__always)
  func touch(row: Int, _ x0: Int, _ x1: Int) {
    let t = touched[row]
    touched[row] = SIMD2(
      min(t.x, Int32(truncatingIfNeeded: x0)), max(t.y, Int32(truncatingIfNeeded: x1)))
    if touchedRows.isEmpty {
      touchedRows = row..<row + 1
    } else if row < touchedRows.lowerBound {
      touchedRows = row..<touchedRows.upperBound
    } else if row >= touchedRows.upperBound {
      touchedRows = touchedRows.lowerBound..<row + 1
    }
  }

  /// Blends a paint into the picture through the coverage, and clears the coverage.
  ///
  /// - Parameters:
  ///   - paint: What the shape is filled with.
  ///   - accumulated: Whether the coverage holds signed area differences along each row (fills)
  ///     or coverage itself (strokes).
  ///   - scale: Pixels per point, for hatching.
  func composite(_ paint: Paint, accumulated: Bool, scale: Double) {
    defer { touchedRows = Int.max..<Int.max }
    let colour: Colour
    var hatch: (period: Float, half: Float)?
    switch paint {
    case .solid(let c): colour = c
    case .hatch(let c, let spacing, let lineWidth):
      colour = c
      // Along x the lines are √2 further apart than across.
      hatch = (Float(max(spacing * scale, 2) * 1.4142135623730951), Float(lineWidth * scale / 2))
    }
    let source = Canvas.squares(colour)
    let opacity = Float(min(max(colour.opacity, 0), 1))
    let (limits, stride, width) = (clip, stride, width)
    for y in touchedRows {
      let span = touched[y]
      touched[y] = SIMD2(Int32.max, 0)
      guard span.x < span.y else { continue }
      coverage.withUnsafeMutableBufferPointer { cover in
        light.withUnsafeMutableBufferPointer { light in
          var sum: Float = 0
          for x in Int(span.x)..<min(Int(span.y), stride) {
            let i = y &* stride &+ x
            var a = cover[i]
            cover[i] = 0
            if accumulated {
              sum += a
              a = min(abs(sum), 1)
            }
            guard a > 0, x >= limits.x0, x < limits.x1, y >= limits.y0, y < limits.y1 else {
              continue
            }
            if let hatch { a *= Canvas.hatchCoverage(x: x, y: y, hatch.period, hatch.half) }
            a *= opacity
            let p = 3 &* (y &* width &+ x)
            light[p] += (source.x - light[p]) * a
            light[p &+ 1] += (source.y - light[p &+ 1]) * a
            light[p &+ 2] += (source.z - light[p &+ 2]) * a
          }
        }
      }
    }
  }

  @inline(__always)
  private static func hatchCoverage(x: Int, y: Int, _ period: Float, _ half: Float) -> Float {
    let u = (Float(x) + Float(y) + 1) / period
    let d = abs(u - u.rounded()) * period * 0.70710678
    return max(0, min(d + 0.5, half) - max(d - 0.5, -half))
  }

  /// The picture as 8-bit sRGB, interleaved.
  func bytes() -> [UInt8] {
    light.map { UInt8(min(max($0, 0), 1).squareRoot() * 255 + 0.5) }
  }
}
