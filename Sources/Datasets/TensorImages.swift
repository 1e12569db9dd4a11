import Files

/// Reads `data tensors FILE`: `images` [N, C, H, W] and optional `labels` [N].
enum TensorImages {
  /// Labels at or above this are refused: class tables grow with the largest label.
  static let labelLimit = 100_000
  /// More samples than this are refused: orders and banks grow with their number.
  static let sampleLimit = 1 << 24

  /// Reads a file.
  ///
  /// uint8 images become (x/255 − mean)/std; float images are taken as they are.
  ///
  /// - Parameters:
  ///   - path: a safetensors or npz file.
  ///   - normalization: for uint8 images; nil leaves x/255.
  ///   - memoryLimit: the largest accepted size of the images in memory, in bytes.
  /// - Returns: the images as the training part, without a test part.
  /// - Throws: `DatasetError` or `FileError` when tensors are missing or do not fit together.
  static func load(_ path: String, normalization: Normalization?, memoryLimit: Int) throws
    -> LoadedData
  {
    let source = try TensorSource(path: path, limit: memoryLimit)
    let (type, shape) = try source.shape("images", axes: ["N", "C", "H", "W"])
    guard type == .uint8 || type.isFloat else {
      throw DatasetError(
        "'\(path)', 'images': expected uint8 or float32, found \(type.rawValue)")
    }
    guard shape[1] == 1 || shape[1] == 3 else {
      throw DatasetError("'\(path)', 'images': expected 1 or 3 channels, found \(shape[1])")
    }
    if type != .uint8, normalization != nil {
      throw DatasetError(
        "'\(path)': mean= and std= apply to uint8 images, found \(type.rawValue)")
    }
    let grown = [shape[0], 3, shape[2], shape[3]]
    let kept: ElementType = type == .uint8 ? .uint8 : .float32
    // Two copies exist while the axes are reordered.
    guard let size = kept.byteCount(of: grown), size <= memoryLimit / 2 else {
      throw DatasetError(
        "'\(path)', 'images' \(shape): expected at most \(memoryLimit / 2) bytes in memory")
    }
    var warnings: [String] = []
    let pixels: ImageDataset.Pixels
    if type == .uint8 {
      pixels = .bytes(channelsLast(try source.uint8s("images"), shape))
    } else {
      let values = channelsLast(try source.floats("images"), shape)
      let bad = values.count { !$0.isFinite }
      if bad > 0 { warnings.append("\(bad) of \(values.count) image values are not finite") }
      pixels = .floats(values)
    }
    var labels: [Int]?
    if source.contains("labels") {
      labels = try readLabels(source, count: shape[0])
    }
    let constants = normalization ?? .identity
    let images = ImageDataset(
      name: "tensors", split: "train", classNames: classNames(labels), labels: labels,
      count: shape[0], height: shape[2], width: shape[3], pixels: pixels, mean: constants.mean,
      std: constants.std)
    return LoadedData(
      name: "tensors", content: .images(train: images, test: nil),
      sources: [try FileRecord.read(path)], warnings: warnings)
  }

  /// Reads `labels`, one per sample.
  static func readLabels(_ source: TensorSource, count: Int?) throws -> [Int] {
    let (_, shape) = try source.shape("labels", axes: ["N"])
    guard shape[0] <= sampleLimit else {
      throw DatasetError(
        "'\(source.path)', 'labels': expected at most \(sampleLimit), found \(shape[0])")
    }
    if let count, shape[0] != count {
      throw DatasetError(
        "'\(source.path)', 'labels': expected \(count), one per image, found \(shape[0])")
    }
    return try source.integers("labels", below: labelLimit)
  }

  /// Returns the numbers 0…max(label) as class names; empty without labels.
  static func classNames(_ labels: [Int]?) -> [String] {
    guard let largest = labels?.max() else { return [] }
    return (0...largest).map(String.init)
  }

  /// Returns [N, C, H, W] as [N, H, W, 3]; one channel is replicated.
  static func channelsLast<T>(_ values: [T], _ shape: [Int]) -> [T] {
    let (channels, plane) = (shape[1], shape[2] * shape[3])
    return [T](unsafeUninitializedCapacity: shape[0] * plane * 3) { target, filled in
      values.withUnsafeBufferPointer { source in
        guard let to = target.baseAddress else { return }
        for n in 0..<shape[0] {
          for channel in 0..<3 {
            let from = (n &* channels &+ (channels == 3 ? channel : 0)) &* plane
            let start = n &* plane &* 3 &+ channel
            for p in 0..<plane {
              (to + (start &+ 3 &* p)).initialize(to: source[from &+ p])
            }
          }
        }
      }
      filled = shape[0] * plane * 3
    }
  }
}
