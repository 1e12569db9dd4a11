import Files

/// Readers of CIFAR-10 and CIFAR-100 in their binary layout.
///
/// A record is the label bytes, then 1024 red, 1024 green and 1024 blue bytes, row by row.
/// Source: A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
enum CIFAR {
  /// What sets the two data sets apart.
  struct Layout: Sendable {
    let name: String
    /// The folder name in the published archive.
    let archive: String
    let trainFiles: [String]
    let testFile: String
    /// Bytes before the pixels; the last of them is the label.
    let labelBytes: Int
    let coarseClasses: Int?
    let classNames: [String]
    let trainCount: Int
    let normalization: Normalization
  }

  static let pixelBytes = 3072
  /// The largest accepted file, far above the published 184 MB.
  static let fileLimit = 1 << 31

  static let cifar10 = Layout(
    name: "cifar10", archive: "cifar-10-batches-bin",
    trainFiles: (1...5).map { "data_batch_\($0).bin" }, testFile: "test_batch.bin",
    labelBytes: 1, coarseClasses: nil, classNames: CIFARNames.cifar10, trainCount: 50000,
    normalization: .cifar10)

  static let cifar100 = Layout(
    name: "cifar100", archive: "cifar-100-binary", trainFiles: ["train.bin"],
    testFile: "test.bin", labelBytes: 2, coarseClasses: 20, classNames: CIFARNames.cifar100,
    trainCount: 50000, normalization: .cifar100)

  /// Reads the training files that exist and the test file.
  ///
  /// - Throws: `DatasetError` or `FileError` when no training file is found, or a file does not
  ///   hold a whole, non-zero number of records with labels in range.
  static func load(_ layout: Layout, root: String?) throws -> LoadedData {
    let folder = try DatasetFolder.find(
      layout.name, root: root, inside: [layout.archive, layout.name],
      marker: { folder in layout.trainFiles.contains { DatasetFolder.has($0, in: folder) } },
      expected: layout.trainFiles.count == 1
        ? layout.trainFiles[0] : "\(layout.trainFiles[0]) … \(layout.trainFiles.count)")
    var sources: [FileRecord] = []
    let present = layout.trainFiles.filter { DatasetFolder.has($0, in: folder) }
    let train = try part(layout, "train", present, folder, &sources)
    var warnings: [String] = []
    if train.count != layout.trainCount {
      warnings.append(
        "\(grouped(train.count)) of \(grouped(layout.trainCount)) training images")
    }
    var test: ImageDataset?
    if DatasetFolder.has(layout.testFile, in: folder) {
      test = try part(layout, "test", [layout.testFile], folder, &sources)
    } else {
      warnings.append("no test images: '\(layout.testFile)' not found in '\(folder)'")
    }
    return LoadedData(
      name: layout.name, content: .images(train: train, test: test), sources: sources,
      warnings: warnings)
  }

  /// Returns a number with thin groups of three digits, such as `20 000`.
  static func grouped(_ number: Int) -> String {
    var digits = Array(String(number))
    for place in stride(from: digits.count - 3, to: 0, by: -3) where number > 9999 {
      digits.insert(" ", at: place)
    }
    return String(digits)
  }

  private static func part(
    _ layout: Layout, _ split: String, _ files: [String], _ folder: String,
    _ sources: inout [FileRecord]
  ) throws -> ImageDataset {
    var labels: [Int] = []
    var pixels: [UInt8] = []
    for file in files {
      let path = PathText.join(folder, file)
      let bytes = try ByteFile.contents(of: path, limit: fileLimit)
      sources.append(FileRecord(path: path, bytes: bytes))
      try append(layout, bytes, "'\(path)'", &labels, &pixels)
    }
    return ImageDataset(
      name: layout.name, split: split, classNames: layout.classNames, labels: labels,
      count: labels.count, height: 32, width: 32, pixels: .bytes(pixels),
      mean: layout.normalization.mean, std: layout.normalization.std)
  }

  /// Checks the records of a file and appends their labels and pixels, [H, W, C].
  static func append(
    _ layout: Layout, _ bytes: [UInt8], _ source: String, _ labels: inout [Int],
    _ pixels: inout [UInt8]
  ) throws {
    let record = layout.labelBytes + pixelBytes
    let count = bytes.count / record
    guard !bytes.isEmpty, bytes.count % record == 0 else {
      throw DatasetError(
        "\(source): expected a whole number of \(record)-byte records, found \(bytes.count) bytes"
          + (bytes.isEmpty ? "" : " (\(count) records and \(bytes.count % record) bytes)"))
    }
    for i in 0..<count {
      let label = Int(bytes[i * record + layout.labelBytes - 1])
      guard label < layout.classNames.count else {
        throw DatasetError(
          "\(source), record \(i): expected a label in 0…\(layout.classNames.count - 1), "
            + "found \(label)")
      }
      if let coarse = layout.coarseClasses, bytes[i * record] >= coarse {
        throw DatasetError(
          "\(source), record \(i): expected a coarse label in 0…\(coarse - 1), "
            + "found \(bytes[i * record])")
      }
      labels.append(label)
    }
    let start = pixels.count
    pixels.append(contentsOf: repeatElement(0, count: count * pixelBytes))
    bytes.withUnsafeBufferPointer { source in
      pixels.withUnsafeMutableBufferPointer { target in
        for i in 0..<count {
          let from = i * record + layout.labelBytes
          let to = start + i * pixelBytes
          for p in 0..<1024 {
            target[to &+ 3 &* p] = source[from &+ p]
            target[to &+ 3 &* p &+ 1] = source[from &+ 1024 &+ p]
            target[to &+ 3 &* p &+ 2] = source[from &+ 2048 &+ p]
          }
        }
      }
    }
  }
}
