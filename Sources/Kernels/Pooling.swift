/// The shape of a max-pool on NHWC maps; padding counts as minus infinity.
public struct PoolingShape: Sendable, Hashable {
  /// The number of images.
  public var n: Int
  /// The height of the input map.
  public var h: Int
  /// The width of the input map.
  public var w: Int
  /// The number of channels.
  public var c: Int
  /// The side of the window.
  public var window: Int
  /// The step between windows.
  public var stride: Int
  /// The padding on each side.
  public var padding: Int

  /// Makes a shape; see the properties.
  public init(n: Int, h: Int, w: Int, c: Int, window: Int, stride: Int, padding: Int) {
    self.n = n
    self.h = h
    self.w = w
    self.c = c
    self.window = window
    self.stride = stride
    self.padding = padding
  }

  /// The height of the output map.
  public var oh: Int { (h + 2 * padding - window) / stride + 1 }
  /// The width of the output map.
  public var ow: Int { (w + 2 * padding - window) / stride + 1 }
}

/// Takes each window's maximum and remembers where it was.
///
/// Shape: x [N, H, W, C], y and `argmax` [N, H′, W′, C]; `argmax` is the place in x's image, the
/// first of equal maxima in row-major order, as PyTorch has it. A NaN is the maximum.
public func maxPool(
  _ workers: Workers, _ g: PoolingShape, x: FloatPointer, y: MutableFloatPointer,
  argmax: UnsafeMutablePointer<Int32>
) {
  let oh = g.oh
  let ow = g.ow
  workers.parallel(g.n * oh) { unit, _ in
    let image = unit / oh
    let top = unit % oh &* g.stride &- g.padding
    let source = x + image * g.h * g.w * g.c
    let lanes = SIMD8<Int32>(0, 1, 2, 3, 4, 5, 6, 7)
    let rows = max(0, top)..<max(0, min(g.h, top &+ g.window))
    for ox in 0..<ow {
      let left = ox &* g.stride &- g.padding
      let columns = max(0, left)..<max(0, min(g.w, left &+ g.window))
      let o = (unit &* ow &+ ox) &* g.c
      var c = 0
      while c &+ 8 <= g.c {
        var best = load8(source + ((rows.lowerBound &* g.w &+ columns.lowerBound) &* g.c &+ c))
        var place = SIMD8<Int32>.zero
        for sy in rows {
          for sx in columns {
            let i = (sy &* g.w &+ sx) &* g.c &+ c
            let v = load8(source + i)
            let here = SIMD8<Int32>(repeating: Int32(truncatingIfNeeded: i))
            let isFirst = sy == rows.lowerBound && sx == columns.lowerBound
            place = isFirst ? here : place.replacing(with: here, where: v .> best)
            place.replace(with: here, where: v .!= v)
            best = best.replacing(with: v, where: v .> best)
            best.replace(with: v, where: v .!= v)
          }
        }
        store8(y + (o &+ c), best)
        UnsafeMutableRawPointer(argmax + (o &+ c)).storeBytes(
          of: place &+ lanes, as: SIMD8<Int32>.self)
        c &+= 8
      }
      while c < g.c {
        var best = Float.zero
        var place = -1
        for sy in rows {
          for sx in columns {
            let i = (sy &* g.w &+ sx) &* g.c &+ c
            let v = source[i]
            guard place < 0 || v > best || v != v else { continue }
            best = v
            place = i
          }
        }
        y[o &+ c] = best
        argmax[o &+ c] = Int32(truncatingIfNeeded: place)
        c &+= 1
      }
    }
  }
}

/// Sends each output's gradient to its maximum.
public func maxPoolBackward(
  _ workers: Workers, _ g: PoolingShape, dy: FloatPointer, argmax: UnsafePointer<Int32>,
  accumulate: Bool, dx: MutableFloatPointer
) {
  let inputs = g.h * g.w * g.c
  let outputs = g.oh * g.ow * g.c
  workers.parallel(g.n) { image, _ in
    let d = dx + image * inputs
    if !accumulate { zero(d, inputs) }
    for i in image * outputs..<(image + 1) * outputs { d[Int(argmax[i])] += dy[i] }
  }
}

/// Takes the mean over each image's positions: x [N, positions, C] → y [N, C].
public func globalAveragePool(
  _ workers: Workers, n: Int, positions: Int, c: Int, x: FloatPointer, y: MutableFloatPointer
) {
  let scale = 1 / Float(positions)
  workers.parallel(n) { image, _ in
    let o = y + image * c
    for k in 0..<c { o[k] = 0 }
    for p in 0..<positions {
      let row = x + (image * positions + p) * c
      for k in 0..<c { o[k] += row[k] }
    }
    for k in 0..<c { o[k] *= scale }
  }
}

/// Spreads the gradient of the mean evenly: dy [N, C] → dx [N, positions, C].
public func globalAveragePoolBackward(
  _ workers: Workers, n: Int, positions: Int, c: Int, dy: FloatPointer, accumulate: Bool,
  dx: MutableFloatPointer
) {
  let scale = 1 / Float(positions)
  workers.parallel(n) { image, _ in
    let g = dy + image * c
    for p in 0..<positions {
      let row = dx + (image * positions + p) * c
      if accumulate {
        for k in 0..<c { row[k] += g[k] * scale }
      } else {
        for k in 0..<c { row[k] = g[k] * scale }
      }
    }
  }
}
