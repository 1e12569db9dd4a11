import Files

/// Readers of MNIST and Fashion-MNIST in the IDX layout, plain or gzipped.
///
/// Source: the description at yann.lecun.com/exdb/mnist: big-endian magic 0x00000803 (images:
/// count, rows, columns) or 0x00000801 (labels: count), then bytes.
enum IDX {
  /// What sets the two data sets apart.
  struct Layout: Sendable {
    let name: String
    let classNames: [String]
    let folders: [String]
    let systemFolders: [String]
    let package: String?
    let normalization: Normalization
  }

  /// The largest accepted file, before and after decompression.
  static let fileLimit = 1 << 31

  static let mnist = Layout(
    name: "mnist", classNames: (0...9).map(String.init), folders: ["mnist", "MNIST/raw", "raw"],
    systemFolders: ["/usr/share/datasets/mnist"], package: nil, normalization: .mnist)

  static let fashionMNIST = Layout(
    name: "fashion-mnist",
    classNames: [
      "t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
      "ankle-boot",
    ],
    folders: ["fashion-mnist", "FashionMNIST/raw", "raw"],
    systemFolders: ["/usr/share/datasets/fashion-mnist"], package: "dataset-fashion-mnist",
    normalization: .fashionMNIST)

  /// Reads the training and test parts.
  ///
  /// - Throws: `DatasetError` or `FileError` when a file is missing, damaged or of another size.
  static func load(_ layout: Layout, root: String?) throws -> LoadedData {
    let folder: String
    do {
      folder = try DatasetFolder.find(
        layout.name, root: root, inside: layout.folders, others: layout.systemFolders,
        marker: { file("train-images", 3, in: $0) != nil }, expected: "train-images-idx3-ubyte")
    } catch let error as DatasetError {
      guard root == nil, let package = layout.package else { throw error }
      throw DatasetError(
        error.message + ", or install the Debian package \(package)", suggestion: error.suggestion)
    }
    var sources: [FileRecord] = []
    var warnings: [String] = []
    let train = try part(layout, "train", "train", folder, &sources)
    var test: ImageDataset?
    if file("t10k-images", 3, in: folder) != nil {
      let images = try part(layout, "test", "t10k", folder, &sources)
      guard images.height == train.height, images.width == train.width else {
        throw DatasetError(
          "'\(folder)': expected test images of \(train.height)×\(train.width), "
            + "found \(images.height)×\(images.width)")
      }
      test = images
    } else {
      warnings.append("no test images: 't10k-images-idx3-ubyte' not found in '\(folder)'")
    }
    if train.count != 60000 {
      warnings.append("\(CIFAR.grouped(train.count)) of 60 000 training images")
    }
    return LoadedData(
      name: layout.name, content: .images(train: train, test: test), sources: sources,
      warnings: warnings)
  }

  private static func file(_ stem: String, _ rank: Int, in folder: String) -> String? {
    let names = ["\(stem)-idx\(rank)-ubyte", "\(stem).idx\(rank)-ubyte"]
    return names.flatMap { [$0, $0 + ".gz"] }.first { DatasetFolder.has($0, in: folder) }
  }

  private static func part(
    _ layout: Layout, _ split: String, _ prefix: String, _ folder: String,
    _ sources: inout [FileRecord]
  ) throws -> ImageDataset {
    func read(_ stem: String, _ rank: Int) throws -> (shape: [Int], bytes: [UInt8], path: String) {
      guard let name = file("\(prefix)-\(stem)", rank, in: folder) else {
        throw DatasetError(
          "data \(layout.name): expected '\(prefix)-\(stem)-idx\(rank)-ubyte' in '\(folder)', "
            + "found none")
      }
      let path = PathText.join(folder, name)
      let raw = try ByteFile.contents(of: path, limit: fileLimit)
      sources.append(FileRecord(path: path, bytes: raw))
      let plain =
        Gzip.isGzip(raw) ? try Gzip.inflate(raw, limit: fileLimit, source: "'\(path)'") : raw
      let (shape, bytes) = try parse(plain, rank: rank, source: "'\(path)'")
      return (shape, bytes, path)
    }
    let images = try read("images", 3)
    let labels = try read("labels", 1)
    guard images.shape[0] == labels.shape[0] else {
      throw DatasetError(
        "'\(labels.path)': expected \(images.shape[0]) labels, one per image, "
          + "found \(labels.shape[0])")
    }
    if let place = labels.bytes.firstIndex(where: { $0 >= layout.classNames.count }) {
      throw DatasetError(
        "'\(labels.path)', label \(place): expected 0…\(layout.classNames.count - 1), "
          + "found \(labels.bytes[place])")
    }
    return ImageDataset(
      name: layout.name, split: split, classNames: layout.classNames,
      labels: labels.bytes.map { Int($0) }, count: images.shape[0], height: images.shape[1],
      width: images.shape[2], pixels: .bytes(replicated(images.bytes)),
      mean: layout.normalization.mean, std: layout.normalization.std)
  }

  /// Checks an IDX file of bytes and returns its shape and content.
  static func parse(_ bytes: [UInt8], rank: Int, source: String) throws -> ([Int], [UInt8]) {
    let header = 4 + 4 * rank
    guard bytes.count >= header else {
      throw DatasetError(
        "\(source): expected an IDX header of \(header) bytes, found \(bytes.count) bytes")
    }
    let magic = bytes[0..<4].map { String($0, radix: 16) }.joined(separator: " ")
    guard bytes[0] == 0, bytes[1] == 0, bytes[2] == 8, Int(bytes[3]) == rank else {
      throw DatasetError(
        "\(source): expected IDX bytes of \(rank) dimensions (0 0 8 \(rank)), found \(magic)")
    }
    let shape = (0..<rank).map { d in
      bytes[(4 + 4 * d)..<(8 + 4 * d)].reduce(0) { $0 << 8 | Int($1) }
    }
    guard let size = ElementType.uint8.byteCount(of: shape), size == bytes.count - header else {
      throw DatasetError(
        "\(source): expected \(shape.map(String.init).joined(separator: "×")) bytes of data, "
          + "found \(bytes.count - header)")
    }
    guard size > 0, rank == 1 || shape[1] <= 4096 && shape[2] <= 4096 else {
      throw DatasetError("\(source): expected images of 1 to 4096 pixels a side, found \(shape)")
    }
    return (shape, Array(bytes[header...]))
  }

  /// Returns one channel replicated to three.
  static func replicated(_ gray: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: gray.count * 3) { target, filled in
      for (i, level) in gray.enumerated() {
        target[3 &* i] = level
        target[3 &* i &+ 1] = level
        target[3 &* i &+ 2] = level
      }
      filled = gray.count * 3
    }
  }
}
