import Synchronization

/// The tensor memory of this process: arenas and the scratch of threads.
///
/// A training step must allocate none once it has run twice; the counts show whether it did.
public enum TensorMemory {
  /// What was allocated since the process began, and what of it is in use.
  public struct Counts: Sendable, Equatable {
    /// The number of blocks allocated so far, freed ones included.
    public var blocks: Int
    /// The bytes allocated so far, freed ones included.
    public var bytes: Int
    /// The bytes in use.
    public var bytesInUse: Int
  }

  private static let blocks = Atomic<Int>(0)
  private static let bytes = Atomic<Int>(0)
  private static let bytesInUse = Atomic<Int>(0)

  /// The counts now.
  public static var counts: Counts {
    Counts(
      blocks: blocks.load(ordering: .relaxed), bytes: bytes.load(ordering: .relaxed),
      bytesInUse: bytesInUse.load(ordering: .relaxed))
  }

  /// Returns a 64-byte-aligned block of zeros.
  static func allocate(_ count: Int) -> MutableFloatPointer {
    let size = count * MemoryLayout<Float>.stride
    blocks.add(1, ordering: .relaxed)
    bytes.add(size, ordering: .relaxed)
    bytesInUse.add(size, ordering: .relaxed)
    let block = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
      .bindMemory(to: Float.self, capacity: count)
    block.initialize(repeating: 0, count: count)
    return block
  }

  /// Frees a block of `count` floats.
  static func deallocate(_ block: MutableFloatPointer, _ count: Int) {
    bytesInUse.subtract(count * MemoryLayout<Float>.stride, ordering: .relaxed)
    block.deallocate()
  }
}
