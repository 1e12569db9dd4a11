import Foundation

/// Rows of text and numbers under named columns.
public struct Table: Sendable, Equatable {
  /// One cell.
  public enum Cell: Sendable, Equatable {
    case text(String)
    case int(Int)
    case number(Double)
    /// No value; shown as `–`.
    case none
  }

  /// A column's heading and how its numbers are shown.
  public struct Column: Sendable, Equatable {
    /// The heading.
    public let title: String
    /// The unit, shown in brackets after the title; empty when there is none.
    public let unit: String
    /// Digits after the point; nil lets the values decide.
    public let decimals: Int?

    /// Declares a column.
    public init(_ title: String, unit: String = "", decimals: Int? = nil) {
      self.title = title
      self.unit = unit
      self.decimals = decimals
    }

    var heading: String { unit.isEmpty ? title : "\(title) [\(unit)]" }
  }

  /// The columns.
  public var columns: [Column]
  /// The rows; each has a cell per column (missing ones are empty).
  public var rows: [[Cell]]
  /// A line above the table; empty when there is none.
  public var title: String
  /// Lines below the table.
  public var notes: [String]
  /// Whether the line of headings is left out, as for names with one value each.
  public var hidesHeadings: Bool
  /// The titles of the leading columns that name a row together, where the first does not alone.
  public var names: [String]

  /// Creates a table.
  public init(
    _ columns: [Column], rows: [[Cell]] = [], title: String = "", notes: [String] = [],
    hidesHeadings: Bool = false, names: [String] = []
  ) {
    self.columns = columns
    self.rows = rows
    self.title = title
    self.notes = notes
    self.hidesHeadings = hidesHeadings
    self.names = names
  }

  /// The table as aligned text: numbers to the right, text to the left, two spaces of margin.
  public var text: String {
    var lines = title.isEmpty ? [] : [title]
    let formatted = formatted
    let isRight = isRight
    let widths = columns.indices.map { column in
      max(
        hidesHeadings ? 0 : columns[column].heading.count, formatted[column].map(\.count).max() ?? 0
      )
    }
    func line(_ texts: [String]) -> String {
      var cells: [String] = []
      for (column, text) in texts.enumerated() {
        let space = String(repeating: " ", count: widths[column] - text.count)
        cells.append(isRight[column] ? space + text : text + space)
      }
      var line = "  " + cells.joined(separator: "  ")
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }
    if !hidesHeadings { lines.append(line(columns.map(\.heading))) }
    for row in rows.indices { lines.append(line(formatted.map { $0[row] })) }
    return (lines + notes).joined(separator: "\n")
  }

  /// The table as text whose lines fit into the width of a terminal where words allow it.
  public func text(width: Int) -> String {
    func fitting(_ text: String) -> String { WordWrap.wrapped(text, width: width, hanging: 2) }
    var lines = title.isEmpty ? [] : [fitting(title)]
    // Without columns, the line of headings is an empty one, as in the text of any width.
    if columns.isEmpty {
      lines += Array(repeating: "", count: rows.count + (hidesHeadings ? 0 : 1))
    } else {
      lines +=
        TableLayout(
          headings: columns.map(\.heading), texts: formatted, isRight: isRight,
          hidesHeadings: hidesHeadings,
          nameCount: columns.prefix { names.contains($0.title) }.count, width: width
        ).lines
    }
    return (lines + notes.map(fitting)).joined(separator: "\n")
  }

  /// The texts of the cells, column by column.
  private var formatted: [[String]] {
    columns.indices.map { column in
      NumberColumn.texts(rows.map { cell($0, column) }, decimals: columns[column].decimals)
    }
  }

  /// Whether each column has numbers.
  private var isRight: [Bool] {
    columns.indices.map { column in
      rows.contains {
        switch cell($0, column) {
        case .int, .number: true
        default: false
        }
      }
    }
  }

  /// The table as JSON: an array of objects by column title.
  public var json: JSONValue {
    .array(
      rows.map { row in
        .object(
          columns.indices.map { column in
            switch cell(row, column) {
            case .text(let text): (columns[column].title, .string(text))
            case .int(let value): (columns[column].title, .int(value))
            case .number(let value): (columns[column].title, .number(value))
            case .none: (columns[column].title, .null)
            }
          })
      })
  }

  func cell(_ row: [Cell], _ column: Int) -> Cell { column < row.count ? row[column] : .none }
}

/// The numbers of one column as text with common decimals.
enum NumberColumn {
  static func texts(_ cells: [Table.Cell], decimals: Int?) -> [String] {
    let numbers = cells.compactMap { cell -> Double? in
      if case .number(let value) = cell, value.isFinite { value } else { nil }
    }
    let largest = numbers.map(\.magnitude).max() ?? 0
    let smallest = numbers.map(\.magnitude).filter { $0 > 0 }.min() ?? 0
    // Four digits for the largest; exponents when that leaves nothing of the smallest.
    let exponent = largest > 0 ? Int(log10(largest).rounded(.down)) : 0
    let places = decimals ?? min(max(3 - exponent, 0), 6)
    let needsExponent =
      decimals == nil
      && (exponent >= 7 || (smallest > 0 && smallest < pow(10, -Double(places)) / 2))
    return cells.map { cell in
      switch cell {
      case .text(let text): Diagnostic.oneLine(text)
      case .int(let value): String(value)
      case .none: "–"
      case .number(let value): number(value, needsExponent ? nil : places)
      }
    }
  }

  private static func number(_ value: Double, _ places: Int?) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    guard let places else { return value == 0 ? "0" : String(format: "%.3e", value) }
    return String(format: "%.\(places)f", value)
  }
}
