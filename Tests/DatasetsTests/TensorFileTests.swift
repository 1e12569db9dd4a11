import Datasets
import Files
import Foundation
import TestSupport
import Testing

@Suite struct TensorFileTests {
  private func load(_ path: String, _ change: (inout DatasetOptions) -> Void = { _ in }) throws
    -> LoadedData
  {
    var options = DatasetOptions(file: path)
    change(&options)
    return try DatasetCatalog.load(name: "tensors", options: options)
  }

  @Test func npzOfBytes() throws {
    let data = try load(fixture("datasets/tensors.npz"))
    let train = try #require(data.train)
    #expect(train.count == 6 && train.height == 4 && train.width == 5 && train.isBytes)
    #expect(train.labels == [0, 2, 1, 0, 2, 2] && train.classNames == ["0", "1", "2"])
    let source = try NPZ(path: fixture("datasets/tensors.npz")).array("images").bytes
    // Image 4, row 2, column 3 of [N, 3, 4, 5].
    let plane = 4 * 5
    let place = 2 * 5 + 3
    let want: [UInt8] = (0..<3).map { channel in source[(4 * 3 + channel) * plane + place] }
    let got = train.withBytes(of: 4) { Array($0[(3 * place)..<(3 * place + 3)]) }
    #expect(got == want)
    let scaled = try load(fixture("datasets/tensors.npz")) {
      $0.mean = [0.5]; $0.std = [0.1, 0.2, 1]
    }
    #expect(scaled.train?.mean == [0.5, 0.5, 0.5] && scaled.train?.std == [0.1, 0.2, 1])
    let two = try load(fixture("datasets/tensors.npz")) {
      $0.perClass = 1; $0.classes = ["2", "0"]
    }
    #expect(two.labels == [1, 0] && two.classNames == ["2", "0"])
    let none = try load(fixture("datasets/tensors.npz")) { $0.labels = false }
    #expect(none.labels == nil && none.classNames.isEmpty)
  }

  @Test func floatsAreTakenAsTheyAre() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a.safetensors"
      let values = (0..<24).map { Float($0) } + [.nan]
      try SafetensorsWriter.write(
        to: path, tensors: [.floats("images", [2, 3, 2, 2], Array(values[0..<24]))])
      let train = try #require(try load(path).train)
      #expect(train.labels == nil && !train.isBytes)
      var image = [Float](repeating: 0, count: 12)
      image.withUnsafeMutableBufferPointer { buffer in
        if let base = buffer.baseAddress { train.writeNormalized(1, into: base) }
      }
      #expect(image == [12, 16, 20, 13, 17, 21, 14, 18, 22, 15, 19, 23])
      #expect(throws: DatasetError.self) { try load(path) { $0.mean = [0.5] } }
      #expect(throws: DatasetError.self) { try load(path) { $0.labels = true } }
      #expect(throws: DatasetError.self) { try load(path) { $0.perClass = 1 } }
      #expect(throws: DatasetError.self) { try load(path) { $0.memoryLimit = 100 } }
      try SafetensorsWriter.write(
        to: path, tensors: [.floats("images", [1, 1, 1, 2], [.nan, 3])])
      let gray = try load(path)
      #expect(gray.warnings == ["3 of 6 image values are not finite"])
      #expect(gray.sampleShape == [1, 2, 3])
    }
  }

  @Test func whatDoesNotFitIsRefused() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a.safetensors"
      func expect(_ parts: String, _ tensors: [SafetensorsTensor]) throws {
        try SafetensorsWriter.write(to: path, tensors: tensors)
        expectFileError(path, parts) { _ = try load(path) }
      }
      let images = SafetensorsTensor.uint8s("images", [2, 3, 1, 1], [1, 2, 3, 4, 5, 6])
      try expect("expected a tensor 'images'", [.floats("x", [1], [1])])
      try expect("[N, C, H, W]", [.floats("images", [2, 3], [1, 2, 3, 4, 5, 6])])
      try expect("uint8 or float32, found I64", [.int64s("images", [1, 1, 1, 1], [1])])
      try expect("1 or 3 channels, found 2", [.floats("images", [1, 2, 1, 1], [1, 2])])
      try expect("no extent of 0", [.floats("images", [0, 3, 1, 1], [])])
      try expect("expected 2, one per image, found 1", [images, .int64s("labels", [1], [0])])
      try expect("'labels'[1]", [images, .int64s("labels", [2], [0, -1])])
      try expect("99999, found 100000", [images, .int64s("labels", [2], [0, 100_000])])
      try expect("expected integers", [images, .floats("labels", [2], [0, 1])])
    }
  }

  @Test func mutatedFilesNeverCrash() throws {
    try withTemporaryFolder { folder in
      for (name, limit) in [("tensors.npz", 300), ("batches.safetensors", 300)] {
        let original = try get(fixture("datasets/" + name))
        for seed in 0..<limit {
          var mutator = Mutator(UInt64(seed))
          let path = folder + "/" + name
          try put(mutator.mutate(original), path)
          let options = DatasetOptions(file: path, memoryLimit: 1 << 26)
          _ = try? DatasetCatalog.load(
            name: name.hasSuffix("npz") ? "tensors" : "batches", options: options)
        }
      }
    }
  }
}

