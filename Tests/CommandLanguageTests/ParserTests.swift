import CommandLanguage
import Testing

/// A line and its form in the log.
struct CanonicalCase: Sendable, CustomTestStringConvertible {
  let line: String
  let canonical: String
  init(_ line: String, _ canonical: String) {
    self.line = line
    self.canonical = canonical
  }
  var testDescription: String { line }
}

@Suite struct ParserTests {
  static let cases: [CanonicalCase] = [
    CanonicalCase("step", "step"),
    CanonicalCase("  step   5  # five", "step 5"),
    CanonicalCase("ste 1e3", "step 1000"),
    CanonicalCase("step --d 2", "step --dry 2"),
    CanonicalCase("method simclr te=.5 b=64", "method simclr temp=0.5 batch=64"),
    CanonicalCase("meth simsiam start=2ep", "method simsiam-multi start=2epochs"),
    CanonicalCase("method simsiam-multi start=1st", "method simsiam-multi start=1step"),
    CanonicalCase("method simsiam-multi start=auto", "method simsiam-multi start=auto"),
    CanonicalCase("method simclr proj=64,128", "method simclr proj=[64,128]"),
    CanonicalCase("method simclr proj=[ $n , 128 ]", "method simclr proj=[ $n , 128 ]"),
    CanonicalCase("method simclr temp=(0.5 * $n)", "method simclr temp=(0.5 * $n)"),
    CanonicalCase("optim sgd lr=1e-05", "optim sgd lr=1e-05"),
    CanonicalCase("optim sgd warmup=1%", "optim sgd warmup=0.01"),
    CanonicalCase("optim sgd warmup=1.0", "optim sgd warmup=1.0"),
    CanonicalCase("optim sgd warmup=$unit", "optim sgd warmup=$unit"),
    CanonicalCase("optim sgd crop=0.2:1.0", "optim sgd crop=0.2:1"),
    CanonicalCase("bank rows [0..5, 9]", "bank rows 0..5,9"),
    CanonicalCase("tensor z1[0:3,:6]", "tensor z1[0:3, :6]"),
    CanonicalCase(
      "tensor w:backbone.layer1.0.conv1.weight[...,::2, -1]",
      "tensor w:backbone.layer1.0.conv1.weight[..., ::2, -1]"),
    CanonicalCase(
      "track loss,mp.cos every=1st -> m.jsonl",
      "track [loss,mp.cos] every=1step -> m.jsonl"),
    CanonicalCase(
      "run until loss<5 and  not (knn > 3) max=2ep",
      "run until loss<5 and not (knn > 3) max=2epochs"),
    CanonicalCase("viz graph -> \"my g.png\"", "viz graph -> \"my g.png\""),
    CanonicalCase("viz graph overwrite=on -> g.png", "viz graph overwrite=on -> g.png"),
    CanonicalCase("load ../a-b.npz", "load ../a-b.npz"),
    CanonicalCase("load \"${root}/w.npz\"", "load \"${root}/w.npz\""),
    CanonicalCase("memory 2048MB", "memory 2GB"),
    CanonicalCase("memory 80%", "memory 80%"),
    CanonicalCase("let  k=3", "let k = 3"),
    CanonicalCase("let k = $n * (2 + 1)", "let k = $n * (2 + 1)"),
    CanonicalCase("let s = \"a \\\"b\\\" \\$5\"", "let s = \"a \\\"b\\\" \\$5\""),
    CanonicalCase("note \"two words\"", "note \"two words\""),
    CanonicalCase("note word", "note word"),
    CanonicalCase("note \"\"", "note \"\""),
    CanonicalCase(
      "bank | where k > 3 | sort loss --desc | head 5 | cols a,b",
      "bank | where k > 3 | sort loss --desc | head 5 | cols [a,b]"),
    CanonicalCase(
      "bank | where  a==\"b  \\\"c\" and  k != \"\"",
      "bank | where a==\"b  \\\"c\" and k != \"\""),
    CanonicalCase("tensor z1[0, :3]@-1", "tensor z1@-1[0, :3]"),
    CanonicalCase("tensor z1@e2[0]", "tensor z1@e2[0]"),
    CanonicalCase("method \\\n  simclr", "method simclr"),
    CanonicalCase("let k = 1 + \\\n  2", "let k = 1 + 2"),
    CanonicalCase("let k = 2*\\ \r\n(1 + \\\r\n\t2)", "let k = 2* (1 + 2)"),
    CanonicalCase("let \\\n k \\\n = \\\n \"a \\\\ b\"", "let k = \"a \\\\ b\""),
    CanonicalCase("tensor z1[0, \\\n 1] - \\\n  z2[0,1]", "tensor z1[0, 1] - z2[0, 1]"),
    CanonicalCase("tensor z1 * \\\n $n", "tensor z1 * $n"),
    CanonicalCase("run until loss < \\\n 5 max=2ep", "run until loss < 5 max=2epochs"),
    CanonicalCase("method simclr temp=(0.5 * \\\n  $n)", "method simclr temp=(0.5 * $n)"),
    CanonicalCase("method simclr proj=[64, \\\n  32]", "method simclr proj=[64,32]"),
    CanonicalCase("bank | where k > \\\n 3", "bank | where k > 3"),
    CanonicalCase("method simclr proj=[\n64,\n32]", "method simclr proj=[64,32]"),
  ]

