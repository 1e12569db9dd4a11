/// Records of steps in order, in blocks that copies share: a moment of a long run costs little.
public struct StepRecords: RandomAccessCollection, Sendable, Equatable {
  private static let blockLength = 512

  /// Blocks of `blockLength` records; the last one may have fewer and is never empty.
  private var blocks: [[StepRecord]] = []
  /// The number of records.
  public private(set) var count = 0

  /// Makes an empty list.
  init() {}

  /// Makes a list of records.
  init(_ records: [StepRecord]) {
    for record in records { append(record) }
  }

  /// The index of the first record.
  public var startIndex: Int { 0 }
  /// The index after the last record.
  public var endIndex: Int { count }

  /// The record at an index from 0.
  public subscript(index: Int) -> StepRecord {
    blocks[index / Self.blockLength][index % Self.blockLength]
  }

  mutating func append(_ record: StepRecord) {
    if count % Self.blockLength == 0 {
      blocks.append([])
      blocks[blocks.count - 1].reserveCapacity(Self.blockLength)
    }
    blocks[blocks.count - 1].append(record)
    count += 1
  }

  mutating func changeLast(_ change: (inout StepRecord) -> Void) {
    guard count > 0 else { return }
    let block = blocks.count - 1
    change(&blocks[block][blocks[block].count - 1])
  }

  /// Removes records from the end as long as a condition holds.
  mutating func removeLast(while condition: (StepRecord) -> Bool) {
    while let record = last, condition(record) {
      let block = blocks.count - 1
      blocks[block].removeLast()
      if blocks[block].isEmpty { blocks.removeLast() }
      count -= 1
    }
  }
}
