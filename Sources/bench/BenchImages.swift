import Datasets
import Images

/// Images for measurements: the built-in set's, repeated or enlarged.
enum BenchImages {
  /// Returns a data set of `count` square images, in which the built-in ones repeat.
  static func data(count: Int, side: Int) throws -> LoadedData {
    guard let demo = DemoDataset.load().train else { throw BenchError("no built-in images") }
    let size = demo.imageSize
    let distinct = min(count, side == demo.width ? demo.count : 32)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(count * side * side * 3)
    let scratch = ImageScratch()
    for i in 0..<distinct {
      demo.withBytes(of: i) { bytes in
        guard let base = bytes.baseAddress else { return }
        if side == demo.width {
          pixels.append(contentsOf: UnsafeBufferPointer(start: base, count: size))
        } else {
          let box = CropBox(top: 0, left: 0, height: demo.height, width: demo.width)
          scratch.loadResized(
            base, width: demo.width, height: demo.height, box: box, toWidth: side,
            toHeight: side, interpolation: .bicubic)
          pixels.append(contentsOf: scratch.image().pixels)
        }
      }
    }
    let first = Array(pixels)
    while pixels.count < count * side * side * 3 {
      pixels.append(contentsOf: first.prefix(count * side * side * 3 - pixels.count))
    }
    let images = ImageDataset(
      name: "bench", split: "train", classNames: demo.classNames,
      labels: (0..<count).map { $0 % distinct % demo.classCount }, count: count, height: side,
      width: side, pixels: .bytes(pixels), mean: demo.mean, std: demo.std)
    return LoadedData(name: "bench", content: .images(train: images, test: nil))
  }
}
