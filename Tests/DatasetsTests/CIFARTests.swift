import Datasets
import Files
import Foundation
import TestSupport
import Testing

/// Returns records whose pixels tell record, channel and place.
private func records(_ count: Int, labelBytes: [(Int) -> UInt8]) -> [UInt8] {
  (0..<count).flatMap { i in
    labelBytes.map { $0(i) }
      + (0..<3072).map { UInt8(truncatingIfNeeded: i * 7 + ($0 / 1024) * 50 + ($0 % 1024)) }
  }
}

private func cifar10(_ count: Int) -> [UInt8] {
  records(count, labelBytes: [{ UInt8($0 * 3 % 10) }])
}

@Suite struct CIFARTests {
  @Test func planesBecomePixels() throws {
    try withTemporaryFolder { folder in
      try put(cifar10(4), folder + "/data_batch_1.bin")
      try put(cifar10(3), folder + "/data_batch_3.bin")
      try put(cifar10(2), folder + "/test_batch.bin")
      let data = try DatasetCatalog.load(
        name: "cifar10", options: DatasetOptions(root: folder))
      let train = try #require(data.train)
      #expect(train.count == 7 && data.test?.count == 2)
      #expect(train.labels == [0, 3, 6, 9, 0, 3, 6])
      #expect(train.classNames[9] == "truck" && train.classNames.count == 10)
      #expect(train.hash != data.test?.hash)
      // Image 5 is record 1 of the second file: 7 + 50·channel + 32·row + column.
      let pixel = train.withBytes(of: 5) { Array($0[(3 * (32 * 2 + 4))..<(3 * (32 * 2 + 5))]) }
      #expect(pixel == [75, 125, 175])
      #expect(data.warnings == ["7 of 50 000 training images"])
      #expect(data.sources.map(\.size) == [4 * 3073, 3 * 3073, 2 * 3073])
      var values = [Float](repeating: 0, count: train.imageSize)
      values.withUnsafeMutableBufferPointer { buffer in
        if let base = buffer.baseAddress { train.writeNormalized(5, into: base) }
      }
      let want = ((75 as Float) / 255 - 0.4914) / 0.2470
      #expect(values[3 * (32 * 2 + 4)] == want)
    }
  }

  @Test func malformedFilesAreRefused() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/data_batch_1.bin"
      func load() throws {
        _ = try DatasetCatalog.load(name: "cifar10", options: DatasetOptions(root: folder))
      }
      expectFileError("data cifar10", "'data_batch_1.bin … 5'", folder, "none") { try load() }
      try put(Array(cifar10(4).dropLast()), path)
      expectFileError(path, "3073-byte records", "found 12291 bytes", "3 records and 3072") {
        try load()
      }
      try put([], path)
      expectFileError("3073-byte records", "found 0 bytes") { try load() }
      var bytes = cifar10(4)
      bytes[2 * 3073] = 10
      try put(bytes, path)
      expectFileError("record 2", "0…9", "found 10") { try load() }
      try put(cifar10(4), path)
      try put(Array(cifar10(1).dropLast(3)), folder + "/test_batch.bin")
      expectFileError("test_batch.bin", "3070") { try load() }
      try FileManager.default.removeItem(atPath: folder + "/test_batch.bin")
      let data = try DatasetCatalog.load(name: "cifar10", options: DatasetOptions(root: folder))
      #expect(data.test == nil && data.warnings.count == 2)
    }
    expectFileError("no such folder '/none/here'") {
      _ = try DatasetCatalog.load(name: "cifar10", options: DatasetOptions(root: "/none/here"))
    }
  }

  @Test func cifar100HasTwoLabels() throws {
    try withTemporaryFolder { folder in
      let fine = records(5, labelBytes: [{ UInt8($0) }, { UInt8($0 * 20) }])
      try put(fine, folder + "/train.bin")
      try put(fine, folder + "/test.bin")
      let data = try DatasetCatalog.load(name: "cifar100", options: DatasetOptions(root: folder))
      #expect(data.labels == [0, 20, 40, 60, 80])
      #expect(data.classNames[20] == "chair" && data.classNames[99] == "worm")
      var bytes = fine
      bytes[3074] = 20
      try put(bytes, folder + "/train.bin")
      expectFileError("record 1", "coarse label", "found 20") {
        _ = try DatasetCatalog.load(name: "cifar100", options: DatasetOptions(root: folder))
      }
    }
  }

  @Test func mutatedFilesNeverCrash() throws {
    try withTemporaryFolder { folder in
      let original = cifar10(3)
      for seed in 0..<200 {
        var mutator = Mutator(UInt64(seed))
        try put(mutator.mutate(original), folder + "/data_batch_1.bin")
        _ = try? DatasetCatalog.load(
          name: "cifar10", options: DatasetOptions(root: folder, perClass: 1))
      }
    }
  }
}

@Suite struct SubsetTests {
  /// Labels 0 0 1 2 0 1 2 1 0, one value a pixel.
  private let images = ImageDataset(
    name: "toy", split: "train", classNames: ["a", "b", "c"], labels: [0, 0, 1, 2, 0, 1, 2, 1, 0],
    count: 9, height: 1, width: 1, pixels: .bytes((0..<27).map { UInt8($0 / 3) }),
    mean: [0, 0, 0], std: [1, 1, 1])

  private func picks(_ data: ImageDataset) -> [UInt8] {
    (0..<data.count).compactMap { data.withBytes(of: $0) { $0[0] } }
  }

  @Test func nIsBalancedAndInFileOrder() throws {
    #expect(picks(try images.subset(n: 3)) == [0, 2, 3])
    #expect(picks(try images.subset(n: 5)) == [0, 1, 2, 3, 5])
    #expect(try images.subset(n: 5).labels == [0, 0, 1, 2, 1])
    #expect(picks(try images.subset(perClass: 2)) == [0, 1, 2, 3, 5, 6])
    #expect(picks(try images.subset()) == Array(0..<9))
  }

  @Test func classesAreKeptAndNumberedInTheOrderGiven() throws {
    let some = try images.subset(perClass: 1, classes: ["c", "0"])
    #expect(some.classNames == ["c", "a"])
    #expect(some.labels == [1, 0] && picks(some) == [0, 3])
    expectFileError("unknown class 'd'", "0…2") { _ = try images.subset(classes: ["d"]) }
    expectFileError("given twice") { _ = try images.subset(classes: ["a", "0"]) }
  }

  @Test func tooManyAreRefused() {
    expectFileError("n=10", "1 to 9") { _ = try images.subset(n: 10) }
    expectFileError("n=0") { _ = try images.subset(n: 0) }
    expectFileError("n=9", "3", "class 'c'", "found 2") { _ = try images.subset(n: 9) }
    expectFileError("per_class=3", "class 'c'", "found 2") { _ = try images.subset(perClass: 3) }
    expectFileError("found both") { _ = try images.subset(n: 3, perClass: 1) }
  }
}
