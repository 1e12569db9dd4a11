import CommandLanguage
import Foundation
import Tensors

/// A tensor as aligned rows and columns of numbers, cut like NumPy's output.
struct TensorText {
  let sliced: SlicedTensor
  /// The rows and columns shown at most; of more than two axes half as many blocks.
  let limit: Int
  /// Significant digits of the largest number.
  let precision: Int

  private var shape: [Int] { sliced.tensor.shape }

  /// The lines, each with two spaces of margin.
  var lines: [NumberGrid.Line] {
    let values = sliced.tensor.values
    if shape.isEmpty { return [.text("  " + format([values[0]]).0[0])] }
    // An empty slice has a shape and no rows, as in Python.
    if values.isEmpty { return [] }
    if shape.count == 1 { return table(block: 0, rows: [nil], columnAxis: 0) }
    let blockSize = shape.suffix(2).reduce(1, *)
    let blocks = values.count / blockSize
    var out: [NumberGrid.Line] = []
    // Half as many blocks as rows: a map of 16 channels shall not fill the screen twice.
    let most = max(1, limit / 2)
    for block in 0..<min(blocks, most) {
      if shape.count > 2 { out.append(.text("  " + label(block))) }
      let rows = shown(shape[shape.count - 2])
      out += table(block: block * blockSize, rows: rows, columnAxis: shape.count - 1)
    }
    if blocks > most { out.append(.text("  … \(blocks - most) more blocks")) }
    return out
  }

  /// `[3, 0, :, :]`: the place of a block before the slice.
  private func label(_ block: Int) -> String {
    var rest = block
    var parts: [String] = []
    for axis in (0..<shape.count - 2).reversed() {
      parts.insert(String(sliced.index(rest % shape[axis], axis: axis)), at: 0)
      rest /= shape[axis]
    }
    return "[" + (parts + [":", ":"]).joined(separator: ", ") + "]"
  }

  /// Indices of an axis; nil stands for those left out.
  private func shown(_ length: Int) -> [Int?] {
    guard length > limit else { return (0..<length).map { $0 } }
    let head = (limit + 1) / 2
    let tail = limit / 2
    return (0..<head).map { $0 } + [nil] + ((length - tail)..<length).map { $0 }
  }

  /// Rows of one block under their column's index; a row of nil is `…`, or all there is of a vector.
  private func table(block: Int, rows: [Int?], columnAxis: Int) -> [NumberGrid.Line] {
    let width = shape[columnAxis]
    let columns = shown(width)
    let isVector = shape.count == 1
    let places = isVector ? [0] : rows.compactMap { $0 }
    let (texts, size) = format(
      places.flatMap { row in
        columns.compactMap { $0 }.map { sliced.tensor.values[block + row * width + $0] }
      })
    var next = texts.makeIterator()
    let heads = columns.map { $0.map { "\(sliced.index($0, axis: columnAxis))" } ?? "…" }
    let cell = max(size, heads.map(\.count).max() ?? 0)
    let rowNames = rows.map { row -> String in
      if isVector { return "" }
      return row.map { "\(sliced.index($0, axis: columnAxis - 1))" } ?? "…"
    }
    let rowSize = rowNames.map(\.count).max() ?? 0
    func line(_ name: String, _ cells: [String]) -> NumberGrid.Line {
      .row(
        name: right(name, rowSize),
        cells: zip(columns, cells).map { $0 == nil ? "…" : right($1, cell) })
    }
    var out = [line("", heads)]
    for (row, name) in zip(rows, rowNames) {
      if row == nil, !isVector {
        out.append(.row(name: right("…", rowSize), cells: []))
      } else {
        out.append(line(name, columns.map { $0 == nil ? "…" : next.next() ?? "" }))
      }
    }
    return out
  }

  private func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  /// Numbers with common decimals, or with exponents when they are very large or small, and the
  /// width of the widest.
  private func format(_ values: [Float]) -> ([String], Int) {
    let finite = sliced.tensor.values.lazy.filter(\.isFinite)
    let largest = finite.reduce(0.0) { max($0, Double($1.magnitude)) }
    let exponent = largest > 0 ? Int(log10(largest).rounded(.down)) : 0
    let isWhole = largest < 1e6 && values.allSatisfy { !$0.isFinite || $0 == $0.rounded() }
    let texts = values.map { value -> String in
      if value.isNaN { return "nan" }
      if value.isInfinite { return value < 0 ? "-inf" : "inf" }
      if isWhole { return String(format: "%.0f", value) }
      if exponent >= 6 || exponent < -4 {
        return value == 0 ? "0" : String(format: "%.\(precision - 1)e", Double(value))
      }
      return String(format: "%.\(max(0, precision - 1 - exponent))f", Double(value))
    }
    return (texts, texts.map(\.count).max() ?? 0)
  }
}
