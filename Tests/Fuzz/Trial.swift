import Files
import Foundation
import Images

/// What is mutated and how it is read.
enum FileFormat: CaseIterable {
  case weights, tensors, batches, npz, cifar, idx, gzip, sessionState, sessionLog, script, npy, png

  /// The session that reads the files.
  var preparation: Preparation {
    switch self {
    case .weights, .script: .steps
    default: .empty
    }
  }
}

/// One mutated file on disk and the lines that read it.
struct Trial {
  /// What was made from what.
  var text = ""
  /// The lines that read it.
  var lines: [String] = []
  private var bytes: [UInt8] = []

  private static let train = [
    "backbone small width=2", "method simclr batch=2 proj=[4,4]", "step 2", "stats z1",
    "save features o.safetensors overwrite=on", "data show 0..3",
  ]

  /// Mutates an original and writes the result.
  init(_ format: FileFormat, _ place: FuzzFolder, _ random: inout SeededRandom) throws {
    func original(_ name: String) -> [UInt8] { place.originals[name] ?? [] }
    func put(_ name: String, _ bytes: [UInt8]) throws { try FuzzFolder.write(bytes, name) }
    let few = random.chance(30) ? ["step"] : []
    switch format {
    case .weights:
      text = random.pick(["w.safetensors", "h.safetensors", "s.safetensors"])
      bytes = ByteMutation.safetensors(original(text), &random)
      try put("m.safetensors", bytes)
      lines = ["load weights m.safetensors\(random.pick(["", " strict=off"]))"] + few
      if random.chance(20) { lines = ["backbone small width=2 weights=m.safetensors"] }
    case .tensors:
      text = random.pick(["i.safetensors", "f.safetensors"])
      bytes = ByteMutation.safetensors(original(text), &random)
      try put("m.safetensors", bytes)
      lines = ["data tensors m.safetensors\(random.pick(["", " n=5", " labels=off"]))"] + Self.train
    case .batches:
      text = "b.safetensors"
      bytes = ByteMutation.safetensors(original(text), &random)
      try put("m.safetensors", bytes)
      lines = ["data batches m.safetensors", "backbone small width=2", "method simclr proj=[4,4]"]
      lines += ["step 5"]
    case .npz:
      text = "t.npz"
      bytes = ByteMutation.mutated(original(text), &random)
      if random.chance(60) {
        let array = ByteMutation.mutated(original("a.npy"), &random)
        bytes = Originals.zip([(random.pick(["images.npy", "view1.npy", "x"]), array)])
      }
      try put("m.npz", bytes)
      lines = ["data tensors m.npz"] + Self.train
    case .cifar:
      let name = random.pick(["cifar10", "cifar100"])
      text = random.pick(
        name == "cifar10"
          ? ["data_batch_1.bin", "data_batch_2.bin", "test_batch.bin"] : ["train.bin", "test.bin"])
      text = name + "/" + text
      bytes = ByteMutation.mutated(original(text), &random)
      if random.chance(20) { bytes = [] }
      try put(text, bytes)
      lines = ["data \(name) root=\(name)"] + (random.chance(20) ? Self.train : [])
    case .idx:
      text = "mnist/" + Self.idxName(&random)
      bytes = ByteMutation.mutated(original(text), &random)
      try put(text, bytes)
      lines = ["data mnist root=mnist"] + (random.chance(30) ? Self.train : [])
    case .gzip:
      let name = Self.idxName(&random)
      text = "gz/" + name + ".gz"
      bytes = ByteMutation.mutated(original(text), &random)
      if random.chance(40) {
        bytes = Originals.gzip(ByteMutation.mutated(original("mnist/" + name), &random))
      }
      try put(text, bytes)
      lines = ["data mnist root=gz"]
    case .sessionState:
      text = "s.safetensors"
      bytes = ByteMutation.safetensors(original(text), &random)
      try put("m.safetensors", bytes)
      try put("m.dyad", original("s.dyad"))
      lines = ["load session m"] + few + ["save session o overwrite=on"]
    case .sessionLog, .script:
      text = random.pick(format == .script ? ["folder/s.dyad", "s.dyad"] : ["s.dyad"])
      let changed = ByteMutation.mutated(original(text), &random)
      // A byte that is no UTF-8 stays; only slashes could lead out of the folder.
      bytes = changed.map { $0 == UInt8(ascii: "/") ? UInt8(ascii: "_") : $0 }
      try put("m.dyad", bytes)
      lines = ["source m.dyad"]
      if format == .sessionLog { lines = ["replay m.dyad\(random.pick([" --verify", ""]))"] }
    case .npy:
      text = "a.npy"
      bytes = ByteMutation.mutated(original(text), &random)
    case .png:
      text = "x.png"
      bytes = ByteMutation.mutated(original(text), &random)
      if random.chance(70) { Self.correctChecksums(&bytes) }
    }
  }

  /// Gives the bytes to every decoder that takes bytes; all may refuse them.
  func decode() {
    let limit = FuzzSession.memoryLimit
    _ = try? NPY.parse(bytes, source: "fuzz")
    _ = try? PNG.decode(bytes, pixelLimit: 1 << 20)
    _ = try? Gzip.inflate(bytes, limit: limit, source: "fuzz")
    _ = try? JSONText.parse(String(decoding: bytes, as: UTF8.self))
    for name in ["m.safetensors", "m.npz"] {
      if let file = try? SafetensorsFile(path: name) {
        for tensor in file.names { _ = try? file.doubles(tensor) }
      }
      if let file = try? NPZ(path: name) {
        for array in file.names { _ = try? file.array(array, limit: limit) }
      }
    }
  }

  private static func idxName(_ random: inout SeededRandom) -> String {
    random.pick(["train", "t10k"]) + random.pick(["-images-idx3-ubyte", "-labels-idx1-ubyte"])
  }

  /// Makes a PNG's chunk checksums right again, so that the reader goes on to the content.
  private static func correctChecksums(_ bytes: inout [UInt8]) {
    var at = 8
    while at + 12 <= bytes.count {
      let length = bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - at - 12 else { return }
      let crc = Gzip.crc32(Array(bytes[at + 4..<at + 8 + length]))
      for i in 0..<4 { bytes[at + 8 + length + i] = UInt8(truncatingIfNeeded: crc >> (24 - 8 * i)) }
      at += 12 + length
    }
  }
}
