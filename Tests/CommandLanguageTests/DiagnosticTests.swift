import CommandLanguage
import Testing

/// A line and the whole message that it gives, without `error: ` and the repeated line.
struct ErrorCase: Sendable, CustomTestStringConvertible {
  let line: String
  let message: String
  /// The line of carets, which starts below the line's first character.
  let carets: String
  let help: String?

  init(_ line: String, _ message: String, _ carets: String, help: String? = nil) {
    self.line = line
    self.message = message
    self.carets = carets
    self.help = help
  }

  var testDescription: String { line }

  var text: String {
    "error: \(message)\n  \(line)\n  \(carets)" + (help.map { "\nhelp: " + $0 } ?? "")
  }
}

@Suite struct DiagnosticTests {
  static let references =
    "x1, x2, h1, h2, z1, z2, p1, p2, sim, attn, bank, w:NAME, g:NAME, m:NAME or a:LAYER"

  static let names: [ErrorCase] = [
    ErrorCase("stpe", "unknown command 'stpe'", "^^^^", help: "step"),
    ErrorCase(
      "frobnicate", "unknown command 'frobnicate'", "^^^^^^^^^^", help: "help lists the commands"),
    ErrorCase("x=3", "unknown command 'x=3'", "^^^", help: "let x = VALUE"),
    ErrorCase("ste", "unknown command 'ste'", "^^^", help: "step"),
    ErrorCase("step ; stpe", "unknown command 'stpe'", "       ^^^^", help: "step"),
    ErrorCase(
      "method", "method needs one of simsiam-multi, simclr or simclr-attn", "^^^^^^",
      help: "method simsiam-multi start=2ep"),
    ErrorCase(
      "method simcrl", "unknown method 'simcrl', expected simsiam-multi, simclr or simclr-attn",
      "       ^^^^^^", help: "method simclr"),
    ErrorCase(
      "bank agse", "unknown bank 'agse', expected rows or ages", "     ^^^^", help: "bank ages"),
    ErrorCase(
      "method simclr tmp=0.5",
      "method simclr: unknown key 'tmp', expected batch=, temp= or proj=",
      "              ^^^", help: "temp="),
    ErrorCase(
      "step lr=1", "step: unknown key 'lr', expected no key=value", "     ^^"),
    ErrorCase(
      "step --dyr", "step: unknown switch '--dyr', expected --dry", "     ^^^^^", help: "--dry"),
    ErrorCase(
      "method simclr --temp", "method simclr: unknown switch '--temp', expected no switch",
      "              ^^^^^^", help: "temp=VALUE"),
    ErrorCase("step --dry=1", "'--dry' takes no value", "     ^^^^^^^", help: "--dry"),
    ErrorCase("step --dry --dry", "'--dry' is given twice", "           ^^^^^"),
    ErrorCase(
      "method simclr temp=1 temp=2", "'temp' is given twice", "                     ^^^^"),
  ]

