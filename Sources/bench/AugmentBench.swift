import Datasets
import Files
import Foundation

/// The group `augment`: two views of each image, from bytes to normalised floats, on one thread.
enum AugmentBench {
  private static let count = 2000

  static func run(_ context: BenchContext) throws {
    guard let images = try BenchImages.data(count: count, side: 32).train else { return }
    if let path = context.options.imagesFile, case .bytes(let pixels) = images.pixels {
      try AtomicFile.write(pixels, to: path)
    }
    for preset in Augmentation.presets where context.wants(preset.name) {
      let maker = try AugmentedViews(
        images: images, augmentation: preset.value, seed: 0, workers: 1)
      var out = [Float](repeating: 0, count: images.imageSize)
      var seconds: [Double] = []
      var processor: [Double] = []
      var epoch = 0
      try context.repeated {
        let start = Clock.threadSeconds()
        seconds.append(
          try Clock.time {
            for sample in 0..<count {
              for view in 0..<2 {
                _ = try maker.makeView(
                  ViewRequest(sample: sample, view: view, epoch: epoch), into: &out)
              }
            }
          })
        processor.append(Clock.threadSeconds() - start)
        epoch += 1
      }
      context.emit(
        "augment", preset.name, parameters: [("images", .int(count)), ("views", .int(2))],
        results: [
          ("images_per_second", seconds.dropFirst().map { Double(count) / $0 }),
          ("images_per_processor_second", processor.dropFirst().map { Double(count) / $0 }),
        ])
    }
  }
}
