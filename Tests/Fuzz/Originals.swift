import Files
import Images

/// The valid files that mutations start from.
enum Originals {
  /// Files that need no session.
  static func plain() throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for (name, count) in [("data_batch_1", 12), ("data_batch_2", 5), ("test_batch", 6)] {
      files["cifar10/\(name).bin"] = records(count, labelBytes: 1)
    }
    for (name, count) in [("train", 12), ("test", 6)] {
      files["cifar100/\(name).bin"] = records(count, labelBytes: 2)
    }
    for (prefix, count) in [("train", 12), ("t10k", 6)] {
      let images = idx([count, 8, 8], (0..<count * 64).map { UInt8(truncatingIfNeeded: $0 &* 7) })
      let labels = idx([count], (0..<count).map { UInt8($0 % 3) })
      files["mnist/\(prefix)-images-idx3-ubyte"] = images
      files["mnist/\(prefix)-labels-idx1-ubyte"] = labels
      files["gz/\(prefix)-images-idx3-ubyte.gz"] = gzip(images)
      files["gz/\(prefix)-labels-idx1-ubyte.gz"] = gzip(labels)
    }
    let pixels: [UInt8] = (0..<24 * 3 * 64).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 3) }
    let images = NPYArray(shape: [24, 3, 8, 8], uint8s: pixels)
    let labels = NPYArray(shape: [24], int64s: (0..<24).map { $0 % 3 })
    files["a.npy"] = NPY.encode(images)
    files["t.npz"] = zip([("images.npy", NPY.encode(images)), ("labels.npy", NPY.encode(labels))])
    let image = RGBImage(width: 8, height: 8, pixels: Array(pixels.prefix(192)))
    files["x.png"] = try PNG.encode(image, text: [PNG.TextEntry(key: "Title", value: "a figure")])
    files["folder/s.dyad"] = Array("note one\nlet a = 2\nbad line\nnote two\n".utf8)
    files["loop.dyad"] = Array("note again\nsource loop.dyad\n".utf8)
    files["blob.bin"] = Array(pixels.prefix(300))
    return files
  }

  /// Writes the files that need the library's own writers or a session; returns their names.
  static func makeSessions(_ place: FuzzFolder) throws -> [String] {
    let pixels: [UInt8] = (0..<24 * 3 * 64).map { UInt8(truncatingIfNeeded: $0 &* 29 ^ $0 >> 4) }
    let labels = SafetensorsTensor.int64s("labels", [24], (0..<24).map { $0 % 3 })
    try SafetensorsWriter.write(
      to: "i.safetensors", tensors: [.uint8s("images", [24, 3, 8, 8], pixels), labels])
    try SafetensorsWriter.write(
      to: "f.safetensors",
      tensors: [.floats("images", [24, 3, 8, 8], pixels.map { Float($0) / 255 - 0.5 }), labels])
    let viewSize = 2 * 2 * 4 * 3 * 64
    let views: [Float] = (0..<viewSize).map { Float($0 % 97) / 50 - 1 }
    let ids: [Int] = (0..<16).map { $0 % 8 }
    let few: [Int] = (0..<8).map { $0 % 3 }
    try SafetensorsWriter.write(
      to: "b.safetensors",
      tensors: [
        .floats("view1", [2, 2, 4, 3, 8, 8], views),
        .floats("view2", [2, 2, 4, 3, 8, 8], Array(views.reversed())),
        .int64s("index", [2, 2, 4], ids),
        .int64s("labels", [8], few),
      ])
    let session = FuzzSession(place)
    session.cancellation.isOff = true
    for line in [
      "data tensors i.safetensors", "augment simclr", "backbone small width=2",
      "method simsiam-multi batch=8 proj=[8,8] pred=4 start=1ep stages=2", "step 7",
      "track loss,lr -> m.jsonl", "step 2", "save session s", "save tensors w.safetensors optim=on",
      "save tensors h.safetensors backbone.*",
    ] {
      if let problem = session.run(line) { throw FuzzError("\(line): \(problem)") }
    }
    guard session.lastError == nil else {
      throw FuzzError("the original session failed: \(session.lastError ?? "")")
    }
    return [
      "i.safetensors", "f.safetensors", "b.safetensors", "s.safetensors", "s.dyad",
      "w.safetensors", "h.safetensors",
    ]
  }

  private static func records(_ count: Int, labelBytes: Int) -> [UInt8] {
    (0..<count).flatMap { i -> [UInt8] in
      Array(repeating: UInt8(i % 10), count: labelBytes)
        + (0..<3072).map { UInt8(truncatingIfNeeded: $0 &* (i + 3)) }
    }
  }

  private static func idx(_ shape: [Int], _ bytes: [UInt8]) -> [UInt8] {
    var file: [UInt8] = [0, 0, 8, UInt8(shape.count)]
    for extent in shape { file += little(extent, 4).reversed() }
    return file + bytes
  }

  /// A .gz file of one stored block.
  static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    let bytes = Array(bytes.prefix(65535))
    let length = UInt16(bytes.count)
    let start: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1]
    let sizes: [UInt8] = little(Int(length), 2) + little(Int(~length), 2)
    let end: [UInt8] = little(Int(Gzip.crc32(bytes)), 4) + little(bytes.count, 4)
    return start + sizes + bytes + end
  }

  /// A zip archive of stored members.
  static func zip(_ members: [(name: String, bytes: [UInt8])]) -> [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for (name, bytes) in members {
      var common: [UInt8] = [20, 0, 0, 0, 0, 0, 0, 0, 0, 0]
      common += little(Int(Gzip.crc32(bytes)), 4)
      common += little(bytes.count, 4) + little(bytes.count, 4)
      common += little(name.utf8.count, 2) + [0, 0]
      directory += [0x50, 0x4B, 1, 2, 20, 0] + common
      directory += Array(repeating: 0, count: 10) + little(file.count, 4) + Array(name.utf8)
      file += [0x50, 0x4B, 3, 4] + common
      file += Array(name.utf8) + bytes
    }
    let count = little(members.count, 2)
    let sizes: [UInt8] = little(directory.count, 4) + little(file.count, 4)
    let end: [UInt8] = [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count + count
    return file + directory + end + sizes + [0, 0]
  }

  private static func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}

/// Why the fuzzer itself cannot go on.
struct FuzzError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