  static let values: [ErrorCase] = [
    ErrorCase("step 0", "step: count must be an integer in 1…1000000, got '0'", "     ^"),
    ErrorCase("step abc", "step: count must be an integer in 1…1000000, got 'abc'", "     ^^^"),
    ErrorCase("step 1.5", "step: count must be an integer in 1…1000000, got '1.5'", "     ^^^"),
    ErrorCase(
      "step 99999999999999999999",
      "step: count must be an integer in 1…1000000, got '99999999999999999999'",
      "     ^^^^^^^^^^^^^^^^^^^^"),
    ErrorCase(
      "method simclr temp=0", "method simclr: temp must be a number greater than 0, got '0'",
      "                   ^"),
    ErrorCase(
      "method simclr temp=", "'temp=' needs a value: a number greater than 0",
      "              ^^^^^"),
    ErrorCase(
      "method simclr temp = 0.5", "method simclr takes no argument, got 'temp' as well",
      "              ^^^^", help: "no spaces around '=' in key=value"),
    ErrorCase(
      "method simclr proj=[64]", "method simclr: proj must be a list of 2 values, got 1",
      "                   ^^^^"),
    ErrorCase(
      "method simclr proj=[64,x]",
      "method simclr: proj must be an integer of at least 1, got 'x'",
      "                       ^"),
    ErrorCase(
      "method simclr proj=[64,,2]", "a list has an empty item", "                       ^",
      help: "remove a comma"),
    ErrorCase(
      "method simclr-attn on=y", "method simclr-attn: on must be h or z, got 'y'",
      "                      ^"),
    ErrorCase(
      "method simclr-attn classifier=true",
      "method simclr-attn: classifier must be auto, on or off, got 'true'",
      "                              ^^^^", help: "on"),
    ErrorCase(
      "optim sgd lr=nan", "optim sgd: lr must be a number of at least 0 or auto, got 'nan'",
      "             ^^^"),
    ErrorCase(
      "optim sgd lr=1e999", "optim sgd: lr must be a number of at least 0 or auto, got '1e999'",
      "             ^^^^^"),
    ErrorCase(
      "optim sgd lr=1.", "optim sgd: lr must be a number of at least 0 or auto, got '1.'",
      "             ^^"),
    ErrorCase(
      "optim sgd crop=1:0.5",
      "optim sgd: crop must be low:high, two numbers in 0…1, got '1:0.5'", "               ^^^^^"),
    ErrorCase(
      "track loss every=10", "track: every must be a duration like 12steps or 4epochs, got '10'",
      "                 ^^", help: "10steps or 10epochs"),
    ErrorCase(
      "optim sgd warmup=300%",
      "optim sgd: warmup must be a duration like 12steps, 4epochs or 0.25, got '300%'",
      "                 ^^^^"),
    ErrorCase(
      "memory 2", "memory: size must be a size like 512MB, 2GB or 80%, or 0, got '2'",
      "       ^"),
    ErrorCase("bank rows 5..1", "a range goes upwards, got '5..1'", "          ^^^^", help: "1..5"),
    ErrorCase(
      "bank rows 0..9999999", "bank rows: ids may have at most 1000000 items",
      "          ^^^^^^^^^^"),
    ErrorCase(
      "bank rows 1,x", "bank rows: ids must be indices like 17, 1,5,9 or 0..5, got 'x'",
      "            ^"),
    ErrorCase("optim sgd lr=$nn", "unknown variable '$nn'", "             ^^^", help: "$n"),
    ErrorCase(
      "optim sgd lr=$root",
      "optim sgd: lr must be a number of at least 0 or auto, got '../my data'",
      "             ^^^^^"),
    ErrorCase(
      "optim sgd lr=(1/0)", "the value of '(1/0)' is not finite: inf", "             ^^^^^"),
    ErrorCase(
      "step ${n}", "expected a variable's name after '$'", "     ^", help: "$name"),
  ]

  static let shape: [ErrorCase] = [
    ErrorCase("step 1 2", "step takes only COUNT, got '2' as well", "       ^"),
    ErrorCase(
      "bank rows", "bank rows needs IDS, indices like 17, 1,5,9 or 0..5", "^^^^^^^^^",
      help: "bank rows IDS"),
    ErrorCase("step -> x.png", "step writes no file", "     ^^"),
    ErrorCase(
      "viz graph k=5", "viz graph needs '-> FILE.png', the file to write", "^^^^^^^^^^^^^",
      help: "viz graph k=5 -> FILE.png"),
    ErrorCase("viz graph k=5 ->", "expected a file after '->'", "              ^^"),
    ErrorCase(
      "viz graph ->g.png", "viz graph takes no argument, got '->g.png' as well",
      "          ^^^^^^^", help: "-> g.png"),
    ErrorCase(
      "track loss -> m.txt", "track writes a file ending in .jsonl, got 'm.txt'",
      "              ^^^^^", help: "-> m.jsonl"),
    ErrorCase(
      "bank | hed 3", "unknown filter 'hed', expected head, sort, where or cols", "       ^^^",
      help: "| head"),
    ErrorCase("bank | head", "'| head' needs N", "       ^^^^"),
    ErrorCase("step }", "'}' closes nothing", "     ^"),
    ErrorCase("step { 1 }", "'{' does not belong here", "     ^"),
    ErrorCase("step {", "'{' is not closed", "     ^"),
    ErrorCase("step (]", "expected ')', got ']'", "      ^"),
    ErrorCase("tensor z1[0:3", "'[' is not closed", "         ^"),
    ErrorCase(
      "note a\"b", "a quote cannot begin inside a word", "      ^",
      help: "put quotes around the whole value"),
    ErrorCase("note \"a", "the string is not closed", "     ^"),
    ErrorCase(
      "note \"\\q\"", "unknown escape in a string, expected \\\" \\\\ \\n \\t or \\$", "      ^^",
      help: "\\\\ writes one \\"),
    ErrorCase("step \\", "nothing follows the '\\' that continues the line", "     ^"),
  ]

