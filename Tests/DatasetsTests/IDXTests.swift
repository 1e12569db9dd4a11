import Datasets
import Files
import Foundation
import TestSupport
import Testing

@Suite struct IDXTests {
  private func big(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(value >> $0 & 255) }
  }

  private func images(_ count: Int, _ height: Int = 4, _ width: Int = 5) -> [UInt8] {
    [0, 0, 8, 3] + big(count) + big(height) + big(width)
      + (0..<(count * height * width)).map { UInt8(truncatingIfNeeded: $0) }
  }

  private func labels(_ values: [UInt8]) -> [UInt8] {
    [0, 0, 8, 1] + big(values.count) + values
  }

  private func load(_ folder: String, _ name: String = "mnist") throws -> LoadedData {
    try DatasetCatalog.load(name: name, options: DatasetOptions(root: folder))
  }

  @Test func oneChannelIsReplicated() throws {
    try withTemporaryFolder { folder in
      try put(images(3), folder + "/train-images-idx3-ubyte")
      try put(labels([7, 0, 9]), folder + "/train-labels-idx1-ubyte")
      try put(images(2), folder + "/t10k-images.idx3-ubyte")
      try put(labels([1, 2]), folder + "/t10k-labels.idx1-ubyte")
      let data = try load(folder)
      let train = try #require(data.train)
      #expect(train.count == 3 && train.height == 4 && train.width == 5)
      #expect(train.labels == [7, 0, 9] && data.test?.labels == [1, 2])
      let first = train.withBytes(of: 1) { Array($0[0..<6]) }
      #expect(first == [20, 20, 20, 21, 21, 21])
      #expect(try load(folder, "fashion-mnist").classNames[9] == "ankle-boot")
    }
  }

  @Test func disagreeingFilesAreRefused() throws {
    try withTemporaryFolder { folder in
      let (imagePath, labelPath) = (
        folder + "/train-images-idx3-ubyte", folder + "/train-labels-idx1-ubyte"
      )
      try put(images(3), imagePath)
      expectFileError("train-labels-idx1-ubyte", "none") { _ = try load(folder) }
      try put(labels([1, 2]), labelPath)
      expectFileError("expected 3 labels", "found 2") { _ = try load(folder) }
      try put(labels([1, 2, 10]), labelPath)
      expectFileError("label 2", "0…9", "found 10") { _ = try load(folder) }
      try put(labels([1, 2, 3]), labelPath)
      _ = try load(folder)
      try put(Array(images(3).dropLast()), imagePath)
      expectFileError("3×4×5 bytes", "found 59") { _ = try load(folder) }
      try put(labels(Array(repeating: 1, count: 20)), imagePath)
      expectFileError("IDX", "found 0 0 8 1") { _ = try load(folder) }
      try put([0, 0, 8, 3] + big(-1) + big(-1) + big(-1), imagePath)
      expectFileError(imagePath) { _ = try load(folder) }
      try put(images(3, 0, 4), imagePath)
      expectFileError("1 to 4096 pixels") { _ = try load(folder) }
      try put([0, 0], imagePath)
      expectFileError("header of 16 bytes", "found 2") { _ = try load(folder) }
    }
    expectFileError("train-images-idx3-ubyte", "dataset-fashion-mnist") {
      guard !FileManager.default.fileExists(atPath: "/usr/share/datasets/fashion-mnist"),
        !FileManager.default.fileExists(atPath: "data/fashion-mnist")
      else { throw DatasetError("train-images-idx3-ubyte dataset-fashion-mnist is installed") }
      _ = try DatasetCatalog.load(name: "fashion-mnist")
    }
  }

  @Test func mutatedFilesNeverCrash() throws {
    try withTemporaryFolder { folder in
      try put(labels([1, 2, 3]), folder + "/train-labels-idx1-ubyte")
      for seed in 0..<300 {
        var mutator = Mutator(UInt64(seed))
        try put(mutator.mutate(images(3)), folder + "/train-images-idx3-ubyte")
        _ = try? load(folder)
      }
    }
  }
}
