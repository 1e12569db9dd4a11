extension ImageScratch {
  /// Rotates the hue by a fraction of a turn (−0.5…0.5), as torchvision's `adjust_hue`.
  ///
  /// The image goes through 8-bit HSV, so pixels change even when the factor is 0.
  /// Precondition: the factor lies in −0.5…0.5.
  public func adjustHue(_ factor: Double) {
    precondition(abs(factor) <= 0.5, "hue \(factor) must lie in -0.5...0.5")
    let offset = Int32(factor * 255) & 255
    let red = front.base
    let green = red + stride
    let blue = green + stride
    var i = 0
    let end = stride
    while i < end {
      let hsv = HSV.from(red: Float(red[i]), green: Float(green[i]), blue: Float(blue[i]))
      let turned = hsv.hue + Float(offset)
      let rgb = HSV(
        hue: turned >= 256 ? turned - 256 : turned, saturation: hsv.saturation, value: hsv.value
      ).rgb
      red[i] = HSV.byte(rgb.red)
      green[i] = HSV.byte(rgb.green)
      blue[i] = HSV.byte(rgb.blue)
      i &+= 1
    }
  }

  /// Converts to 8-bit hue, saturation and value, as Pillow's `convert("HSV")`.
  public func convertToHSV() {
    let first = front.base
    let second = first + stride
    let third = second + stride
    var i = 0
    let end = stride
    while i < end {
      let hsv = HSV.from(red: Float(first[i]), green: Float(second[i]), blue: Float(third[i]))
      first[i] = HSV.byte(hsv.hue)
      second[i] = HSV.byte(hsv.saturation)
      third[i] = HSV.byte(hsv.value)
      i &+= 1
    }
  }

  /// Converts 8-bit hue, saturation and value to RGB, as Pillow's `convert("RGB")`.
  public func convertFromHSV() {
    let first = front.base
    let second = first + stride
    let third = second + stride
    var i = 0
    let end = stride
    while i < end {
      let rgb = HSV(
        hue: Float(first[i]), saturation: Float(second[i]), value: Float(third[i])
      ).rgb
      first[i] = HSV.byte(rgb.red)
      second[i] = HSV.byte(rgb.green)
      third[i] = HSV.byte(rgb.blue)
      i &+= 1
    }
  }
}

/// An 8-bit HSV pixel held in floats, so that loops over pixels become vector code.
///
/// Pillow computes in a mixture of Float32 and Float64 (libImaging/Convert.c, `rgb2hsv_row` and
/// `hsv2rgb`). The forms here give the same bytes for all 2²⁴ colours and all 2²⁴ HSV triples.
struct HSV {
  let hue: Float
  let saturation: Float
  let value: Float

  @inline(__always)
  static func from(red: Float, green: Float, blue: Float) -> HSV {
    let rg = red > green ? red : green
    let maximum = rg > blue ? rg : blue
    let rgLow = red < green ? red : green
    let minimum = rgLow < blue ? rgLow : blue
    let chroma = maximum - minimum
    // A chroma of 0 gives hue 0 and saturation 0 with any other divisor.
    let divisor = chroma < 1 ? 1 : chroma
    let isRed = red == maximum
    let isGreen = green == maximum
    // Pillow adds, in Float64, the sector and the difference of two quotients. One of these is 1:
    // that of the smallest channel. So one Float32 addition rounds as Pillow's sum does.
    let added = isRed ? blue : (isGreen ? red : green)
    let sector: Float = isRed ? 0 : (isGreen ? 2 : 4)
    let middle = red + green + blue - maximum - minimum
    let quotient = (maximum - middle) / divisor
    let h = added == minimum ? (sector + 1) - quotient : (sector - 1) + quotient
    let sixth = h / 6
    let fraction = sixth < 0 ? 1 + sixth : sixth
    // Pillow's product is exact (Float64); a fused one tells whether this one was rounded up.
    let rounded = (fraction * 255).rounded(.down)
    let hue = (-rounded).addingProduct(fraction, 255) < 0 ? rounded - 1 : rounded
    // Half a unit keeps the quotient away from integers, where rounding could lose one.
    let whole = maximum < 1 ? 1 : maximum
    let saturation = ((255 * chroma + 0.5) / whole).rounded(.down)
    return HSV(
      hue: chroma < 1 ? 0 : hue, saturation: chroma < 1 ? 0 : saturation, value: maximum)
  }

  @inline(__always)
  var rgb: (red: Float, green: Float, blue: Float) {
    // Hue 255 is the start of a seventh sector, which equals the start of the first.
    let six = hue == 255 ? 0 : 6 * hue
    let sector = ((six + 0.5) * (1 / 255)).rounded(.down)
    let f = six - 255 * sector
    let isOdd = sector == 1 || sector == 3 || sector == 5
    // Products are integers below 2²⁴, and quotients are never halfway: rounding is exact.
    let p = (value * (255 - saturation) * (1 / 255) + 0.5).rounded(.down)
    let share = 65_025 - saturation * (isOdd ? f : 255 - f)
    let middle = (value * share * (1 / 65_025) + 0.5).rounded(.down)
    let red = sector < 1 || sector > 4 ? value : (sector == 1 || sector == 4 ? middle : p)
    let green = sector == 1 || sector == 2 ? value : (sector > 3 ? p : middle)
    let blue = sector < 2 ? p : (sector == 3 || sector == 4 ? value : middle)
    return (red, green, blue)
  }

  /// The byte of an integral float in 0…255, without the checks that keep a loop scalar.
  @inline(__always)
  static func byte(_ value: Float) -> UInt8 {
    UInt8(truncatingIfNeeded: (value + 0x1p23).bitPattern)
  }
}
