import Files
import Foundation
import TestSupport
import Testing

@Suite struct NumPyFileTests {
  private let ramp = (0..<12).map { (Float($0) - 5) / 3 }

  @Test(arguments: ["f4.npy", "v2.npy", "v3.npy"]) func readsEveryVersion(_ name: String) throws {
    let array = try NPY.read(fixture("files/" + name))
    #expect(array.shape == [3, 4] && array.type == .float32)
    #expect(array.floats == ramp)
    #expect(array.int64s == nil)
  }

  @Test func readsOtherTypes() throws {
    #expect(try NPY.read(fixture("files/i8.npy")).int64s == [.min, -1, 0, .max])
    let bytes = try NPY.read(fixture("files/u1.npy"))
    #expect(bytes.shape == [2, 3, 4] && bytes.bytes == (0..<24).map { UInt8($0) })
    let scalar = try NPY.read(fixture("files/scalar.npy"))
    #expect(scalar.shape == [] && scalar.floats == [Float(1.0 / 3)])
  }

  @Test func writesTheSameBytesAsNumPy() throws {
    #expect(
      NPY.encode(NPYArray(shape: [3, 4], floats: ramp)) == (try get(fixture("files/f4.npy"))))
    let bytes = (0..<24).map { UInt8($0) }
    #expect(
      NPY.encode(NPYArray(shape: [2, 3, 4], uint8s: bytes)) == (try get(fixture("files/u1.npy"))))
    let wide = NPYArray(shape: [4], int64s: [.min, -1, 0, .max])
    #expect(NPY.encode(wide) == (try get(fixture("files/i8.npy"))))
  }

  @Test func refusesWhatItCannotRead() {
    expectFileError("C order", "Fortran") { _ = try NPY.read(fixture("files/fortran.npy")) }
    expectFileError("'|O'") { _ = try NPY.read(fixture("files/object.npy")) }
    expectFileError("'>f4'") { _ = try NPY.read(fixture("files/big-endian.npy")) }
    expectFileError("not an npy file") { _ = try NPY.read(fixture("files/text.gz")) }
  }

  @Test(arguments: ["stored.npz", "deflated.npz"]) func readsArchives(_ name: String) throws {
    let archive = try NPZ(path: fixture("files/" + name))
    if name == "stored.npz" {
      #expect(archive.names == ["images", "labels"])
      let images = try archive.array("images")
      #expect(images.shape == [2, 3, 2, 2] && images.bytes == (0..<24).map { UInt8($0) })
      #expect(try archive.array("labels").int64s == [1, 0])
    } else {
      #expect(try archive.array("x").floats == Array(repeating: 0, count: 10000))
      #expect(try archive.array("y").floats == ramp)
      #expect(try archive.array("n").int64s == [0, 1, 2, 3, 4])
      expectFileError("at most 100 bytes") { _ = try archive.array("x", limit: 100) }
    }
    expectFileError("no array 'none'") { _ = try archive.array("none") }
  }

  @Test func damagedArchivesAreNoticed() throws {
    try withTemporaryFolder { folder in
      var bytes = try get(fixture("files/stored.npz"))
      let place = try #require(bytes.firstIndex(of: 0x93)) + 140
      bytes[place] ^= 1
      try put(bytes, folder + "/a.npz")
      expectFileError("CRC") { _ = try NPZ(path: folder + "/a.npz").array("images") }
      try put(Array(bytes.dropLast(40)), folder + "/b.npz")
      expectFileError("not a zip file") { _ = try NPZ(path: folder + "/b.npz") }
    }
  }

  @Test(arguments: ["f4.npy", "i8.npy", "stored.npz", "deflated.npz"])
  func mutatedFilesNeverCrash(_ name: String) throws {
    try withTemporaryFolder { folder in
      let original = try get(fixture("files/" + name))
      for seed in 0..<400 {
        var mutator = Mutator(UInt64(seed))
        let bytes = mutator.mutate(original)
        if name.hasSuffix("npy") {
          _ = try? NPY.parse(bytes, source: "x").floats
        } else {
          try put(bytes, folder + "/m.npz")
          guard let archive = try? NPZ(path: folder + "/m.npz") else { continue }
          for name in archive.names { _ = try? archive.array(name, limit: 1 << 24) }
        }
      }
    }
  }
}

@Suite struct GzipTests {
  @Test func inflatesFiles() throws {
    let text = String(repeating: "hello gzip\n", count: 1000)
    #expect(try Gzip.contents(of: fixture("files/text.gz"), limit: 1 << 20) == Array(text.utf8))
    let members = try Gzip.contents(of: fixture("files/members.gz"), limit: 100)
    #expect(String(decoding: members, as: UTF8.self) == "first,second")
    let plain = try Gzip.contents(of: fixture("files/f4.npy"), limit: 1 << 20)
    #expect(plain == (try get(fixture("files/f4.npy"))))
  }

  @Test func theLimitHoldsForTheResult() throws {
    expectFileError("at most 10999 bytes", "text.gz") {
      _ = try Gzip.contents(of: fixture("files/text.gz"), limit: 10999)
    }
    _ = try Gzip.contents(of: fixture("files/text.gz"), limit: 11000)
  }

  @Test func damageIsNoticed() throws {
    let whole = try get(fixture("files/text.gz"))
    expectFileError("ends too early") {
      _ = try Gzip.inflate(Array(whole.dropLast(9)), limit: 1 << 20, source: "x")
    }
    var flipped = whole
    flipped[whole.count - 6] ^= 0x10
    expectFileError("damaged") { _ = try Gzip.inflate(flipped, limit: 1 << 20, source: "x") }
    for seed in 0..<400 {
      var mutator = Mutator(UInt64(seed))
      _ = try? Gzip.inflate(mutator.mutate(whole), limit: 1 << 20, source: "x")
    }
  }

  @Test func checksumIsTheStandardOne() {
    #expect(Gzip.crc32(Array("123456789".utf8)) == 0xCBF4_3926)
  }
}
