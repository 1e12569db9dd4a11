/// Records of steps in order, in blocks that copies share: a moment of a long run costs little.
///
/// A day of training has a million steps, so that a block keeps columns of numbers: about 100 bytes a
/// step.
public struct StepRecords: RandomAccessCollection, Sendable, Equatable {
  /// The blocks, none of them empty; only the last one grows.
  private var blocks: [RecordBlock] = []
  /// The index of each block's first record.
  private var starts: [Int] = []
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
    let block = blockIndex(of: index)
    return blocks[block][index - starts[block]]
  }

  /// Whether both have the same records; how they are cut into blocks does not matter.
  public static func == (a: StepRecords, b: StepRecords) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { $0 == $1 }
  }

  private func blockIndex(of index: Int) -> Int {
    precondition(index >= 0 && index < count, "record \(index) of \(count)")
    var (low, high) = (0, blocks.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= index { low = middle } else { high = middle }
    }
    return low
  }

  mutating func append(_ record: StepRecord) {
    if blocks.last?.takes(record) != true {
      blocks.append(RecordBlock(rateNames: record.rates.map(\.name)))
      starts.append(count)
    }
    blocks[blocks.count - 1].append(record)
    count += 1
  }

  /// Sets a metric of a step's record, if there is one.
  mutating func set(_ name: MetricName, _ value: Double, ofStep step: Int) {
    let index = firstIndex(step, in: \.steps)
    guard index < count else { return }
    let block = blockIndex(of: index)
    let place = index - starts[block]
    guard blocks[block].steps[place] == step else { return }
    blocks[block].set(name, value, at: place)
  }

  /// The last record that has a metric, and the value.
  func latest(_ name: MetricName) -> (step: Int, value: Double)? {
    blocks.reversed().lazy.compactMap { $0.latest(name) }.first
  }

  /// The record of a step.
  func record(of step: Int) -> StepRecord? {
    let index = firstIndex(step, in: \.steps)
    guard index < count, self[index].step == step else { return nil }
    return self[index]
  }

  /// The first step from one on that is of an epoch, or of a later one.
  func firstStep(from step: Int, epoch: Int) -> Int? {
    let index = Swift.max(firstIndex(step, in: \.steps), firstIndex(epoch, in: \.epochs))
    return index < count ? self[index].step : nil
  }

  /// The last step of each epoch that has any, in order.
  var epochEnds: [(epoch: Int, step: Int)] {
    var ends: [(epoch: Int, step: Int)] = []
    for block in blocks {
      for (epoch, step) in zip(block.epochs, block.steps) {
        if ends.last?.epoch == epoch { ends.removeLast() }
        ends.append((epoch, step))
      }
    }
    return ends
  }

  /// The index of the first record whose number, which never falls, is at least another one.
  private func firstIndex(_ least: Int, in column: KeyPath<RecordBlock, [Int]>) -> Int {
    let block = Self.firstIndex(in: blocks) { ($0[keyPath: column].last ?? .max) >= least }
    guard block < blocks.count else { return count }
    return starts[block] + Self.firstIndex(in: blocks[block][keyPath: column]) { $0 >= least }
  }

  /// The index of the first element from which on a condition holds; the count where it never does.
  private static func firstIndex<T>(in list: [T], where holds: (T) -> Bool) -> Int {
    var (low, high) = (0, list.count)
    while low < high {
      let middle = (low + high) / 2
      if holds(list[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Removes records from the end as long as a condition holds.
  mutating func removeLast(while condition: (StepRecord) -> Bool) {
    while let record = last, condition(record) {
      blocks[blocks.count - 1].removeLast()
      if blocks[blocks.count - 1].count == 0 {
        blocks.removeLast()
        starts.removeLast()
      }
      count -= 1
    }
  }
}

/// Up to 64 records with the same groups of learning rates, as columns.
private struct RecordBlock: Sendable {
  private static let length = 64
  private static let names = MetricName.allCases

  /// One metric: a value for each record, and which of them were measured.
  private struct Column {
    var values: [Double]
    var isMeasured: [Bool]

    /// Begins one in which no record has a value.
    init(count: Int) {
      values = Array(repeating: .nan, count: count)
      isMeasured = Array(repeating: false, count: count)
    }
  }

  private let rateNames: [String]
  private(set) var steps: [Int] = []
  private(set) var epochs: [Int] = []
  /// The rates of all records, one record after another.
  private var rates: [Double] = []
  /// By the metric's place in `MetricName.allCases`; nil where no record has it.
  private var columns: [Column?]

  init(rateNames: [String]) {
    self.rateNames = rateNames
    columns = Array(repeating: nil, count: Self.names.count)
    steps.reserveCapacity(Self.length)
    epochs.reserveCapacity(Self.length)
    rates.reserveCapacity(Self.length * rateNames.count)
  }

  var count: Int { steps.count }

  func takes(_ record: StepRecord) -> Bool {
    count < Self.length && record.rates.count == rateNames.count
      && zip(record.rates, rateNames).allSatisfy { $0.name == $1 }
  }

  subscript(index: Int) -> StepRecord {
    var values: [MetricName: Double] = [:]
    for (name, column) in zip(Self.names, columns) {
      if let column, column.isMeasured[index] { values[name] = column.values[index] }
    }
    let first = index * rateNames.count
    return StepRecord(
      step: steps[index], epoch: epochs[index],
      rates: rateNames.enumerated().map { ($1, rates[first + $0]) }, values: values)
  }

  mutating func append(_ record: StepRecord) {
    steps.append(record.step)
    epochs.append(record.epoch)
    rates += record.rates.map(\.value)
    for (place, name) in Self.names.enumerated() {
      let value = record.values[name]
      if columns[place] == nil {
        if let value {
          columns[place] = Column(count: count)
          set(name, value, at: count - 1)
        }
      } else {
        columns[place]?.values.append(value ?? .nan)
        columns[place]?.isMeasured.append(value != nil)
      }
    }
  }

  mutating func set(_ name: MetricName, _ value: Double, at index: Int) {
    guard let place = Self.names.firstIndex(of: name) else { return }
    if columns[place] == nil { columns[place] = Column(count: count) }
    columns[place]?.values[index] = value
    columns[place]?.isMeasured[index] = true
  }

  func latest(_ name: MetricName) -> (step: Int, value: Double)? {
    guard let place = Self.names.firstIndex(of: name), let column = columns[place],
      let last = column.isMeasured.lastIndex(of: true)
    else { return nil }
    return (steps[last], column.values[last])
  }

  mutating func removeLast() {
    steps.removeLast()
    epochs.removeLast()
    rates.removeLast(rateNames.count)
    for place in columns.indices {
      columns[place]?.values.removeLast()
      columns[place]?.isMeasured.removeLast()
    }
  }
}
