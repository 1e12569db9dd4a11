/// The mean and standard deviation of each channel, on the scale 0…1.
public struct Normalization: Sendable, Equatable {
  /// The mean of each channel.
  public let mean: [Float]
  /// The standard deviation of each channel.
  public let std: [Float]

  /// Makes constants of three channels.
  public init(mean: [Float], std: [Float]) {
    self.mean = mean
    self.std = std
  }

  /// CIFAR-10's constants, from all 50,000 training images.
  public static let cifar10 = Normalization(
    mean: [0.4914, 0.4822, 0.4465], std: [0.2470, 0.2435, 0.2616])
  /// CIFAR-100's constants, as commonly published.
  public static let cifar100 = Normalization(
    mean: [0.5071, 0.4865, 0.4409], std: [0.2673, 0.2564, 0.2762])
  /// MNIST's constants, in each of the three equal channels.
  public static let mnist = Normalization(
    mean: [0.1307, 0.1307, 0.1307], std: [0.3081, 0.3081, 0.3081])
  /// Fashion-MNIST's constants, in each of the three equal channels.
  public static let fashionMNIST = Normalization(
    mean: [0.2860, 0.2860, 0.2860], std: [0.3530, 0.3530, 0.3530])
  /// The constants that leave x/255.
  public static let identity = Normalization(mean: [0, 0, 0], std: [1, 1, 1])

  /// Returns the constants of images, computed over all pixels in integers; std is biased.
  static func measured(_ bytes: [UInt8], channels: Int = 3) -> Normalization {
    var sums = [Int](repeating: 0, count: channels)
    var squares = [Int](repeating: 0, count: channels)
    bytes.withUnsafeBufferPointer { source in
      for channel in 0..<channels {
        var (sum, square) = (0, 0)
        for i in stride(from: channel, to: source.count, by: channels) {
          let level = Int(source[i])
          sum &+= level
          square &+= level &* level
        }
        (sums[channel], squares[channel]) = (sum, square)
      }
    }
    let count = Double(max(1, bytes.count / channels))
    let mean = sums.map { Double($0) / count / 255 }
    let std = squares.indices.map { i in
      max(Double(squares[i]) / count / 65025 - mean[i] * mean[i], 0).squareRoot()
    }
    return Normalization(
      mean: mean.map { Float($0) }, std: std.map { Float($0 > 0 ? $0 : 1) })
  }
}
