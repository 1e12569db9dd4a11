import Datasets
import Foundation
import Images
import Testing

@Suite struct AugmentationPresetTests {
  /// solo-learn, scripts/pretrain/cifar/simsiam.sh; SimCLR, appendix A and B.9 with s = 0.5.
  @Test(arguments: ["simsiam", "simclr"])
  func presetsHoldThePublishedValues(_ name: String) throws {
    let preset = try #require(Augmentation.preset(name))
    try preset.validate()
    #expect(preset.cropScale == 0.08...1)
    #expect(preset.cropRatio == 0.75...(4.0 / 3.0))
    #expect([preset.brightness, preset.contrast, preset.saturation] == [0.4, 0.4, 0.4])
    #expect(preset.hue == 0.1)
    #expect(preset.jitterProbability == 0.8)
    #expect(preset.grayscaleProbability == 0.2)
    #expect([preset.blurProbability, preset.solarizeProbability] == [0, 0])
    #expect([preset.equalizeProbability, preset.flipProbability] == [0, 0.5])
    #expect(preset.interpolation == .bicubic)
    #expect(preset.outputSize == nil)
  }

  @Test func nonePassesImagesThrough() {
    let image = RGBImage(
      width: 9, height: 5, pixels: (0..<135).map { UInt8(truncatingIfNeeded: $0 * 91) })
    let view = Augmentation.none.sample(
      seed: 1, sample: 0, epoch: 0, view: 0, width: 9, height: 5)
    #expect(view.image(of: image) == image)
    #expect(Augmentation.preset("none") == Augmentation.none)
    #expect(Augmentation.preset("byol") == nil)
  }

  @Test func aPipelineSurvivesJSON() throws {
    var pipeline = Augmentation.simclr
    pipeline.outputSize = 96
    let data = try JSONEncoder().encode(pipeline)
    #expect(try JSONDecoder().decode(Augmentation.self, from: data) == pipeline)
  }

  @Test func fieldsOutOfRangeAreNamed() {
    func message(_ change: (inout Augmentation) -> Void) -> String? {
      var pipeline = Augmentation.simclr
      change(&pipeline)
      return #expect(throws: AugmentationError.self) { try pipeline.validate() }?.description
    }
    #expect(message { $0.hue = 0.6 } == "hue must lie in 0.0…0.5, got 0.6")
    #expect(
      message { $0.flipProbability = 1.5 } == "flip probability must lie in 0.0…1.0, got 1.5")
    #expect(
      message { $0.brightness = .nan } == "brightness must lie in 0.0…1000000.0, got nan")
    #expect(
      message { $0.cropScale = 0...1 } == "crop scale must lie in 1e-06…1.0, got 0.0")
    #expect(
      message { $0.outputSize = 0 } == "output size must lie in 1.0…4096.0, got 0.0")
  }

  /// Extreme but valid pipelines on tiny and thin images: no trap, sizes as asked.
  @Test func extremePipelinesRender() throws {
    var pipeline = Augmentation.simclr
    pipeline.cropScale = 1e-6...1
    pipeline.cropRatio = 0.01...100
    pipeline.brightness = 1e6
    pipeline.contrast = 1e6
    pipeline.saturation = 1e6
    pipeline.hue = 0.5
    pipeline.jitterProbability = 1
    pipeline.blurProbability = 0.5
    pipeline.blurSigma = 0.001...1000
    pipeline.solarizeProbability = 0.5
    pipeline.equalizeProbability = 0.5
    try pipeline.validate()
    let scratch = ImageScratch()
    for (width, height) in [(1, 1), (2, 1), (1, 37), (40, 3), (17, 23)] {
      let pixels = (0..<(width * height * 3)).map { UInt8(truncatingIfNeeded: $0 * 77) }
      let image = RGBImage(width: width, height: height, pixels: pixels)
      for sample in 0..<200 {
        pipeline.outputSize = sample % 2 == 0 ? nil : 1 + sample % 19
        let view = pipeline.sample(
          seed: 7, sample: sample, epoch: 0, view: 0, width: width, height: height)
        let result = view.image(of: image, scratch: scratch)
        #expect(result.width == pipeline.outputSize ?? width)
        // A scratch full of other images' remains gives what a fresh one gives.
        #expect(result == view.image(of: image))
      }
    }
  }
}
