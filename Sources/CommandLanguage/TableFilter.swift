/// A filter after `|`: what it keeps of a table.
public enum TableFilter: Sendable, Equatable {
  case head(Int)
  case sort(column: String, descending: Bool)
  case columns([String])
  case rows(Formula)

  /// The filters' names.
  static let names = ["head", "sort", "where", "cols"]

  /// Applies the filter.
  ///
  /// - Parameters:
  ///   - table: The table.
  ///   - variables: The user's variables, for `where`.
  /// - Returns: What is left of it.
  /// - Throws: `Diagnostic` for columns that the table has not.
  public func apply(
    to table: Table, variables: any ExpressionEnvironment
  ) throws -> Table {
    var table = table
    switch self {
    case .head(let count): table.rows = Array(table.rows.prefix(count))
    case .sort(let name, let descending):
      let column = try TableFilter.index(of: name, in: table)
      let order = table.rows.enumerated().sorted { a, b in
        let first = TableFilter.rank(table.cell(a.element, column))
        let second = TableFilter.rank(table.cell(b.element, column))
        if first == second { return a.offset < b.offset }
        return descending ? first > second : first < second
      }
      table.rows = order.map(\.element)
    case .columns(let names):
      let kept = try names.map { try TableFilter.index(of: $0, in: table) }
      table.rows = table.rows.map { row in kept.map { table.cell(row, $0) } }
      table.columns = kept.map { table.columns[$0] }
    case .rows(let condition):
      table.rows = try table.rows.filter { row in
        try condition.evaluate(in: RowEnvironment(table: table, row: row, variables: variables))
          != 0
      }
    }
    return table
  }

  fileprivate static func index(of name: String, in table: Table) throws -> Int {
    let titles = table.columns.map(\.title)
    guard let index = titles.firstIndex(of: name) else {
      throw Diagnostic(
        "unknown column \(Diagnostic.quote(name)), expected \(Diagnostic.alternatives(titles))",
        help: EditDistance.nearest(to: name, in: titles))
    }
    return index
  }

  /// Numbers before text; missing values first.
  private struct Rank: Comparable {
    let kind: Int
    let number: Double
    let text: String

    static func < (a: Rank, b: Rank) -> Bool {
      if a.kind != b.kind { return a.kind < b.kind }
      return a.kind == 1 ? a.number < b.number : a.text < b.text
    }
  }

  private static func rank(_ cell: Table.Cell) -> Rank {
    switch cell {
    case .none: Rank(kind: 0, number: 0, text: "")
    case .int(let value): Rank(kind: 1, number: Double(value), text: "")
    case .number(let value):
      value.isNaN ? Rank(kind: 0, number: 0, text: "") : Rank(kind: 1, number: value, text: "")
    case .text(let text): Rank(kind: 2, number: 0, text: text)
    }
  }
}

/// Columns of one row as the names of an expression.
private struct RowEnvironment: ExpressionEnvironment {
  let table: Table
  let row: [Table.Cell]
  let variables: any ExpressionEnvironment

  var variableNames: [String] { variables.variableNames }
  var metricNames: [String] { table.columns.map(\.title) }
  var nounOfNames: String { "column" }

  func variable(_ name: String) -> Variable? { variables.variable(name) }

  func text(ofColumn name: String) throws -> String? {
    let column = try TableFilter.index(of: name, in: table)
    return if case .text(let text) = table.cell(row, column) { text } else { nil }
  }

  func metric(_ name: String) throws -> Double? {
    guard let column = table.columns.firstIndex(where: { $0.title == name }) else { return nil }
    return switch table.cell(row, column) {
    case .int(let value): Double(value)
    case .number(let value): value
    case .text, .none: .nan
    }
  }
}

extension CommandParser {
  /// Parses `| head N`, `| sort COLUMN [--desc]`, `| where EXPR` and `| cols a,b`.
  func filter(
    _ cursor: inout TokenCursor, _ invocation: inout Invocation, _ canonical: inout [String]
  ) throws {
    guard let token = cursor.next(), token.kind == .word,
      TableFilter.names.contains(cursor.text(token))
    else {
      let found = cursor.previous.map(cursor.text) ?? "nothing"
      throw Diagnostic(
        "unknown filter \(Diagnostic.quote(found)), expected "
          + Diagnostic.alternatives(TableFilter.names), at: cursor.previous?.range,
        help: EditDistance.nearest(to: found, in: TableFilter.names).map { "| " + $0 })
    }
    let name = cursor.text(token)
    guard let value = cursor.next(), value.kind == .word else {
      let needs = ["head": "N", "sort": "COLUMN", "where": "EXPR", "cols": "A,B"][name] ?? ""
      throw Diagnostic("'| \(name)' needs \(needs)", at: token.range)
    }
    let source = cursor.statement.source
    if name == "cols", let next = cursor.peek(), next.kind == .word {
      throw columns(next, cursor)
    }
    if name == "where" {
      let range = value.range.lowerBound..<cursor.expressionEnd()
      let expression = try Formula(source, in: range, ofTable: true)
      invocation.filterRanges.append(range)
      invocation.filters.append(.rows(expression))
      canonical.append("| where \(expression.text)")
      return
    }
    invocation.filterRanges.append(value.range)
    let raw = try substituted(value.range, in: source).0
    let column = ValueType.word(nil)
    let type: ValueType =
      name == "head" ? .int(.from(1)) : name == "cols" ? .list(column, count: .from(1)) : column
    let parsed = try ValueParser.parse(raw, as: type, name: "| \(name)", abbreviates: false)
    var text = "| \(name) \(parsed.canonicalText)"
    switch parsed {
    case .int(let count): invocation.filters.append(.head(count))
    case .list(let items):
      invocation.filters.append(
        .columns(items.compactMap { if case .text(let text) = $0 { text } else { nil } }))
    default:
      var descending = false
      if let next = cursor.peek(), cursor.text(next) == "--desc" {
        cursor.skip()
        descending = true
        text += " --desc"
      }
      invocation.filters.append(.sort(column: raw.text, descending: descending))
    }
    canonical.append(text)
  }

  /// Columns with spaces between them, as other shells take them.
  private func columns(_ token: Token, _ cursor: TokenCursor) -> Diagnostic {
    let statement = cursor.statement
    var rest = cursor
    var list = ""
    while let next = rest.next(), next.kind == .word { list += "," + rest.text(next) }
    let before = statement.source.text(statement.range.lowerBound..<cursor.lastEnd) + list
    var line = before.onOneLine
    while line.contains(",,") { line = line.replacing(",,", with: ",") }
    return Diagnostic(
      "'| cols' takes columns with commas and no spaces between them, got "
        + Diagnostic.quote(cursor.text(token)) + " as well", at: token.range,
      help: line.hasSuffix(",") ? String(line.dropLast()) : line)
  }
}