  static let expressions: [ErrorCase] = [
    ErrorCase(
      "tensor zz", "unknown reference 'zz', expected \(references)", "       ^^", help: "z1"),
    ErrorCase(
      "tensor backbone.conv1.weight",
      "unknown reference 'backbone.conv1.weight', expected \(references)",
      "       ^^^^^^^^^^^^^^^^^^^^^", help: "w:backbone.conv1.weight"),
    ErrorCase(
      "tensor z1[a]", "expected a slice like 3, -1, 0:8, ::2 or ..., got 'a'", "          ^"),
    ErrorCase("tensor z1[::0]", "a slice's step must be at least 1, got 0", "          ^^^"),
    ErrorCase("tensor g:", "expected a name after 'g:'", "       ^^"),
    ErrorCase(
      "run until loss <",
      "expected a number, a metric, a tensor, $name or '(', got the end of the expression",
      "               ^"),
    ErrorCase(
      "run until loss = 3", "'=' does not belong in an expression", "               ^",
      help: "'==' compares"),
    ErrorCase(
      "run until sqr(3) > 1",
      "unknown function 'sqr', expected sqrt log exp abs floor ceil round min max sum mean std norm "
        + "normalize transpose matmul cos",
      "          ^^^", help: "sqrt"),
    ErrorCase(
      "let n", "let: expected '=' after 'n'", "    ^", help: "let n = VALUE"),
    ErrorCase(
      "let x1 = 3",
      "let: 'x1' is the name of a tensor, a variable needs another one", "    ^^",
      help: "let my_x1 = 3"),
    ErrorCase(
      "let 1x = 3", "let: expected a name of letters, digits, '_' and '-', got '1x'", "    ^^",
      help: "let n = 3"),
  ]

  @Test(arguments: names + values + shape + expressions)
  func aWrongLineSaysWhatWasExpected(_ row: ErrorCase) {
    #expect(errorText(row.line) == row.text)
  }

  @Test func aScriptErrorHasFileLineAndColumn() {
    let script = "version 1\n# prose\nstep 3\nmethod simclr \\\n  tmp=1\n"
    let body = script.split(separator: "\n", maxSplits: 1)[1]
    let source = SourceText(String(body), name: "run.dyad", firstLine: 2)
    let parser = CommandParser(
      registry: Sample.registry, environment: SampleEnvironment(), allowsAbbreviations: false)
    #expect(throws: Never.self) { try Lexer.items(of: source) }
    do {
      for item in try Lexer.items(of: source) {
        if case .command(let statement) = item { _ = try parser.parse(statement) }
      }
      Issue.record("the script must fail")
    } catch let error as Diagnostic {
      #expect(
        error.text == """
          run.dyad:5:3: error: method simclr: unknown key 'tmp', expected batch=, temp= or proj=
              tmp=1
              ^^^
          help: temp=
          """)
    } catch { Issue.record("\(error)") }
  }

  @Test func caretsStandUnderTheirWordsAfterWideText() {
    #expect(
      errorText("note \"µ – é\" x").contains("  note \"µ – é\" x\n               ^\nhelp: "))
    // East Asian characters take two columns of a terminal.
    #expect(errorText("note \"日本\" x").contains("  note \"日本\" x\n              ^\nhelp: "))
    #expect(errorText("日本").contains("  日本\n  ^^^^\n"))
  }

  @Test func aLineOfAnotherSystemEndsBeforeItsCarriageReturn() {
    #expect(errorText("stpe\r\nstep").hasSuffix("  stpe\n  ^^^^\nhelp: step"))
  }

  @Test func aLongLineIsShortened() {
    let text = errorText("note " + String(repeating: "a", count: 3000) + " b")
    #expect(text.utf8.count < 500)
    #expect(text.contains("…"))
  }

  @Test func controlCharactersDoNotReachTheTerminal() {
    #expect(!errorText("note \"a\u{1b}[2Jb\" \u{1b}").contains("\u{1b}"))
    #expect(!errorText("load \"a\u{1b}[2J\" b").contains("\u{1b}"))
  }
}
