import Files
import Foundation
import TestSupport
import Testing

@Suite struct SafetensorsTests {
  @Test func readsWhatTheReferenceImplementationWrote() throws {
    let file = try SafetensorsFile(path: fixture("files/reference.safetensors"))
    #expect(file.metadata == ["note": "ä \"quoted\"\n", "k": "v"])
    #expect(
      Set(file.names)
        == ["f64", "f32", "f16", "i64", "i32", "i16", "u8", "flag", "scalar", "empty"])
    #expect(try file.doubles("f64") == [1.0 / 3, -2.5e300])
    #expect(try file.floats("f64") == [Float(1.0 / 3), -.infinity])
    #expect(try file.entry("f32").shape == [3, 4])
    #expect(try file.floats("f32") == (0..<12).map { (Float($0) - 5) / 3 })
    let half: [Float] = [0, -0.0, 1.5, 65504, 0x1p-24, .infinity, -.infinity]
    #expect(try file.floats("f16").map(\.bitPattern) == half.map(\.bitPattern))
    #expect(try file.int64s("i64") == [-5, 1 << 40])
    #expect(try file.int64s("i32") == [7, -8])
    #expect(try file.int64s("i16") == [-300])
    #expect(try file.floats("i16") == [-300])
    #expect(try file.uint8s("u8") == [0, 255])
    #expect(try file.uint8s("flag") == [1, 0])
    #expect(try file.entry("scalar").shape == [])
    #expect(try file.floats("scalar") == [2.5])
    #expect(try file.floats("empty") == [])
    expectFileError("'f32'", "integers", "F32") { _ = try file.int64s("f32") }
    expectFileError("no tensor 'nothing'") { _ = try file.floats("nothing") }
  }

  @Test func whatIsWrittenIsReadBack() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a.safetensors"
      let tensors: [SafetensorsTensor] = [
        .floats("z", [2, 3], [1, 2, 3, 4, 5, .nan]), .int64s("a\"b\\", [2], [-1, .max]),
        .uint8s("bytes", [3], [1, 2, 3]), .doubles("d", [], [1e-300]), .floats("none", [0], []),
        SafetensorsTensor(name: "b16", type: .bfloat16, shape: [2]) { write in
          for byte in [0xC0, 0x3F, 0x20, 0xC0] as [UInt8] {
            try withUnsafeBytes(of: byte) { try write($0) }
          }
        },
      ]
      for alignment in [8, 64] {
        try SafetensorsWriter.write(
          to: path, tensors: tensors, metadata: [("b", "1"), ("a", "{\"x\":2}")],
          alignment: alignment)
        let file = try SafetensorsFile(path: path)
        #expect(file.names == ["z", "a\"b\\", "bytes", "d", "none", "b16"])
        #expect(try file.entry("z").offset % alignment == 0)
        let z = try file.floats("z")
        #expect(Array(z[0..<5]) == [1, 2, 3, 4, 5] && z[5].isNaN)
        #expect(try file.int64s("a\"b\\") == [-1, .max])
        #expect(try file.doubles("d") == [1e-300])
        #expect(try file.floats("b16") == [1.5, -2.5])
        #expect(file.metadata == ["b": "1", "a": "{\"x\":2}"])
      }
      let left = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(left == ["a.safetensors"])
    }
  }

  @Test func aTensorThatGivesOtherBytesLeavesTheOldFile() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a.safetensors"
      try put(Array("old".utf8), path)
      expectFileError("expected 8 bytes", "'x'", "found 12") {
        try SafetensorsWriter.write(to: path, tensors: [.floats("x", [2], [1, 2, 3])])
      }
      expectFileError("'x' is used twice") {
        try SafetensorsWriter.write(
          to: path, tensors: [.floats("x", [1], [1]), .floats("x", [1], [1])])
      }
      expectFileError("overflows") {
        try SafetensorsWriter.write(
          to: path, tensors: [.floats("x", [Int.max / 2, 3], [1])])
      }
      #expect(try get(path) == Array("old".utf8))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.safetensors"])
    }
  }

  /// A header and the size of the data after it.
  struct BadHeader: Sendable, CustomTestStringConvertible {
    let header: String
    let dataSize: Int
    let expected: [String]

    init(_ header: String, _ dataSize: Int, _ expected: String...) {
      (self.header, self.dataSize, self.expected) = (header, dataSize, expected)
    }

    var testDescription: String { header }
  }

  static let badHeaders = [
    BadHeader(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,12]}}"#, 12, "8 bytes", "12"),
    BadHeader(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 4, "0…4", "0…8"),
    BadHeader(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 12, "8", "12"),
    BadHeader(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#, 12, "hole"),
    BadHeader(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8, "8…0"),
    BadHeader(#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4, "fit in memory"),
    BadHeader(
      #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, 0,
      "fit in memory"),
    BadHeader(
      #"{"a":{"dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,4]}}"#, 4,
      "fit in memory"),
    BadHeader(#"{"a":{"dtype":"F8","shape":[2],"data_offsets":[0,2]}}"#, 2, "dtype", "'F8'"),
    BadHeader(#"{"a":{"dtype":"U8","shape":[2.5],"data_offsets":[0,2]}}"#, 2, "shape"),
    BadHeader(#"{"a":{"dtype":"U8","shape":[2]}}"#, 2, "data_offsets"),
    BadHeader(#"{"a":[1]}"#, 2, "dtype"),
    BadHeader(#"[]"#, 0, "object"),
    BadHeader(#"{"__metadata__":{"a":1}}"#, 0, "metadata 'a'", "string"),
    BadHeader(
      #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"#
        + #""b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#, 3, "overlap"),
    BadHeader(
      #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"#
        + #""a":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}"#, 3, "duplicate key 'a'"),
    BadHeader(#"{"a":"#, 0, "expected a value"),
  ]

  @Test(arguments: badHeaders) func refusesBadHeaders(_ item: BadHeader) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/bad.safetensors"
      let length = withUnsafeBytes(of: UInt64(item.header.utf8.count).littleEndian) { Array($0) }
      try put(length + Array(item.header.utf8) + Array(repeating: 0, count: item.dataSize), path)
      do {
        _ = try SafetensorsFile(path: path)
        Issue.record("expected an error")
      } catch {
        for part in item.expected { #expect("\(error)".contains(part), "\(error)") }
      }
    }
  }

  @Test func refusesLyingLengths() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/bad.safetensors"
      for bytes in [[], [1, 2, 3], [9, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x7D]] as [[UInt8]] {
        try put(bytes, path)
        expectFileError("is not a safetensors file", "bad.safetensors") {
          _ = try SafetensorsFile(path: path)
        }
      }
      try put(Array(repeating: 0xFF, count: 64), path)
      expectFileError("is not a safetensors file", "18446744073709551615") {
        _ = try SafetensorsFile(path: path)
      }
      expectFileError("no such file") { _ = try SafetensorsFile(path: folder + "/none") }
      expectFileError("folder") { _ = try SafetensorsFile(path: folder) }
    }
  }

  @Test func mutatedFilesNeverCrash() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/m.safetensors"
      let original = try get(fixture("files/reference.safetensors"))
      var accepted = 0
      for seed in 0..<800 {
        var mutator = Mutator(UInt64(seed))
        try put(mutator.mutate(original), path)
        guard let file = try? SafetensorsFile(path: path) else { continue }
        accepted += 1
        for name in file.names {
          _ = try? file.floats(name)
          _ = try? file.int64s(name)
        }
      }
      #expect(accepted > 10 && accepted < 790)
    }
  }
}
