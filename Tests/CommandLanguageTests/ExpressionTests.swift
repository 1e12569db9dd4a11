import CommandLanguage
import Testing

struct ExpressionCase: Sendable, CustomTestStringConvertible {
  let text: String
  let value: Double
  init(_ text: String, _ value: Double) {
    self.text = text
    self.value = value
  }
  var testDescription: String { text }
}

@Suite struct ExpressionTests {
  // Values computed by hand from the environment: n 8, half 0.5, loss 5.5, knn 36, mp.cos 0.25.
  static let cases: [ExpressionCase] = [
    ExpressionCase("1 + 2 * 3", 7), ExpressionCase("(1 + 2) * 3", 9),
    ExpressionCase("8 - 3 - 2", 3), ExpressionCase("16 / 4 / 2", 2),
    ExpressionCase("-2 * -3", 6), ExpressionCase("2 - -1", 3), ExpressionCase("3-1", 2),
    ExpressionCase("$n * $half", 4), ExpressionCase("mp.cos*4", 1),
    ExpressionCase("loss < 6 and knn >= 36", 1), ExpressionCase("loss > 6 or knn == 36", 1),
    ExpressionCase("not loss > 6", 1), ExpressionCase("not 1 == 2 and 0", 0),
    ExpressionCase("1 != 2", 1), ExpressionCase("sqrt(16) + abs(-2)", 6),
    ExpressionCase("exp(0) + log(1)", 1), ExpressionCase("max(2, min(9, 3))", 3),
    ExpressionCase("floor(2.7) + ceil(2.1) + round(2.5)", 8), ExpressionCase("1e2 + .5", 100.5),
    ExpressionCase("2 + 3 > 4", 1), ExpressionCase("0 or 0 and 1", 0),
  ]

  @Test(arguments: cases)
  func precedenceAndFunctions(_ row: ExpressionCase) throws {
    #expect(try Formula(row.text).evaluate(in: SampleEnvironment()) == row.value)
  }

  @Test func comparisonsWithNaNAreFalse() throws {
    for text in ["0/0 < 1", "0/0 == 0/0", "0/0 >= 1"] {
      #expect(try Formula(text).evaluate(in: SampleEnvironment()) == 0)
    }
  }

  @Test func aLongChainNeedsNoStack() throws {
    let text = "1" + String(repeating: " + 1", count: 200_000)
    #expect(try Formula(text).evaluate(in: SampleEnvironment()) == 200_001)
  }

  @Test func nestingIsLimited() {
    let deep = String(repeating: "(", count: 65) + "1" + String(repeating: ")", count: 65)
    #expect(throws: Diagnostic.self) { try Formula(deep) }
    #expect(throws: Diagnostic.self) {
      try Formula(String(repeating: "- ", count: 100_000) + "1")
    }
    #expect(throws: Diagnostic.self) {
      try Formula(String(repeating: "not ", count: 9999) + "1")
    }
    #expect(errorText("note " + String(repeating: "[", count: 65)).contains("deeper than 64"))
  }

  @Test func unknownNamesSuggest() throws {
    func message(_ text: String) throws -> (String, String?) {
      do {
        _ = try Formula(text).evaluate(in: SampleEnvironment())
        return ("", nil)
      } catch let error as Diagnostic { return (error.message, error.help) }
    }
    #expect(
      try message("los < 3") == (
        "unknown metric 'los', expected knn, loss, mp.cos or z_std", "loss"
      ))
    #expect(try message("n + 1").1 == "$n")
    #expect(try message("$n-1").1 == "put spaces around '-' to subtract: $n - …")
    #expect(try message("$root + 1").0 == "'$root' is the text '../my data', expected a number")
  }
}
