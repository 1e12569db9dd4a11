import CommandLanguage
import Testing

@Suite struct HelpTests {
  @Test func aCommandShowsSynopsisOptionsAndExamples() throws {
    let step = try #require(Sample.registry["step"])
    #expect(
      HelpText.command(step) == """
        Takes optimizer steps.

          step [COUNT] [--dry]

        arguments
          COUNT  how many optimizer steps (1…1000000; in steps) [1]

        switches
          --dry  compute the step without applying it

        examples
          step           # One step
          step 10 --dry  # Ten, not applied

        see also  run
        """)
  }

  @Test func aWordThatIsNoCommandIsFoundInOptionsValuesAndTexts() throws {
    #expect(
      HelpSearch.text("temp", in: Sample.registry)
        == "  method simclr temp=X       temperature [0.7]\n"
        + "  method simclr-attn temp=X  temperature [0.7]\nhelp COMMAND shows all of one")
    let chosen = try #require(HelpSearch.text("z", in: Sample.registry))
    #expect(chosen.hasPrefix("  method simclr-attn on=h|z  which features [h]\n"))
    // Nothing is named so, but a text speaks of it.
    let found = try #require(HelpSearch.text("Holds", in: Sample.registry))
    #expect(found.hasPrefix("  run ") && found.contains("Trains until a condition holds."))
    #expect(HelpSearch.text("zq", in: Sample.registry) == nil)
    #expect(HelpSearch.text("flabbergast", in: Sample.registry) == nil)
  }

  @Test func aSubcommandShowsItsOptionsWithDefaultsAndUnits() throws {
    let method = try #require(Sample.registry["method"])
    let form = try #require(method.subcommands.first { $0.name == "simsiam-multi" })
    #expect(
      HelpText.form(form, of: method) == """
        SimSiam with a memory bank.

          method simsiam-multi [batch=N] [proj=[N,N]] [start=DURATION]

        options
          batch=N         images per step (2…65536; in images) [256]
          proj=[N,N]      projector's hidden and output width [[2048,2048]]
          start=DURATION  when the bank enters the targets (a duration like 12steps or
                          4epochs) [51epochs]

        examples
          method simsiam-multi start=2ep  # Bank from epoch 2
        """)
  }

  @Test func tablesAlignNumbers() {
    let table = Table(
      [Table.Column("method"), Table.Column("knn", unit: "%"), Table.Column("n")],
      rows: [
        [.text("simclr"), .number(41.618), .int(10_000)], [.text("µ"), .number(9), .none],
        [.text("nan"), .number(.nan), .int(7)],
      ], title: "results", notes: ["two runs"])
    #expect(
      table.text == """
        results
          method  knn [%]      n
          simclr    41.62  10000
          µ          9.00      –
          nan         nan      7
        two runs
        """)
    #expect(
      table.json.text
        == #"[{"method":"simclr","knn":41.618,"n":10000},{"method":"µ","knn":9,"n":null},"#
        + #"{"method":"nan","knn":"nan","n":7}]"#)
  }

  @Test func smallNumbersGetExponents() {
    let table = Table([Table.Column("a")], rows: [[.number(3e-9)], [.number(120)]])
    #expect(table.text == "          a\n  3.000e-09\n  1.200e+02")
  }

  @Test func filtersKeepRowsAndColumns() throws {
    let table = Table(
      [Table.Column("id"), Table.Column("age")],
      rows: [[.int(1), .number(2)], [.int(2), .number(1)], [.int(3), .none]])
    func ids(_ filters: String) throws -> [[Table.Cell]] {
      try parse("bank | " + filters)[0].filters.reduce(table) {
        try $1.apply(to: $0, variables: SampleEnvironment())
      }.rows
    }
    #expect(
      try ids("sort age") == [[.int(3), .none], [.int(2), .number(1)], [.int(1), .number(2)]])
    #expect(try ids("sort age --desc | head 1") == [[.int(1), .number(2)]])
    #expect(try ids("where age < 2 and id > 0 | cols age") == [[.number(1)]])
    #expect(throws: Diagnostic.self) { try ids("cols nothing") }
  }

  @Test func jsonEscapesAndKeepsOrder() {
    let value = JSONValue.object([("b", .string("a\"\\\n\u{1b}é")), ("a", .number(-.infinity))])
    #expect(value.text == #"{"b":"a\"\\\n\u001bé","a":"-inf"}"#)
  }

  @Test func volatilePartsEndTheReply() {
    var output = Output.text("  step 1  loss 5.2")
    output.volatile = [Output.Volatile("rate", "812 images/s")]
    #expect(output.text == "  step 1  loss 5.2   812 images/s")
    #expect(output.stableText == "  step 1  loss 5.2")
    #expect(
      JSONValue.object(output.json).text
        == #"{"text":"  step 1  loss 5.2","volatile":{"rate":"812 images/s"}}"#)
  }
}
