/// The place of one named tensor in an arena.
public struct ArenaEntry: Sendable, Hashable {
  /// The tensor's full name, for example `backbone.layer1.0.conv1.weight`.
  public let name: String
  /// The tensor's extents, outermost first.
  public let shape: [Int]
  /// The first float's place in the arena.
  public let offset: Int
  /// The number of floats.
  public let count: Int
}

/// A table of names, shapes and 64-byte-aligned offsets; an arena is laid out by one.
public struct ArenaLayout: Sendable {
  /// The entries, in the order in which they were added.
  public private(set) var entries: [ArenaEntry] = []
  /// The number of floats from the first entry to the end of the last, padding included.
  public private(set) var floatCount = 0
  private var index: [String: Int] = [:]

  /// Makes an empty layout.
  public init() {}

  /// Adds a tensor and returns its place.
  ///
  /// Precondition: the name is new.
  @discardableResult
  public mutating func add(_ name: String, shape: [Int]) -> ArenaEntry {
    precondition(index[name] == nil, "'\(name)' is in the arena already")
    let entry = ArenaEntry(
      name: name, shape: shape, offset: floatCount, count: shape.reduce(1, *))
    index[name] = entries.count
    entries.append(entry)
    floatCount += (entry.count + 15) / 16 * 16
    return entry
  }

  /// Returns the entry of a name.
  public subscript(name: String) -> ArenaEntry? { index[name].map { entries[$0] } }
}

/// One contiguous, 64-byte-aligned block of floats that holds a layout's tensors.
///
/// Snapshots, fingerprints and saves walk arenas; layers hold offsets into them. Padding is 0.
public final class Arena: @unchecked Sendable {
  /// The names, shapes and offsets.
  public let layout: ArenaLayout
  /// The first float.
  public let base: MutableFloatPointer
  private let capacity: Int

  /// Allocates an arena of zeros.
  public init(layout: ArenaLayout) {
    self.layout = layout
    capacity = max(16, layout.floatCount)
    base = TensorMemory.allocate(capacity)
  }

  deinit { TensorMemory.deallocate(base, capacity) }

  /// The number of floats, padding included.
  public var floatCount: Int { layout.floatCount }

  /// Returns a copy of one tensor's elements.
  public func values(_ entry: ArenaEntry) -> [Float] {
    Array(UnsafeBufferPointer(start: base + entry.offset, count: entry.count))
  }

  /// Replaces one tensor's elements.
  ///
  /// Precondition: as many values as the entry has.
  public func set(_ entry: ArenaEntry, _ values: [Float]) {
    precondition(values.count == entry.count, "\(values.count) values for '\(entry.name)'")
    for i in 0..<entry.count { base[entry.offset + i] = values[i] }
  }

  /// Copies every float of an arena of the same layout.
  public func copy(from other: Arena) {
    precondition(other.floatCount == floatCount, "arenas of different layouts")
    base.update(from: other.base, count: floatCount)
  }
}
