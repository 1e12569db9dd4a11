extension ImageScratch {
  /// Scales every sample by a factor, as torchvision's `adjust_brightness` on a PIL image.
  ///
  /// A blend with black: `trunc(clamp(a·x))` in Float32, a the factor in Float32.
  public func adjustBrightness(_ factor: Double) {
    Self.blend(front.base, toward: 0, factor: Float(factor), count: 3 * stride)
  }

  /// Blends with the mean luma of the image, as `adjust_contrast`.
  public func adjustContrast(_ factor: Double) {
    let mean = lumaMean()
    Self.blend(front.base, toward: mean, factor: Float(factor), count: 3 * stride)
  }

  /// Blends every pixel with its luma, as `adjust_saturation`.
  public func adjustSaturation(_ factor: Double) {
    let red = front.base
    let green = red + stride
    let blue = green + stride
    let a = Float(factor)
    var i = 0
    let end = stride
    while i < end {
      let r = Int32(red[i])
      let g = Int32(green[i])
      let b = Int32(blue[i])
      let luma = Self.luma(r, g, b)
      let base = Float(luma)
      red[i] = Self.truncate(base + a * Float(r &- luma))
      green[i] = Self.truncate(base + a * Float(g &- luma))
      blue[i] = Self.truncate(base + a * Float(b &- luma))
      i &+= 1
    }
  }

  /// Replaces the three channels by the luma, as `rgb_to_grayscale` with three channels.
  public func makeGrayscale() {
    let red = front.base
    let green = red + stride
    let blue = green + stride
    var i = 0
    let end = stride
    while i < end {
      let luma = UInt8(
        truncatingIfNeeded: Self.luma(Int32(red[i]), Int32(green[i]), Int32(blue[i])))
      red[i] = luma
      green[i] = luma
      blue[i] = luma
      i &+= 1
    }
  }

  /// The mean of the 8-bit luma, rounded half up.
  private func lumaMean() -> Int32 {
    let red = front.base
    let green = red + stride
    let blue = green + stride
    let count = count
    var total = 0
    var i = 0
    while i < count {
      // Partial sums stay in 32 bits, where vectors are twice as wide.
      let end = min(count, i &+ 65_536)
      var sum: Int32 = 0
      while i < end {
        sum &+= Self.luma(Int32(red[i]), Int32(green[i]), Int32(blue[i]))
        i &+= 1
      }
      total &+= Int(sum)
    }
    return Int32(Double(total) / Double(count) + 0.5)
  }

  /// Pillow's 8-bit luma (ITU-R 601-2 in 16-bit fixed point).
  @inline(__always)
  static func luma(_ r: Int32, _ g: Int32, _ b: Int32) -> Int32 {
    (19_595 &* r &+ 38_470 &* g &+ 7_471 &* b &+ 32_768) &>> 16
  }

  /// Clamps to 0…255 and drops the fraction, without the checks that keep a loop scalar.
  @inline(__always)
  static func truncate(_ value: Float) -> UInt8 {
    let clamped = value <= 0 ? 0 : (value >= 255 ? 255 : value)
    return UInt8(truncatingIfNeeded: (clamped.rounded(.towardZero) + 0x1p23).bitPattern)
  }

  private static func blend(
    _ samples: UnsafeMutablePointer<UInt8>, toward base: Int32, factor: Float, count: Int
  ) {
    let start = Float(base)
    var i = 0
    while i < count {
      samples[i] = truncate(start + factor * Float(Int32(samples[i]) &- base))
      i &+= 1
    }
  }
}
