extension Canvas {
  /// Paints a bitmap into a rectangle of whole pixels, opaque.
  func paint(_ bitmap: Bitmap, in rect: PixelRect, scaling: BitmapScaling) {
    let w = rect.x1 - rect.x0
    let h = rect.y1 - rect.y0
    guard w > 0, h > 0 else { return }
    let rows = max(rect.y0, clip.y0)..<max(min(rect.y1, clip.y1), max(rect.y0, clip.y0))
    let columns = max(rect.x0, clip.x0)..<max(min(rect.x1, clip.x1), max(rect.x0, clip.x0))
    let squares = (0..<256).map { Float($0) / 255 * (Float($0) / 255) }
    for y in rows {
      let (y0, y1) = Canvas.span(y - rect.y0, of: h, onto: bitmap.height)
      for x in columns {
        let p = 3 * (y * width + x)
        switch scaling {
        case .nearest:
          let sx = ((2 * (x - rect.x0) + 1) * bitmap.width) / (2 * w)
          let sy = ((2 * (y - rect.y0) + 1) * bitmap.height) / (2 * h)
          let s = 3 * (sy * bitmap.width + sx)
          for c in 0..<3 { light[p + c] = squares[Int(bitmap.pixels[s + c])] }
        case .area:
          let (x0, x1) = Canvas.span(x - rect.x0, of: w, onto: bitmap.width)
          let mean = Canvas.mean(bitmap, squares, x0, x1, y0, y1)
          for c in 0..<3 { light[p + c] = mean[c] }
        }
      }
    }
  }

  /// Returns the range of source coordinates that target pixel `i` of `count` covers.
  private static func span(_ i: Int, of count: Int, onto source: Int) -> (Double, Double) {
    let scale = Double(source) / Double(count)
    return (Double(i) * scale, min(Double(i + 1) * scale, Double(source)))
  }

  private static func mean(
    _ bitmap: Bitmap, _ squares: [Float], _ x0: Double, _ x1: Double, _ y0: Double, _ y1: Double
  ) -> SIMD3<Float> {
    var sum = SIMD3<Float>()
    var weight: Float = 0
    for sy in Int(y0)..<min(Int(y1.rounded(.up)), bitmap.height) {
      let wy = min(y1, Double(sy + 1)) - max(y0, Double(sy))
      guard wy > 1e-9 else { continue }
      for sx in Int(x0)..<min(Int(x1.rounded(.up)), bitmap.width) {
        let wx = min(x1, Double(sx + 1)) - max(x0, Double(sx))
        guard wx > 1e-9 else { continue }
        let s = 3 * (sy * bitmap.width + sx)
        let a = Float(wx * wy)
        sum.x += a * squares[Int(bitmap.pixels[s])]
        sum.y += a * squares[Int(bitmap.pixels[s + 1])]
        sum.z += a * squares[Int(bitmap.pixels[s + 2])]
        weight += a
      }
    }
    return weight > 0 ? sum / weight : sum
  }
}