  @Test(arguments: cases)
  func theLogHasTheFullForm(_ row: CanonicalCase) throws {
    let first = try #require(try parse(row.line, abbreviates: true).first)
    #expect(first.canonicalText == row.canonical)
    // The log is read without abbreviations and gives the same values.
    let again = try #require(try parse(first.canonicalText).first)
    #expect(again.canonicalText == row.canonical)
    #expect(again.values == first.values)
    #expect(again.switches == first.switches)
    #expect(again.outputPath == first.outputPath)
    #expect(again.filters == first.filters)
  }

  @Test func aLineThatGoesOnKeepsItsPlacesInMessages() throws {
    #expect(
      errorText("let k = 1 + \\\n  2 +* 3")
        == "error: expected a number, a metric, a tensor, $name or '(', got '*'\n"
        + "    2 +* 3\n       ^")
    #expect(errorText("let k = * \\\n 2").contains("\n  let k = * \\\n          ^"))
    #expect(errorText("let k = 1 + \\").contains("nothing follows the '\\'"))
    #expect(errorText("let k = 1 \\ + 2").contains("'\\' does not belong in an expression"))
    // What is written in quotes and comments stays.
    #expect(errorText("note \"a\\\nb\"").contains("unknown escape"))
    let items = try Lexer.items(of: SourceText("let k = 1 \\\n + 2\n# prose \\\nstep"))
    guard case .comment(let text, _) = items[1], case .command(let first) = items[0] else {
      Issue.record("expected a command and a comment")
      return
    }
    #expect(items.count == 3 && text == "# prose \\")
    #expect(first.text == "let k = 1 \\\n + 2" && first.oneLine == "let k = 1 + 2")
  }

  @Test func keysReadTypedValuesAndDefaults() throws {
    let method = try parse("method simsiam-multi batch=$n proj=[64,32] start=2ep")[0]
    #expect(method[Sample.batch] == 8)
    #expect(method[Sample.proj] == [64, 32])
    #expect(method[Sample.start] == .epochs(2))
    #expect(method.subcommand == "simsiam-multi")
    #expect(method.isGiven(Sample.batch))
    let plain = try parse("method simsiam-multi")[0]
    #expect(plain[Sample.batch] == 256)
    #expect(plain[Sample.proj] == [2048, 2048])
    #expect(plain[Sample.start] == nil)
    #expect(!plain.isGiven(Sample.batch))
    #expect(try parse("optim sgd lr=auto")[0][Sample.lr] == nil)
    #expect(try parse("optim sgd lr=($half/2)")[0][Sample.lr] == 0.25)
    #expect(try parse("bank rows 0..5,9")[0][Sample.ids].expanded == [0, 1, 2, 3, 4, 5, 9])
    #expect(try parse("optim sgd crop=0.08:1")[0][Sample.crop] == 0.08...1)
    #expect(try parse("step --dry")[0].has(Sample.dry))
    #expect(try parse("memory 1.5KB")[0][Sample.memory] == .bytes(1536))
    #expect(try parse("memory 60kB")[0][Sample.memory] == .bytes(61_440))
    #expect(try parse("note \"a\\tb ${n}\"")[0][Sample.text] == "a\tb 8")
    let tensor = try parse("tensor g:fc.weight[-1, 2:9:3]")[0][Sample.ref].reference
    #expect(tensor?.base == .gradient && tensor?.name == "fc.weight")
    #expect(tensor?.slices == [.index(-1), .range(start: 2, stop: 9, step: 3)])
  }

  @Test func abbreviationsAreForThePromptOnly() {
    #expect(errorText("ste").hasPrefix("error: unknown command 'ste'"))
    #expect(
      errorText("meth simcl", abbreviates: true).hasPrefix(
        "error: 'simcl' is short for simclr or simclr-attn"))
    #expect(
      errorText("optim s lr=1", abbreviates: true) == #"no error: ["optim sgd lr=1"]"#)
    #expect(
      errorText("l n = 3", abbreviates: true).hasPrefix("error: 'l' is short for let or load"))
  }

  @Test func semicolonsSeparateCommandsOutsideQuotes() throws {
    #expect(
      try parse("step 1; note \"a; b\" ;step 2").map(\.canonicalText)
        == ["step 1", "note \"a; b\"", "step 2"])
    #expect(try parse("# only prose\n\n").isEmpty)
  }

  @Test func slicesFollowPython() {
    typealias Slice = Reference.Slice
    func taken(_ slice: Slice, _ length: Int) -> [Int] {
      guard let (start, count, step) = slice.elements(of: length) else { return [-1] }
      return (0..<count).map { start + $0 * step }
    }
    // Values of list(range(5))[…] in CPython 3.
    #expect(taken(.range(start: nil, stop: 3, step: 1), 5) == [0, 1, 2])
    #expect(taken(.range(start: -2, stop: nil, step: 1), 5) == [3, 4])
    #expect(taken(.range(start: 1, stop: 99, step: 2), 5) == [1, 3])
    #expect(taken(.range(start: 4, stop: 2, step: 1), 5) == [])
    #expect(taken(.range(start: -99, stop: -1, step: 3), 5) == [0, 3])
    #expect(taken(.range(start: 9, stop: nil, step: 1), 5) == [])
    #expect(taken(.index(-5), 5) == [0])
    #expect(taken(.index(5), 5) == [-1])
    #expect(taken(.index(Int.min), 5) == [-1])
  }

  @Test func durationsCountSteps() {
    #expect(Duration.epochs(3).steps(perEpoch: 7, total: 70) == 21)
    #expect(Duration.fraction(0.25).steps(perEpoch: 7, total: 70) == 17)
    #expect(Duration.epochs(Int.max).steps(perEpoch: 2, total: 0) == nil)
  }

  @Test func theSampleRegistryKeepsTheRules() {
    #expect(Sample.registry.lint() == [])
  }
}
