import Testing

@testable import Files

@Suite struct SpillFileTests {
  private static func store(_ file: SpillFile, _ pieces: [[UInt8]]) throws -> SpillSlot {
    let all = pieces.map {
      UnsafeMutableRawBufferPointer.allocate(byteCount: $0.count, alignment: 1)
    }
    defer { for piece in all { piece.deallocate() } }
    for (piece, bytes) in zip(all, pieces) { piece.copyBytes(from: bytes) }
    return try file.store(all.map { UnsafeRawBufferPointer($0) })
  }

  private static func read(_ slot: SpillSlot, _ sizes: [Int]) throws -> [[UInt8]] {
    let all = sizes.map { UnsafeMutableRawBufferPointer.allocate(byteCount: $0, alignment: 1) }
    defer { for piece in all { piece.deallocate() } }
    try slot.read(into: all)
    return all.map { Array($0) }
  }

  @Test func piecesComeBackAndSpaceIsUsedAgain() throws {
    let file = try SpillFile(limit: 1 << 20)
    func bytes(_ seed: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ seed) }
    }
    let sizes = [[1000, 0, 24], [500], [70_000, 3], [1]]
    var slots = try sizes.enumerated().map { seed, sizes in
      Optional(try Self.store(file, sizes.map { bytes(seed, $0) }))
    }
    #expect(file.byteCount == 1024 + 500 + 70_003 + 1)
    // Two neighbours leave one hole, which something as long fits into.
    slots[0] = nil
    slots[1] = nil
    #expect(file.byteCount == 70_004)
    slots[0] = try Self.store(file, [bytes(9, 1524)])
    #expect(file.byteCount == 71_528)
    for (i, expected) in [
      (2, [bytes(2, 70_000), bytes(2, 3)]), (3, [bytes(3, 1)]), (0, [bytes(9, 1524)]),
    ] {
      let slot = try #require(slots[i])
      #expect(try Self.read(slot, expected.map(\.count)) == expected)
    }
    slots = []
    #expect(file.byteCount == 0)
  }

  @Test func whatDoesNotFitIsRefusedAndTheRestIsThere() throws {
    let file = try SpillFile(limit: 100)
    let kept = try Self.store(file, [[1, 2, 3]])
    #expect(throws: FileError("no room for 98 bytes on disk: 3 of 100 bytes are in use")) {
      _ = try Self.store(file, [Array(repeating: 7, count: 98)])
    }
    #expect(file.byteCount == 3)
    #expect(try Self.read(kept, [3]) == [[1, 2, 3]])
    let other = try Self.store(file, [Array(repeating: 7, count: 97)])
    #expect(other.byteCount == 97 && file.byteCount == 100)
  }
}
