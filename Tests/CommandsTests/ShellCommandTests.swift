import CommandLanguage
import Commands
import Foundation
import Testing

struct ShellCase: Sendable, CustomTestStringConvertible {
  let line: String
  let text: String
  init(_ line: String, _ text: String) {
    self.line = line
    self.text = text
  }
  var testDescription: String { line }
}

@Suite struct ShellCommandTests {
  static let cases: [ShellCase] = [
    ShellCase("let n = 2 * (3 + 1); let m = $n / 4", "  n = 8\n  m = 2"),
    ShellCase("let s = \"a b\"; let t = \"${s}-c\"", "  s = \"a b\"\n  t = \"a b-c\""),
    ShellCase(
      "let m = fast",
      "error: unknown metric 'fast', expected a number or $name\n  let m = fast\n          ^^^^\n"
        + "help: a text needs quotes: let NAME = \"fast\""),
    ShellCase(
      "let m = 1 / 0",
      "error: the value of '1 / 0' is not finite: inf\n  let m = 1 / 0\n          ^^^^^"),
    ShellCase("let n = 123456; print 2 * $n + 1", "  n = 123456\n  2 * $n + 1 = 246913"),
    ShellCase("print log(2) / 3", "  log(2) / 3 = 0.231"),
    ShellCase("print 1 / 0", "  1 / 0 = inf"),
    // What was typed as if it were a command.
    ShellCase("2 + 2", "error: unknown command '2'\n  2 + 2\n  ^\nhelp: print 2 + 2"),
    ShellCase("z1[0]", "error: unknown command 'z1[0]'\n  z1[0]\n  ^^^^^\nhelp: tensor z1[0]"),
    ShellCase(
      "blurb", "error: unknown command 'blurb'\n  blurb\n  ^^^^^\nhelp: help lists the commands"),
    ShellCase("set conv", "  conv auto"),
    ShellCase("set snapshots 0 ; set snapshots", "  snapshots 0"),
    ShellCase(
      "help nonfinite",
      "  set nonfinite stop|allow  whether a non-finite loss or gradient stops before\n"
        + "                            the step is applied\nhelp COMMAND shows all of one"),
    ShellCase(
      "help whizz",
      "error: no help for 'whizz'\n  help whizz\n       ^^^^^\nhelp: help lists the commands"),
    ShellCase("set conv direct; set conv", "  conv direct"),
    ShellCase(
      "set threads 2; set threads; set threads auto; set threads", "  threads 2\n  threads auto"),
    ShellCase(
      "set conv fast",
      "error: set conv: conv must be auto, winograd or direct, got 'fast'\n  set conv fast\n           ^^^^"
    ),
    ShellCase(
      "set cov direct",
      "error: unknown set 'cov', expected threads, conv, memory, nonfinite, snapshots, spill, out or "
        + "images\n  set cov direct\n      ^^^\nhelp: set conv"),
    ShellCase("note \"two words\"", "  two words"),
    ShellCase("complete \"set c\"", "  conv"),
    ShellCase("complete \"set out \"", "  text\n  json"),
    ShellCase("complete \"so\"", "  source"),
    ShellCase("let k = 1; complete \"bump \\$\"", "  k = 1\n  $k"),
    ShellCase(
      "help quti",
      "error: no help for 'quti'\n  help quti\n       ^^^^\nhelp: help quit"),
    ShellCase(
      "help set con",
      "error: set has no subcommand 'con', expected threads, conv, memory, nonfinite, snapshots, spill, "
        + "out or images\n"
        + "  help set con\n           ^^^\nhelp: help set conv"),
    ShellCase(
      "set | where key == 1 | cols value", "  value"),
    ShellCase("set | where key == \"conv\" | cols key", "  key\n  conv"),
    ShellCase(
      "let n = 1; set | where key == \"conv\" and $n > 0 | cols key", "  n = 1\n  key\n  conv"),
    ShellCase(
      "set | where key < \"conv\"",
      "error: expected a number: a text compares by '==' and '!=', got '\"conv\"'\n"
        + "  set | where key < \"conv\"\n                    ^^^^^^"),
    ShellCase(
      "set | where \"conv\" == key",
      "error: expected a number, a metric, a tensor, $name or '(', got '\"conv\"'\n"
        + "  set | where \"conv\" == key\n              ^^^^^^"),
    ShellCase(
      "set | where kye != \"conv\"",
      "error: unknown column 'kye', expected key, value or what it is\n"
        + "  set | where kye != \"conv\"\n              ^^^\nhelp: key"),
    ShellCase(
      "set | where kye",
      "error: unknown column 'kye', expected key, value or what it is\n"
        + "  set | where kye\n              ^^^\nhelp: key"),
    ShellCase(
      "help evaluate",
      "Evaluate\n  knn  Measures weighted kNN accuracy on the test images.\n"
        + "help COMMAND shows arguments, options and examples"),
    ShellCase(
      "track z_std erank",
      "error: track takes only METRICS, got 'erank' as well\n  track z_std erank\n"
        + "              ^^^^^\nhelp: commas between several: z_std,erank"),
    ShellCase(
      "if 1 == \"a\" { note a }",
      "error: '\"' does not belong in an expression\n  if 1 == \"a\" { note a }\n          ^"),
    ShellCase(
      "note a | head 2",
      "error: 'note' gives no table, a filter after '|' needs one\n  note a | head 2\n"
        + "  ^^^^^^^^^^^^^^^"),
  ]

