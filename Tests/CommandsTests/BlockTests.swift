import CommandLanguage
import Commands
import Sessions
import Testing

/// Blocks, definitions, prefixes: what runs, what the log says, what a replay makes of it.
@Suite struct BlockTests {
  private static let setup = [
    "seed 3", "data demo n=60", "backbone small width=2",
    "method simclr batch=20 proj=[8,4]",
  ]

  /// The commands of a session's log from an index on, without marks.
  private func log(_ session: TrainedSession, from start: Int = 4) -> [String] {
    session.context.log.entries.dropFirst(start).map { entry in
      switch entry {
      case .command(let text, _, _): text
      case .comment(let text): text
      }
    }
  }

  @Test func aBlockIsOneCommandOfTheLog() throws {
    let session = try TrainedSession(Self.setup)
    _ = try session.output("def twice n { step $n\n step $n }  # a comment")
    _ = try session.output("repeat 2 {\n twice 1\n\n if step > 2 { note \"more than two\" }\n}")
    #expect(
      log(session) == [
        "def twice n { step $n; step $n }",
        "repeat 2 { twice 1; if step > 2 { note \"more than two\" } }",
      ])
    #expect(session.bench.summary.step == 4)
    // The same bits as the steps by themselves, and as the log run again.
    let straight = try TrainedSession(Self.setup, steps: 4)
    #expect(session.bench.fingerprint == straight.bench.fingerprint)
    let again = try TrainedSession()
    #expect(again.interpreter.runScript(SourceText(session.context.log.text)) { _ in } == nil)
    #expect(again.bench.mark == session.bench.mark)
    #expect(again.context.log.text == session.context.log.text)
  }

  @Test func linesThatGoOnAreOneLineOfTheLog() throws {
    let session = try TrainedSession(Self.setup, steps: 1)
    _ = try session.output("break loss < \\\n  (0.1 * \\\n 2)")
    _ = try session.output("if step > \\\n 0 { let a = 1 + \\\n 2 }")
    _ = try session.output("for t in [1, \\\n 2] { let b = $t - \\\n 1 }")
    #expect(
      log(session).suffix(3) == [
        "break loss < (0.1 * 2)", "if step > 0 { let a = 1 + 2 }",
        "for t in [1, 2] { let b = $t - 1 }",
      ])
    #expect(session.context.shell.variables["b"] == .number(1))
  }

  @Test func oneUndoTakesABlockBack() throws {
    let session = try TrainedSession(Self.setup, steps: 1)
    let before = session.bench.mark
    _ = try session.output(
      "for t in 0.1,0.2 { method simclr temp=$t batch=20; step 2; let u = $t }")
    #expect(session.context.shell.variables["u"] == .number(0.2))
    #expect(session.context.shell.variables["t"] == nil)
    _ = try session.output("undo")
    #expect(session.bench.mark == before && session.context.shell.variables.isEmpty)
    _ = try session.output("redo")
    #expect(session.context.shell.variables["u"] == .number(0.2))
  }

  @Test func aBlockThatFailsChangesNothing() throws {
    let session = try TrainedSession(Self.setup)
    let text = session.text("repeat 3 { step 1; step 2; step x }")
    #expect(text.contains("count must be an integer"))
    #expect(text.contains("2 commands before it ran and were taken back; redo 2 brings them back"))
    #expect(session.bench.summary.step == 0)
    // What ran is in the log, command by command, so that a replay can take it back too.
    let lines = log(session)
    #expect(
      lines.count == 4 && lines[0] == "step 1" && lines[1] == "step 2"
        && lines[3] == "undo 2 --aside")
    #expect(lines[2].hasPrefix("# failed: step x"))
    _ = try session.output("redo 2; undo")
    #expect(session.bench.summary.step == 1)
    let again = try TrainedSession()
    #expect(again.interpreter.runScript(SourceText(session.context.log.text)) { _ in } == nil)
    #expect(again.bench.mark == session.bench.mark)
  }

  @Test func aBlockThatFailsLeavesNoTraceInTheBatchAndTheBranches() throws {
    let session = try TrainedSession(Self.setup, steps: 4)
    let (z, g) = (session.text("tensor z1"), session.text("stats g:backbone.conv1.weight"))
    #expect(session.text("repeat 2 { step 1; tensor z1[99] }").contains("taken back"))
    #expect(session.text("tensor z1") == z)
    #expect(session.text("stats g:backbone.conv1.weight") == g)
    #expect(try session.table("branch list").texts("branch") == ["main", "undone-1"])
    #expect(try session.table("branch list").numbers("steps") == [4, 5])
    _ = try session.output("step 1")
    #expect(session.context.timeline.branch == "main")
  }

  @Test func stepsBeforeOneThatFailedAreKept() throws {
    let session = try TrainedSession(Self.setup)
    let text = session.text("optim sgd lr=1e30; step 9")
    #expect(text.contains("which are kept") && !text.contains("taken back"))
    #expect(session.bench.summary.step >= 1)
    #expect(session.context.log.text.contains("\nstep \(session.bench.summary.step)\n"))
  }

  @Test func valuesOfLoops() throws {
    let session = try TrainedSession()
    func notes(_ line: String) -> String { session.text(line) }
    #expect(notes("for i in 2..4 { note $i }") == "  2  3  4")
    #expect(notes("for s in [a,\"b c\",0.5] { note $s }") == "  a  b c  0.5")
    #expect(notes("let k = 2; repeat $k { note y }") == "  k = 2  y  y")
    #expect(notes("repeat (1 + 2) { note z }") == "  z  z  z")
    #expect(notes("repeat 0 { note z }") == "")
    #expect(notes("if $k == 3 { note a } else if $k == 2 { note b } else { note c }") == "  b")
    #expect(notes("def f a b { note \"${a}-${b}\" }; f 1 \"x y\"") == "  1-x y")
  }

  @Test func prefixes() throws {
    let session = try TrainedSession(Self.setup)
    #expect(session.text("quiet step 2") == "" && session.bench.summary.step == 2)
    #expect(session.text("quiet repeat 2 { note a }") == "")
    // The error is shown and what follows is run.
    let tried = session.text("try step x; note after")
    #expect(tried.contains("error: step: count") && tried.hasSuffix("  after"))
    #expect(session.text("try repeat 2 { step x }; note on").hasSuffix("  on"))
    guard case .success(let output) = replies(session, "time note a").last else {
      Issue.record("no reply")
      return
    }
    #expect(output.volatile.map(\.name) == ["time"])
  }

  private func replies(_ session: TrainedSession, _ line: String) -> [Result<Output, Diagnostic>] {
    var all: [Result<Output, Diagnostic>] = []
    session.interpreter.run(line) { all.append($0.result) }
    return all
  }

  @Test(arguments: [
    ("repeat 2 { note a", "'{' is not closed", "{"),
    ("repeat x { note a }", "repeat must be an integer in 0…1000000000, got 'x'", "x"),
    ("repeat { note a }", "expected how often, got '{'", "{"),
    ("repeat 2 note a", "expected '{', got 'note'", "note"),
    ("repeat 2 { } note", "nothing may follow the '}' of a block, got 'note'", "note"),
    (
      "for 1 in 2 { }", "expected the name of a variable of letters, digits, '_' and '-', got '1'",
      "1"
    ),
    ("for x of 2 { }", "expected 'in', got 'of'", "of"),
    ("for x in 5..2 { }", "a range goes upwards, got '5..2'", "5..2"),
    ("for x in 0..9999999 { }", "a list may have at most 100000 items", "0..9999999"),
    ("if { }", "expected a condition, got '{'", "{"),
    ("if nope { }", "unknown metric 'nope', expected a number or $name", "nope"),
    ("else { }", "'else' stands on the line of the '}' before it", "else"),
    ("def step { }", "'step' is a command of dyad's own", "def step { }"),
    ("def f a a { }", "'a' is given twice", "a"),
    ("def f { f }; f", "blocks and calls nest deeper than 64 levels", "f"),
    ("def g x { note $x }; g", "g takes 1 argument, got 0", "g"),
    ("quiet quiet step", "'quiet' is given twice", "quiet"),
    ("try", "expected a command after 'try'", "try"),
    ("repeat 1 { ste }", "unknown command 'ste'", "ste"),
  ])
  func mistakes(line: String, message: String, place: String) throws {
    let session = try TrainedSession()
    var error: Diagnostic?
    session.interpreter.run(line) { if case .failure(let e) = $0.result { error = e } }
    let found = try #require(error)
    #expect(found.message == message)
    let range = try #require(found.range)
    #expect(found.source?.text(range) == place)
  }

  @Test func wordsOfTheLanguageAreOffered() throws {
    let session = try TrainedSession(Self.setup)
    _ = try session.output("def warm n { step $n }")
    func offered(_ line: String) -> [String] {
      session.context.completer.complete(line).candidates.map(\.text)
    }
    #expect(offered("rep") == ["repeat", "replay"] && offered("wa") == ["warm", "watch"])
    #expect(offered("quiet ste") == ["step"] && offered("repeat 2 { ste") == ["step"])
    #expect(offered("try time see") == ["seed"])
    #expect(session.text("help for") == session.text("help blocks"))
    #expect(session.text("help warm") == "  def warm n { step $n }")
  }

  @Test func tryTakesWhatCannotBeRead() throws {
    let session = try TrainedSession(Self.setup)
    for line in [
      "try for in", "try def c n n { step }", "try repeat { step }", "try if { step }", "try",
      "try try step", "try quiet for", "try repeat x { step }", "try else { step }",
    ] {
      var errors = 0
      var last = ""
      let ending = session.interpreter.run("\(line)\nlet a = 1") { reply in
        if case .failure = reply.result { errors += 1 } else { last = reply.command }
      }
      #expect(ending == nil && errors == 1 && last == "let a = 1", "\(line)")
    }
    #expect(session.bench.summary.step == 0)
    #expect(session.interpreter.run("for in\nlet b = 1") { _ in } != nil)
  }
}
