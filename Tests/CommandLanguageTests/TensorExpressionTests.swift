import CommandLanguage
import Testing

/// Expressions over small tensors; the values are worked out by hand, the comment says from what.
@Suite struct TensorExpressionTests {
  /// z1 = [[1, 2, 2], [0, 3, 4]], z2 = [[2, 2, 1], [4, 0, -3]], w:fc = [1, 10, 100], p1 = [[5]].
  private struct Tensors: ExpressionEnvironment {
    var variableNames: [String] { ["k"] }
    var metricNames: [String] { ["loss"] }
    func variable(_ name: String) -> Variable? { name == "k" ? .number(2) : nil }
    func metric(_ name: String) -> Double? { name == "loss" ? 0.5 : nil }
    func tensor(_ reference: Reference) throws -> NumberArray? {
      switch reference.canonicalText {
      case "z1": return NumberArray(shape: [2, 3], values: [1, 2, 2, 0, 3, 4])
      case "z1@s3[0]": return NumberArray(shape: [3], values: [7, 8, 9])
      case "z2": return NumberArray(shape: [2, 3], values: [2, 2, 1, 4, 0, -3])
      case "w:fc": return NumberArray(shape: [3], values: [1, 10, 100])
      case "p1": return NumberArray(shape: [1, 1], values: [5])
      case "h1": return NumberArray(shape: [0, 4], values: [])
      case "z1[9, 0]": throw SliceMisfit("index 9 is out of range", position: 0)
      default: throw Diagnostic("no tensor '\(reference.canonicalText)'")
      }
    }
  }

  struct Row: Sendable, CustomTestStringConvertible {
    let text: String
    let shape: [Int]
    let values: [Double]
    init(_ text: String, _ shape: [Int], _ values: [Double]) {
      self.text = text
      self.shape = shape
      self.values = values
    }
    var testDescription: String { text }
  }

  /// √½.
  private static let half = 0.7071067811865476

  static let rows: [Row] = [
    Row("z1 + z2", [2, 3], [3, 4, 3, 4, 3, 1]),
    Row("-z1 * $k + loss", [2, 3], [-1.5, -3.5, -3.5, 0.5, -5.5, -7.5]),
    // A vector is repeated for each row, a [1, 1] for every number.
    Row("z1 * w:fc", [2, 3], [1, 20, 200, 0, 30, 400]),
    Row("p1 - z1", [2, 3], [4, 3, 3, 5, 2, 1]),
    Row("z1 > 1", [2, 3], [0, 1, 1, 0, 1, 1]),
    Row("not z1", [2, 3], [0, 0, 0, 1, 0, 0]),
    Row("sum(z1)", [], [12]), Row("sum(z1, 0)", [3], [1, 5, 6]), Row("sum(z1, -1)", [2], [5, 7]),
    Row("mean(z1, 1)", [2], [5.0 / 3, 7.0 / 3]),
    // Unbiased: of 1 and 0, 2 and 3, 2 and 4.
    Row("std(z1, 0)", [3], [half, half, 2 * half]),
    Row("norm(z1, 1)", [2], [3, 5]), Row("norm(z1)", [], [5.830951894845301]),
    Row("normalize(z1)", [2, 3], [1.0 / 3, 2.0 / 3, 2.0 / 3, 0, 0.6, 0.8]),
    Row("transpose(z1)", [3, 2], [1, 0, 2, 3, 2, 4]),
    // Row 0: (2 + 4 + 2)/9, row 1: −12/25.
    Row("cos(z1, z2)", [2], [8.0 / 9, -12.0 / 25]),
    Row("matmul(z1, transpose(z2))", [2, 2], [8, -2, 10, -12]),
    Row("matmul(z1, w:fc)", [2], [221, 430]), Row("matmul(w:fc, w:fc)", [], [10101]),
    Row("max(z1)", [], [4]), Row("min(z2)", [], [-3]),
    Row("max(z1, 2)", [2, 3], [2, 2, 2, 2, 3, 4]),
    Row("z1@s3[0] - 7", [3], [0, 1, 2]), Row("z1@s3[ 0 ]", [3], [7, 8, 9]),
    Row("abs(z2) - z2", [2, 3], [0, 0, 0, 0, 0, 6]), Row("sum(h1)", [], [0]),
    Row("mean(std(normalize(z1), 0))", [], [0.1257078722109418]),
  ]

  @Test(arguments: rows)
  func value(_ row: Row) throws {
    let array = try Formula(row.text).value(in: Tensors()).array
    #expect(array.shape == row.shape)
    #expect(zip(array.values, row.values).allSatisfy { abs($0 - $1) <= 1e-15 * max(1, abs($1)) })
  }

  struct Wrong: Sendable, CustomTestStringConvertible {
    let text: String
    let message: String
    let place: String
    init(_ text: String, _ message: String, _ place: String) {
      self.text = text
      self.message = message
      self.place = place
    }
    var testDescription: String { text }
  }