  @Test(arguments: cases)
  func repliesAreExact(_ row: ShellCase) {
    #expect(Recorder().type(row.line) == row.text)
  }

  @Test func setListsEveryPreference() {
    #expect(
      Recorder().type("set memory 2GB; set | cols key,value") == """
          key        value
          threads    auto
          conv       auto
          memory     2GB
          nonfinite  stop
          snapshots  20%
          spill      50%
          out        text
          images     auto
        """)
  }

  @Test func whoOwnsAPreferenceMayRefuseIt() {
    let recorder = Recorder()
    recorder.context.shell.settings.willChange = { name, value in
      throw Diagnostic("\(name) cannot become \(value.canonicalText) while training")
    }
    #expect(recorder.type("set conv direct").hasPrefix("error: conv cannot become direct while"))
    #expect(recorder.type("set conv") == "  conv auto")
  }

  @Test func onlyWhatResultsDependOnIsLogged() {
    let recorder = Recorder()
    recorder.type("set threads 2; set conv direct; set out json; set nonfinite allow; sys; history")
    #expect(recorder.log == ["set conv direct", "set nonfinite allow"])
  }

  @Test func historyFindsEntries() {
    let recorder = Recorder()
    recorder.context.shell.history = ["bump", "let k = 1", "bump 2"]
    #expect(recorder.type("history") == "  1  bump\n  2  let k = 1\n  3  bump 2")
    #expect(recorder.type("history bump n=1") == "  3  bump 2")
  }

  @Test func filesOfOthersAreKept() throws {
    let folder = try TemporaryFolder()
    let file = try folder.file("a.jsonl", "old")
    let files = WrittenFiles()
    func path(_ line: String) throws -> String? {
      let registry = Registry([
        CommandSpec(
          "w", group: .shell, summary: "Writes.",
          output: OutputFile(["jsonl"], isRequired: true, help: "a file"), examples: [])
      ])
      let parser = CommandParser(
        registry: registry, environment: CommandContext().environment, allowsAbbreviations: false)
      guard case .command(let statement)? = try Lexer.items(of: SourceText(line)).first else {
        return nil
      }
      return try files.checkedPath(for: try parser.parse(statement))
    }
    func message(_ line: String) -> String {
      do { return try path(line) ?? "nothing" } catch let error as Diagnostic {
        return error.message + (error.help.map { " | " + $0 } ?? "")
      } catch { return "\(error)" }
    }
    #expect(
      message("w -> \(file)").hasSuffix(
        "exists and was not written by this session | overwrite=on replaces it"))
    #expect(message("w overwrite=on -> \(file)") == file)
    #expect(message("w -> \(folder.path)/new.jsonl") == folder.path + "/new.jsonl")
    files.didWrite(file)
    #expect(message("w -> \(folder.path)/./a.jsonl") == folder.path + "/./a.jsonl")
    #expect(message("w -> \(folder.path)/no/b.jsonl").contains("there is no folder"))
    files.redirection = folder.path + "/shadow"
    #expect(message("w -> /etc/x.jsonl") == folder.path + "/shadow/etc/x.jsonl")
    #expect(files.readPath("/etc/x.jsonl") == "/etc/x.jsonl")
  }
}
