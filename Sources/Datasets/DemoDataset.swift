import Dispatch
import Tensors

/// The built-in `demo` set: ten families of shapes and textures, 32×32 pixels, in colour.
///
/// Position, size, rotation, colours, contrast and noise are drawn for each image, and colours
/// change across an image, so that neither pixels nor colours tell the class; the pattern does,
/// in any crop. The same images are made whatever the session's seed.
public enum DemoDataset {
  /// The number of training images.
  public static let trainCount = 2000
  /// The number of test images.
  public static let testCount = 500
  static let side = 32

  /// Makes the training and test parts.
  public static func load() -> LoadedData {
    let train = images(trainCount, view: 2)
    let test = images(testCount, view: 3)
    let constants = Normalization.measured(train)
    func part(_ split: String, _ pixels: [UInt8], _ count: Int) -> ImageDataset {
      ImageDataset(
        name: "demo", split: split, classNames: DemoPattern.allCases.map(\.name),
        labels: (0..<count).map { $0 % DemoPattern.allCases.count }, count: count, height: side,
        width: side, pixels: .bytes(pixels), mean: constants.mean, std: constants.std)
    }
    return LoadedData(
      name: "demo",
      content: .images(
        train: part("train", train, trainCount), test: part("test", test, testCount)))
  }

  private static func images(_ count: Int, view: Int) -> [UInt8] {
    let size = side * side * 3
    return [UInt8](unsafeUninitializedCapacity: count * size) { buffer, filled in
      nonisolated(unsafe) let target = buffer
      DispatchQueue.concurrentPerform(iterations: 20) { piece in
        for i in (count * piece / 20)..<(count * (piece + 1) / 20) {
          let random = RandomStream(seed: 0x6465_6d6f, stream: .synthetic, view: view, sample: i)
          var painter = DemoPainter(label: i % DemoPattern.allCases.count, random: random)
          painter.paint(UnsafeMutableBufferPointer(rebasing: target[(i * size)..<((i + 1) * size)]))
        }
      }
      filled = count * size
    }
  }
}
