extension ImageScratch {
  /// Blurs as Pillow's `GaussianBlur`: three extended box passes along x, then three along y.
  ///
  /// `sigma` is the standard deviation in pixels. Each pass rounds to 8 bits.
  /// Source: Gwosdek et al., "Theoretical foundations of Gaussian convolution by extended box
  /// filtering", SSVM 2011; Pillow's libImaging/BoxBlur.c.
  public func gaussianBlur(sigma: Double) {
    let box = ExtendedBox(sigma: Float(sigma), longest: max(width, height))
    guard box.isActive else { return }
    let other = reserveBack()
    for c in 0..<3 {
      let plane = front.base + c * stride
      blurRows(plane, box: box)
      let spare = other + c * stride
      blurColumns(plane, into: spare, box: box)
      blurColumns(spare, into: plane, box: box)
      blurColumns(plane, into: spare, box: box)
    }
    swapBuffers()
  }

  /// Three passes along each row of a plane, in place.
  private func blurRows(_ plane: UnsafeMutablePointer<UInt8>, box: ExtendedBox) {
    let width = width
    let margin = box.radius + 1
    // Two lines with margins on both sides, so that a loop needs no clamped index.
    let lineSize = (width + 2 * margin + 63) & ~63
    var from = block.reserve(2 * lineSize + Self.slack)
    var to = from + lineSize
    for y in 0..<height {
      let row = plane + y &* width
      (from + margin).update(from: row, count: width)
      for pass in 0..<3 {
        let first = from[margin]
        let last = from[margin &+ width &- 1]
        from.update(repeating: first, count: margin)
        (from + (margin + width)).update(repeating: last, count: margin)
        let out = pass == 2 ? row : to + margin
        if box.radius < 3 {
          Self.boxShort(from, into: out, count: width, step: 1, box: box)
        } else {
          Self.boxRunning(from, into: out, count: width, box: box)
        }
        swap(&from, &to)
      }
    }
  }

  /// One pass along the columns of a plane.
  private func blurColumns(
    _ plane: UnsafePointer<UInt8>, into out: UnsafeMutablePointer<UInt8>, box: ExtendedBox
  ) {
    let radius = box.radius
    let width = width
    let last = height - 1
    let totals = sums.reserve(width + Self.slack)
    // The sum for row −1, of rows −1−radius…−1+radius with edges repeated.
    for x in 0..<width { totals[x] = UInt32(plane[x]) &* UInt32(radius + 1) }
    for y in 0..<radius {
      let row = plane + min(y, last) &* width
      for x in 0..<width { totals[x] &+= UInt32(row[x]) }
    }
    let inner = box.innerWeight
    let outer = box.outerWeight
    for y in 0...last {
      let entering = plane + min(y &+ radius, last) &* width
      let leaving = plane + max(y &- radius &- 1, 0) &* width
      let next = plane + min(y &+ radius &+ 1, last) &* width
      let target = out + y &* width
      var x = 0
      while x < width {
        let total = totals[x] &+ UInt32(entering[x]) &- UInt32(leaving[x])
        totals[x] = total
        let edges = UInt32(leaving[x]) &+ UInt32(next[x])
        target[x] = UInt8(
          truncatingIfNeeded: (total &* inner &+ edges &* outer &+ (1 << 23)) &>> 24)
        x &+= 1
      }
    }
  }

  /// One pass along a line with margins, for radius 0, 1 or 2: every output from its own taps.
  private static func boxShort(
    _ from: UnsafePointer<UInt8>, into out: UnsafeMutablePointer<UInt8>, count: Int, step: Int,
    box: ExtendedBox
  ) {
    let inner = box.innerWeight
    let outer = box.outerWeight
    switch box.radius {
    case 0:
      for x in 0..<count {
        let edges = UInt32(from[x]) &+ UInt32(from[x &+ 2])
        out[x] = blend(UInt32(from[x &+ 1]), edges, inner, outer)
      }
    case 1:
      for x in 0..<count {
        let edges = UInt32(from[x]) &+ UInt32(from[x &+ 4])
        let total =
          UInt32(from[x &+ 1]) &+ UInt32(from[x &+ 2]) &+ UInt32(from[x &+ 3])
        out[x] = blend(total, edges, inner, outer)
      }
    default:
      for x in 0..<count {
        let edges = UInt32(from[x]) &+ UInt32(from[x &+ 6])
        let total =
          UInt32(from[x &+ 1]) &+ UInt32(from[x &+ 2]) &+ UInt32(from[x &+ 3])
          &+ UInt32(from[x &+ 4]) &+ UInt32(from[x &+ 5])
        out[x] = blend(total, edges, inner, outer)
      }
    }
  }

  @inline(__always)
  private static func blend(
    _ total: UInt32, _ edges: UInt32, _ inner: UInt32, _ outer: UInt32
  ) -> UInt8 {
    UInt8(truncatingIfNeeded: (total &* inner &+ edges &* outer &+ (1 << 23)) &>> 24)
  }

  /// One pass along a line with margins, for any radius: a running sum.
  private static func boxRunning(
    _ from: UnsafePointer<UInt8>, into out: UnsafeMutablePointer<UInt8>, count: Int,
    box: ExtendedBox
  ) {
    let span = 2 &* box.radius &+ 1
    var total: UInt32 = 0
    for x in 0..<span { total &+= UInt32(from[x]) }
    for x in 0..<count {
      total = total &+ UInt32(from[x &+ span]) &- UInt32(from[x])
      let edges = UInt32(from[x]) &+ UInt32(from[x &+ span &+ 1])
      out[x] = blend(total, edges, box.innerWeight, box.outerWeight)
    }
  }
}

/// A box filter of fractional radius: whole weights inside, partial ones at both ends.
struct ExtendedBox {
  /// The whole part of the radius.
  let radius: Int
  /// The weight of each inner sample, in units of 2⁻²⁴.
  let innerWeight: UInt32
  /// The weight of the samples just outside, in units of 2⁻²⁴.
  let outerWeight: UInt32
  /// Whether the filter changes anything.
  let isActive: Bool

  /// Makes the box whose three-fold convolution has a standard deviation of `sigma`.
  ///
  /// Precondition: the radius stays small enough for 32-bit sums, as it does for any sane sigma.
  init(sigma: Float, longest: Int) {
    let variance = sigma * sigma / 3
    let length = Float((12.0 * Double(variance) + 1.0).squareRoot())
    let whole = Float(((Double(length) - 1.0) / 2.0).rounded(.down))
    var part = (2 * whole + 1) * (whole * (whole + 1) - 3 * variance)
    part /= 6 * (variance - (whole + 1) * (whole + 1))
    let fractional = whole + part
    precondition(
      fractional >= 0 && fractional < 8_000_000, "sigma \(sigma) is out of range")
    isActive = fractional != 0
    radius = Int(fractional)
    innerWeight = UInt32(Float(1 << 24) / (fractional * 2 + 1))
    outerWeight = ((1 << 24) &- UInt32(2 * radius + 1) &* innerWeight) / 2
  }
}
