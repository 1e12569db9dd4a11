import Kernels

/// What the prompt asks of a bank; none of it changes the bank.
extension MemoryBank {
  /// A row near another.
  public struct Neighbour: Sendable, Equatable {
    /// The image.
    public let index: Int
    /// The cosine with the row that was asked about.
    public let cosine: Double
  }

  /// Returns the epochs since each row of the bank was written, or nil where it is still the
  /// initial random row.
  ///
  /// Unit: epochs; a row written in the epoch before `epoch` has age 1.
  public func ages(epoch: Int) -> [Int?] {
    bankEpochs.map { $0 < 0 ? nil : epoch - Int($0) }
  }

  /// Returns the mean cosine between the rows of `bank` and `next` that this epoch has written,
  /// or nil when it has written none.
  public func drift(epoch: Int) -> Double? {
    var sum = 0.0
    var count = 0
    for i in 0..<rows where writtenEpochs[i] == Int32(clamping: epoch) {
      sum += cosine(bank + i * dim, next + i * dim)
      count += 1
    }
    return count > 0 ? sum / Double(count) : nil
  }

  /// Returns the k rows of the bank nearest to a row by cosine, without the row itself.
  ///
  /// Of equal cosines the smaller index comes first. Precondition: `row` is below N.
  public func nearest(to row: Int, count: Int) -> [Neighbour] {
    precondition(row >= 0 && row < rows, "bank row \(row) of \(rows)")
    let all = (0..<rows).filter { $0 != row }
      .map { Neighbour(index: $0, cosine: cosine(bank + row * dim, bank + $0 * dim)) }
    let sorted = all.sorted {
      $0.cosine != $1.cosine ? $0.cosine > $1.cosine : $0.index < $1.index
    }
    return Array(sorted.prefix(max(0, count)))
  }

  private func cosine(_ a: FloatPointer, _ b: FloatPointer) -> Double {
    let scale = (Rows.squaredNorm(a, dim) * Rows.squaredNorm(b, dim)).squareRoot()
    return scale > 0 ? Rows.dot(a, b, dim) / scale : 0
  }
}
