extension ImageScratch {
  /// Inverts samples at or above a threshold, as Pillow's `ImageOps.solarize`.
  public func solarize(threshold: Int) {
    let samples = front.base
    let end = 3 * stride
    guard threshold <= 255 else { return }
    let limit = UInt8(max(0, threshold))
    var i = 0
    while i < end {
      let v = samples[i]
      samples[i] = v >= limit ? ~v : v
      i &+= 1
    }
  }

  /// Flattens the histogram of each channel, as Pillow's `ImageOps.equalize`.
  public func equalize() {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: 256) { histogram in
      guard let bins = histogram.baseAddress else { return }
      for c in 0..<3 {
        bins.initialize(repeating: 0, count: 256)
        Self.equalize(front.base + c * stride, count: count, bins: bins)
      }
    }
  }

  private static func equalize(
    _ samples: UnsafeMutablePointer<UInt8>, count: Int, bins: UnsafeMutablePointer<Int32>
  ) {
    for i in 0..<count { bins[Int(samples[i])] &+= 1 }
    guard let last = (0..<256).last(where: { bins[$0] > 0 }) else { return }
    let step = (count - Int(bins[last])) / 255
    // One occurring value leaves step 0 as well: both mean that the image stays as it is.
    guard step > 0 else { return }
    var below = step / 2
    for v in 0..<256 {
      let occurrences = Int(bins[v])
      bins[v] = Int32(min(255, below / step))
      below += occurrences
    }
    for i in 0..<count { samples[i] = UInt8(truncatingIfNeeded: bins[Int(samples[i])]) }
  }
}
