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
    let plus = isRed ? blue : (isGreen ? red : green)
    let minus = isRed ? green : (isGreen ? blue : red)
    let sector: Float = isRed ? 0 : (isGreen ? 2 : 4)
    let a = (maximum - plus) / divisor
    let b = (maximum - minus) / divisor
    // Pillow's literals make this sum Float64, rounded once to Float32.
    let h = Float(Double(sector) + Double(a) - Double(b))
    let turns = Double(h) * (1.0 / 6.0) + 1
    let fraction = Float(turns >= 1 ? turns - 1 : turns)
    let hue = Float((Double(fraction) * 255).rounded(.down))
    // Half a unit keeps the quotient away from integers, where rounding could lose one.
    let whole = maximum < 1 ? 1 : maximum
    let saturation = ((255 * chroma + 0.5) / whole).rounded(.down)
    return HSV(
      hue: chroma < 1 ? 0 : hue, saturation: chroma < 1 ? 0 : saturation, value: maximum)
  }

  @inline(__always)
  var rgb: (red: Float, green: Float, blue: Float) {
    let six = 6 * hue
    let sector = ((six + 0.5) * (1 / 255)).rounded(.down)
    let f = six - 255 * sector
    // Products are integers below 2²⁴, and quotients are never halfway: rounding is exact.
    let p = (value * (255 - saturation) * (1 / 255) + 0.5).rounded(.down)
    let q = (value * (65_025 - saturation * f) * (1 / 65_025) + 0.5).rounded(.down)
    let t = (value * (65_025 - saturation * (255 - f)) * (1 / 65_025) + 0.5).rounded(.down)
    // Hue 255 starts a seventh sector, which equals the first.
    let first = sector < 1 || sector > 5
    let red =
      first || sector == 5 ? value : (sector < 2 ? q : (sector < 4 ? p : t))
    let green =
      first ? t : (sector < 3 ? value : (sector < 4 ? q : p))
    let blue =
      first || sector < 2 ? p : (sector < 3 ? t : (sector < 5 ? value : q))
    return (red, green, blue)
  }

  /// The byte of an integral float in 0…255, without the checks that keep a loop scalar.
  @inline(__always)
  static func byte(_ value: Float) -> UInt8 {
    UInt8(truncatingIfNeeded: (value + 0x1p23).bitPattern)
  }
}
