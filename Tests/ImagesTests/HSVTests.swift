import Images
import Testing

/// All 2²⁴ colours against Pillow 12.3.0, compared by a position-dependent sum of the bytes.
///
///     a = np.arange(1 << 24); x = np.stack([a >> 16, a >> 8 & 255, a & 255], -1).astype(np.uint8)
///     y = np.asarray(Image.fromarray(x.reshape(4096, 4096, 3)).convert("HSV"))   # or back
///     ((y.ravel().astype(np.uint64) + 1) * (i * 0x9E3779B97F4A7C15 + 0x632BE59BD9B4E019)).sum()
@Suite struct HSVTests {
  @Test func everyColourConvertsToHSVAsInPillow() {
    #expect(digest { $0.convertToHSV() } == 0x9465_de44_6a50_f487)
  }

  @Test func everyTripleConvertsFromHSVAsInPillow() {
    #expect(digest { $0.convertFromHSV() } == 0xdd3a_3e84_1bec_0f8c)
  }

  private func digest(_ operation: (ImageScratch) -> Void) -> UInt64 {
    let scratch = ImageScratch()
    var sum: UInt64 = 0
    var weight: UInt64 = 0x632B_E59B_D9B4_E019
    var pixels = [UInt8](repeating: 0, count: 256 * 256 * 3)
    for first in 0..<256 {
      for i in 0..<65_536 {
        pixels[3 * i] = UInt8(first)
        pixels[3 * i + 1] = UInt8(i >> 8)
        pixels[3 * i + 2] = UInt8(i & 255)
      }
      let image = RGBImage(width: 256, height: 256, pixels: pixels)
      for value in image.applying(scratch: scratch, operation).pixels {
        sum &+= (UInt64(value) + 1) &* weight
        weight &+= 0x9E37_79B9_7F4A_7C15
      }
    }
    return sum
  }
}
