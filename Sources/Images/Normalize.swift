extension ImageScratch {
  /// Writes `(x / 255 − mean) / std` in Float32 as `[H, W, 3]`, mirrored left to right if asked.
  ///
  /// Both divisions are Float32, as torchvision's `ToTensor` and `Normalize`.
  /// Precondition: `mean` and `std` have three elements.
  public func writeNormalized(
    to out: UnsafeMutablePointer<Float>, mean: [Float], std: [Float], mirrored: Bool = false
  ) {
    let lookup = levels(mean: mean, std: std)
    let red = front.base
    let green = red + stride
    let blue = green + stride
    let width = width
    let direction = mirrored ? -1 : 1
    var to = out
    for y in 0..<height {
      var from = y &* width &+ (mirrored ? width &- 1 : 0)
      for _ in 0..<width {
        to[0] = lookup[Int(red[from])]
        to[1] = lookup[256 &+ Int(green[from])]
        to[2] = lookup[512 &+ Int(blue[from])]
        to += 3
        from &+= direction
      }
    }
  }

  /// The normalised value of each of 256 levels in each of three channels, kept between calls.
  private func levels(mean: [Float], std: [Float]) -> UnsafePointer<Float> {
    precondition(mean.count == 3 && std.count == 3, "mean and std need three channels")
    let table = levels.reserve(768)
    if mean != levelsMean || std != levelsStd {
      for c in 0..<3 {
        for v in 0..<256 { table[256 * c + v] = (Float(v) / 255 - mean[c]) / std[c] }
      }
      levelsMean = mean
      levelsStd = std
    }
    return UnsafePointer(table)
  }
}