@Suite struct RecordedBatchesTests {
  @Test func replaysTheRecordedOrder() throws {
    let data = try DatasetCatalog.load(
      name: "batches", options: DatasetOptions(file: fixture("datasets/batches.safetensors")))
    guard case .batches(let batches) = data.content else {
      Issue.record("expected batches")
      return
    }
    #expect(batches.epochs == 2 && batches.stepsPerEpoch == 3 && batches.batchSize == 4)
    #expect(data.sampleCount == 12 && data.classNames == ["0", "1", "2", "3"])
    #expect(data.sampleShape == [2, 2, 3])
    let loader = Loader(order: batches, maker: RecordedViews(batches: batches), workers: 2)
    let wanted = [[5, 10, 9, 3], [1, 11, 7, 8], [2, 6, 0, 4], [8, 6, 3, 2], [10, 9, 1, 11]]
    for (i, ids) in wanted.enumerated() {
      let batch = try loader.next()
      #expect(batch.ids == ids)
      // The file's values count up in [E, S, B, C, H, W]; the second view is negative.
      let start = Float(i * 48)
      #expect(Array(batch.views[0..<6]) == [0, 4, 8, 1, 5, 9].map { start + $0 })
      #expect(batch.views[48] == -(288 + start))
    }
    _ = try loader.next()
    expectFileError("end after 2 epochs of 3 steps", "found 2") { _ = try loader.next() }
    loader.seek(epoch: 1, step: 0)
    #expect(try loader.next().ids == [8, 6, 3, 2])
    let probe = try ProbeSet(data: data, augmentation: nil, seed: 0)
    #expect(probe.ids == Array(0..<12) && probe.labels == (0..<12).map { $0 % 4 })
    // Sample 5 comes first in epoch 0, step 0, place 0; sample 10 after it.
    #expect(Array(probe.views[(5 * 12)..<(5 * 12 + 3)]) == [0, 4, 8])
    #expect(probe.views[10 * 12] == 12)
  }

  @Test func writingAndReadingGivesTheSame() throws {
    try withTemporaryFolder { folder in
      let batches = try RecordedBatches.read(fixture("datasets/batches.safetensors"))
      try batches.write(to: folder + "/b.safetensors")
      let again = try RecordedBatches.read(folder + "/b.safetensors")
      #expect(again.hash == batches.hash && again.index == batches.index)
      let original = try SafetensorsFile(path: fixture("datasets/batches.safetensors"))
      let copy = try SafetensorsFile(path: folder + "/b.safetensors")
      #expect(try copy.floats("view2") == original.floats("view2"))
    }
  }

  @Test func missingIndexAndLabels() throws {
    let batches = try RecordedBatches(
      shape: [1, 2, 3, 1, 1, 1], view1: [1, 2, 3, 4, 5, 6], view2: [0, 0, 0, 0, 0, 0], index: nil,
      labels: nil)
    #expect(batches.index == [0, 1, 2, 0, 1, 2])
    #expect(batches.sampleCount == 3 && batches.classNames.isEmpty)
    expectFileError("'index'[1]", "0…1", "found 5") {
      _ = try RecordedBatches(
        shape: [1, 1, 2, 1, 1, 1], view1: [1, 2], view2: [1, 2], index: [0, 5], labels: [0, 1])
    }
  }

  @Test func disagreeingShapesAreRefused() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/b.safetensors"
      let one = SafetensorsTensor.floats("view1", [1, 1, 2, 1, 1, 1], [1, 2])
      func expect(_ part: String, _ tensors: [SafetensorsTensor]) throws {
        try SafetensorsWriter.write(to: path, tensors: tensors)
        expectFileError(path, part) { _ = try RecordedBatches.read(path) }
      }
      try expect("'view2'", [one])
      try expect("shape of 'view1'", [one, .floats("view2", [1, 2, 1, 1, 1, 1], [1, 2])])
      let two = SafetensorsTensor.floats("view2", [1, 1, 2, 1, 1, 1], [1, 2])
      try expect(
        "'index': expected shape [1, 1, 2]", [one, two, .int64s("index", [1, 2, 1], [0, 1])])
      try expect("'index'[0]", [one, two, .int64s("index", [1, 1, 2], [-1, 1])])
      try expect(
        "floating-point views",
        [.int64s("view1", [1, 1, 1, 1, 1, 1], [1]), .int64s("view2", [1, 1, 1, 1, 1, 1], [1])])
    }
  }
}