  static let wrong: [Wrong] = [
    Wrong("z1 + transpose(z1)", "the shapes [2, 3] and [3, 2] do not fit", "+"),
    Wrong("matmul(z1, z2)", "expected [n, k] and [k, m]", "matmul"),
    Wrong("matmul(z1, z2)", "transpose(…) turns the second", "matmul"),
    Wrong("cos(z1, w:fc)", "two tensors of one shape, got [2, 3] and [3]", "cos"),
    Wrong("1 + sum(z1, 2)", "an axis 0…1 or -2…-1 of a tensor of shape [2, 3], got 2", "sum"),
    Wrong("mean(z1, z2)", "expected the number of an axis", "mean"),
    Wrong("sum(loss, 0)", "a single number has no axis", "sum"),
    Wrong("transpose(w:fc)", "expected a matrix [n, m], got a tensor of shape [3]", "transpose"),
    Wrong("1 + z1[9, 0]", "index 9 is out of range", "9"),
    Wrong("1 + g:nope", "no tensor 'g:nope'", "g:nope"),
    Wrong("2 * z1@", "expected a moment", "@"), Wrong("z1[", "'[' is not closed", "["),
    Wrong("w: + 1", "expected a name after 'w:'", "w:"),
    Wrong("dot(z1, z2)", "unknown function 'dot'", "dot"),
    Wrong("matmul(z1)", "',' and a second argument", ")"),
    Wrong("sqrt(z1, 2)", "expected ')'", ","),
  ]

  @Test(arguments: wrong)
  func misfit(_ row: Wrong) throws {
    do {
      _ = try Formula(row.text).value(in: Tensors())
      Issue.record("no error")
    } catch let error as Diagnostic {
      #expect(error.message.contains(row.message), "\(error.message)")
      let bytes = Array(row.text.utf8)
      let place = try #require(error.range)
      #expect(String(decoding: bytes[place], as: UTF8.self) == row.place)
    }
  }

  @Test func aTensorIsNoNumber() throws {
    #expect(try Formula("p1").evaluate(in: Tensors()) == 5)
    #expect {
      try Formula("z1 + 1").evaluate(in: Tensors())
    } throws: { error in
      let error = error as? Diagnostic
      return error?.message == "expected a number, 'z1 + 1' is a tensor of shape [2, 3]"
        && error?.help == "mean(z1 + 1)"
    }
  }

  /// A comparison's left side is an expression of its own.
  @Test(
    arguments: [
      ("sum(z1) > 3", "sum(z1)", 12), ("loss * 2 + 1 <= sum(z1, 0)", "loss * 2 + 1", 2),
      ("max(z1, 2) != matmul(z1, transpose(z2)) - 1", "max(z1, 2)", nil),
      ("-loss < -(1 + 2)", "-loss", -0.5),
    ] as [(String, String, Double?)])
  func leftSides(_ text: String, _ left: String, _ value: Double?) throws {
    let side = try #require(try Formula(text).leftSide)
    #expect(side.text == left)
    if let value { #expect(try side.evaluate(in: Tensors()) == value) }
  }

  @Test func whatIsNoComparisonHasNoSides() throws {
    for text in ["sum(z1)", "loss < 1 and loss > 0", "not loss < 1", "1 + (2 < 3)"] {
      #expect(try Formula(text).leftSide == nil)
    }
  }

  @Test func theLogWritesReferencesInFull() throws {
    let formula = try Formula("norm( z1[0:3,:6] )  -  z1@e5[ 1 ]")
    #expect(formula.text == "norm( z1[0:3, :6] ) - z1@e5[1]")
    #expect(formula.references.map(\.canonicalText) == ["z1[0:3, :6]", "z1@e5[1]"])
    #expect(try Formula("z1[0]").reference?.canonicalText == "z1[0]")
    #expect(try Formula("-z1").reference == nil)
  }

  /// A product of too many numbers is refused before memory is asked for.
  @Test func hugeResultsAreRefused() throws {
    struct Long: ExpressionEnvironment {
      var variableNames: [String] { [] }
      var metricNames: [String] { [] }
      func variable(_ name: String) -> Variable? { nil }
      func metric(_ name: String) -> Double? { nil }
      func tensor(_ reference: Reference) -> NumberArray? {
        let count = 20_000
        return NumberArray(
          shape: reference.base == .z1 ? [count, 1] : [1, count],
          values: Array(repeating: 0, count: count))
      }
    }
    for text in ["z1 + z2", "matmul(z1, z2)"] {
      #expect {
        try Formula(text).value(in: Long())
      } throws: { error in
        (error as? Diagnostic)?.message.contains("[20000, 20000] is too large") == true
      }
    }
  }
}
