import Kernels

/// The rows of a bank that changed since a moment, with what they held before.
///
/// Rows are numbered through all of the bank's arrays: `next`, then `bank`, then each stage.
struct BankJournal {
  /// The rows, each once, in the order of their first change.
  private(set) var rows: [Int32] = []
  /// Their values before it, [rows, D].
  private(set) var values: [Float] = []
  private var isKept: [Bool]
  private let dim: Int

  /// Makes an empty journal of a number of rows.
  init(rowCount: Int, dim: Int) {
    isKept = Array(repeating: false, count: rowCount)
    self.dim = dim
  }

  /// Keeps a row's values, unless they are kept already; called before the row changes.
  mutating func keep(_ row: Int, at pointer: FloatPointer) {
    guard !isKept[row] else { return }
    isKept[row] = true
    rows.append(Int32(row))
    values.append(contentsOf: UnsafeBufferPointer(start: pointer, count: dim))
  }

  /// What was kept, as the difference between two moments.
  var delta: BankDelta { BankDelta(rows: rows, values: values) }
}

/// The rows in which two moments of a bank differ, with the values of one of them.
struct BankDelta {
  /// The rows, each once.
  var rows: [Int32] = []
  /// Their values, [rows, D].
  var values: [Float] = []

  /// The bytes held.
  var byteCount: Int { rows.count * MemoryLayout<Int32>.stride + values.count * 4 }

  /// Exchanges the values with those of the bank.
  mutating func exchange(with bank: MemoryBank) {
    let dim = bank.dim
    values.withUnsafeMutableBufferPointer { values in
      for (i, row) in rows.enumerated() {
        let pointer = bank.row(Int(row))
        for j in 0..<dim { (pointer[j], values[i * dim + j]) = (values[i * dim + j], pointer[j]) }
      }
    }
  }

  /// Writes the values into the bank and keeps them.
  func write(to bank: MemoryBank) {
    let dim = bank.dim
    values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      for (i, row) in rows.enumerated() {
        bank.row(Int(row)).update(from: base + i * dim, count: dim)
      }
    }
  }

  /// Adds the rows that another difference has and this one has not.
  func filled(from other: BankDelta, dim: Int) -> BankDelta {
    let own = Set(rows)
    var merged = self
    for (i, row) in other.rows.enumerated() where !own.contains(row) {
      merged.rows.append(row)
      merged.values.append(contentsOf: other.values[i * dim..<(i + 1) * dim])
    }
    return merged
  }
}
