import Datasets
import Foundation
import Images
import Testing

/// Times the pipelines on one core and prints the rates; runs only where DYAD_BENCH is set.
@Suite(
  .serialized,
  .enabled(if: ProcessInfo.processInfo.environment["DYAD_BENCH"]?.isEmpty == false))
struct AugmentationBenchTests {
  /// Times are of the thread's CPU clock, which other processes disturb little.
  private func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Smooth structure with texture, as photographs have.
  private func images(_ count: Int, width: Int, height: Int) -> [[UInt8]] {
    (0..<count).map { n in
      (0..<(width * height * 3)).map { i in
        let x = i / 3 % width
        let y = i / 3 / width
        let wave = sin(Double(x + 3 * n) * 0.11) + cos(Double(y * (1 + i % 3)) * 0.07)
        return UInt8(max(0, min(255, 127 + 50 * wave + Double((i &* 7919 &+ n) % 31))))
      }
    }
  }

  private func rate(
    _ augmentation: Augmentation, side: (width: Int, height: Int), count: Int
  ) -> Double {
    let sources = images(8, width: side.width, height: side.height)
    let scratch = ImageScratch()
    let output = augmentation.outputSize.map { $0 * $0 } ?? side.width * side.height
    var out = [Float](repeating: 0, count: output * 3)
    var best = Double.infinity
    for round in 0..<5 {
      let start = seconds()
      for sample in 0..<count {
        for view in 0..<2 {
          let parameters = augmentation.sample(
            seed: 1, sample: sample, epoch: round, view: view, width: side.width,
            height: side.height)
          sources[sample % 8].withUnsafeBufferPointer { pixels in
            out.withUnsafeMutableBufferPointer { to in
              guard let from = pixels.baseAddress, let to = to.baseAddress else { return }
              parameters.render(
                from, width: side.width, height: side.height, mean: [0.49, 0.48, 0.45],
                std: [0.25, 0.24, 0.26], into: to, scratch: scratch)
            }
          }
        }
      }
      best = min(best, seconds() - start)
    }
    return Double(count) / best
  }

  @Test func printTheRates() {
    let cifar = rate(.simclr, side: (32, 32), count: 4000)
    print("bench two views simclr 32×32: \(Int(cifar)) images/s on one core")
    var large = Augmentation.simclr
    large.outputSize = 224
    large.blurProbability = 0.5
    let imagenet = rate(large, side: (400, 300), count: 40)
    print("bench two views simclr+blur 400×300→224: \(Int(imagenet)) images/s on one core")
    let none = rate(.none, side: (32, 32), count: 4000)
    print("bench two views none 32×32: \(Int(none)) images/s on one core")
  }

  @Test func printTheOperations() {
    for (side, repeats) in [(32, 4000), (224, 100)] {
      let pixels = images(1, width: side, height: side)[0]
      let scratch = ImageScratch()
      var out = [Float](repeating: 0, count: side * side * 3)
      let crop = CropBox(top: 1, left: 2, height: side * 2 / 3, width: side * 3 / 4)
      let large = images(1, width: 400, height: 300)[0]
      let operations: [(String, () -> Void)] = [
        (
          "resized crop",
          {
            pixels.withUnsafeBufferPointer {
              guard let from = $0.baseAddress else { return }
              scratch.loadResized(
                from, width: side, height: side, box: crop, toWidth: side, toHeight: side,
                interpolation: .bicubic)
            }
          }
        ),
        (
          "resize 400×300",
          {
            large.withUnsafeBufferPointer {
              guard let from = $0.baseAddress else { return }
              scratch.loadResized(
                from, width: 400, height: 300,
                box: CropBox(top: 0, left: 0, height: 300, width: 400), toWidth: side,
                toHeight: side, interpolation: .bicubic)
            }
          }
        ),
        ("brightness", { scratch.adjustBrightness(0.9) }),
        ("contrast", { scratch.adjustContrast(0.9) }),
        ("saturation", { scratch.adjustSaturation(1.1) }), ("hue", { scratch.adjustHue(0.05) }),
        ("blur 0.5", { scratch.gaussianBlur(sigma: 0.5) }),
        ("blur 1.5", { scratch.gaussianBlur(sigma: 1.5) }),
        ("blur 5", { scratch.gaussianBlur(sigma: 5) }),
        ("grayscale", { scratch.makeGrayscale() }),
        ("solarize", { scratch.solarize(threshold: 128) }), ("equalize", { scratch.equalize() }),
        (
          "normalise",
          {
            out.withUnsafeMutableBufferPointer {
              guard let to = $0.baseAddress else { return }
              scratch.writeNormalized(
                to: to, mean: [0.49, 0.48, 0.45], std: [0.25, 0.24, 0.26], mirrored: true)
            }
          }
        ),
      ]
      pixels.withUnsafeBufferPointer {
        if let from = $0.baseAddress { scratch.load(from, width: side, height: side) }
      }
      for (name, operation) in operations {
        operation()
        var best = Double.infinity
        for _ in 0..<5 {
          let start = seconds()
          for _ in 0..<repeats { operation() }
          best = min(best, seconds() - start)
        }
        let micro = best / Double(repeats) * 1e6
        print("bench \(side)×\(side) \(name): \((micro * 100).rounded() / 100) µs")
      }
      let start = seconds()
      var widths = 0
      for sample in 0..<repeats {
        widths &+=
          Augmentation.simclr.sample(
            seed: 1, sample: sample, epoch: 0, view: 0, width: side, height: side
          ).crop.width
      }
      let micro = (seconds() - start) / Double(repeats) * 1e6
      print("bench drawing parameters: \((micro * 100).rounded() / 100) µs (\(widths))")
    }
  }
}
