import Files
import Tensors

/// What `stats` measures apart.
public enum StatisticsGrouping: String, Sendable, CaseIterable {
  /// The tensor as a whole.
  case all
  /// Each index of the first axis: samples of features, outputs of weights.
  case row
  /// Each index of the last axis: dimensions of features.
  case col
  /// Each index of the second axis: channels of [N, C, H, W].
  case channel
}

extension Tensor {
  /// Returns the statistics of the tensor or of each of its groups, in order.
  ///
  /// Throws: `SessionError` when it has no such axis.
  public func statistics(by grouping: StatisticsGrouping) throws -> [TensorStatistics] {
    let axis: Int
    switch grouping {
    case .all: return [TensorStatistics(self)]
    case .row: axis = 0
    case .col: axis = shape.count - 1
    case .channel: axis = 1
    }
    let needed = grouping == .row ? 1 : 2
    guard shape.count >= needed else {
      throw SessionError(
        "by=\(grouping.rawValue) needs \(needed) ax\(needed == 1 ? "is" : "es"), "
          + "the tensor has \(shape.count)")
    }
    let inner = shape[(axis + 1)...].reduce(1, *)
    let outer = shape[..<axis].reduce(1, *)
    let groupCount = shape[axis]
    return (0..<groupCount).map { group in
      var part: [Float] = []
      part.reserveCapacity(outer * inner)
      for block in 0..<outer {
        let start = (block * groupCount + group) * inner
        part += values[start..<start + inner]
      }
      return TensorStatistics(Tensor(shape: [outer, inner], values: part))
    }
  }

  /// Writes a .npy file, or a .csv file with the last axis across and no heading.
  ///
  /// Text has as many digits as give the same Float32 back. Throws: `FileError`.
  public func write(to path: String) throws {
    guard path.lowercased().hasSuffix(".csv") else {
      return try NPY.write(NPYArray(shape: shape, floats: values), to: path)
    }
    let width = shape.count < 2 ? 1 : shape[shape.count - 1]
    var text = ""
    for (i, value) in values.enumerated() {
      text += "\(value)"
      text += (i + 1) % width == 0 ? "\n" : ","
    }
    try AtomicFile.write(text, to: path)
  }
}
