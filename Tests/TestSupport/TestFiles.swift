import Files
import Foundation
import Testing

/// Returns the path of a file in `Tests/Fixtures`.
public func fixture(_ name: String) -> String {
  GoldenSet.fixtureFolder(name)
}

/// Runs a closure with a new folder that is removed afterwards.
public func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = NSTemporaryDirectory() + "dyad-tests-" + UUID().uuidString
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try body(folder)
}

/// Writes bytes without the code under test.
public func put(_ bytes: [UInt8], _ path: String) throws {
  // Truncating a file makes ext4 flush it when it is closed; a new one is not flushed.
  unlink(path)
  try Data(bytes).write(to: URL(fileURLWithPath: path))
}

/// Reads bytes without the code under test.
public func get(_ path: String) throws -> [UInt8] {
  Array(try Data(contentsOf: URL(fileURLWithPath: path)))
}

/// Expects an error whose text holds every part.
public func expectFileError(
  _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("expected an error with \(parts)", sourceLocation: sourceLocation)
  } catch {
    let text = String(describing: error)
    for part in parts where !text.contains(part) {
      Issue.record("expected '\(part)' in: \(text)", sourceLocation: sourceLocation)
    }
    #expect(!text.contains("\n") && !text.hasSuffix("."), sourceLocation: sourceLocation)
  }
}

/// A small generator for mutations; its numbers need no quality, only to be the same every time.
public struct Mutator {
  private var state: UInt64

  /// Starts a generator.
  public init(_ seed: UInt64) { state = seed &* 2 &+ 1 }

  /// Returns a number in 0..<bound.
  public mutating func below(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(max(1, bound)))
  }

  /// Returns bytes with a few of them changed, removed, added, repeated or cut off.
  public mutating func mutate(_ original: [UInt8]) -> [UInt8] {
    var bytes = original
    for _ in 0..<(1 + below(4)) where !bytes.isEmpty {
      let place = below(bytes.count)
      switch below(7) {
      case 0: bytes[place] = UInt8(below(256))
      case 1: bytes[place] ^= 1 << below(8)
      case 2: bytes.removeLast(below(bytes.count))
      case 3: bytes.insert(UInt8(below(256)), at: place)
      case 4: bytes.remove(at: place)
      case 5: bytes[place] = [0, 0x7F, 0x80, 0xFF][below(4)]
      default:
        let end = min(bytes.count, place + below(16))
        bytes.insert(contentsOf: bytes[place..<end], at: place)
      }
    }
    return bytes
  }
}
