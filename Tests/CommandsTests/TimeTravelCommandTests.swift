import CommandLanguage
import Commands
import Sessions
import TestSupport
import Testing

/// Time travel at the prompt.
@Suite struct TimeTravelCommandTests {
  private static let setup = [
    "seed 3", "data demo n=60", "backbone small width=2",
    "method simsiam-multi batch=20 proj=[8,4] pred=2 start=1epochs",
  ]

  @Test func goingBackAndSideways() throws {
    let session = try TrainedSession(Self.setup)
    _ = try session.output("snap start; step 8")
    let trained = session.bench.mark
    #expect(
      session.text("rewind @e1")
        == "  branch main   step 3   e1   main goes on to step 8; going on from here opens a branch"
    )
    _ = try session.output("step 5")
    #expect(session.bench.mark == trained && session.context.timeline.branch == "main-2")
    #expect(session.text("compare @main").contains("identical: every choice"))
    _ = try session.output("optim sgd lr=9; step 1; switch main; branch other; step 1; undo 2")
    #expect(session.context.timeline.branch == "main" && session.bench.mark == trained)
    let names = try session.table("branch list").texts("branch")
    #expect(names == ["main", "main-2", "other"])
    let compared = session.text("compare @main-2 @other")
    #expect(compared.contains("choice   optim lr   A 9.0   B 0.5"))
    #expect(compared.contains("9 in both, the first that differs is 9: lr.backbone"))
    #expect(session.text("rewind @start").hasPrefix("  branch main   step 0   e0"))
    // Everything above is in the log and gives the same state again.
    let again = try TrainedSession()
    #expect(again.interpreter.runScript(SourceText(session.context.log.text)) { _ in } == nil)
    #expect(again.bench.mark == session.bench.mark)
    #expect(again.context.timeline.branches.map(\.name) == ["main", "main-2", "other"])
  }

  @Test func referencesWithTimesAreWhatWasThere() throws {
    let session = try TrainedSession(Self.setup)
    let names = [
      "x1", "z1", "h2", "p1", "sim", "bank", "w:backbone.conv1.weight", "m:backbone.conv1.weight",
      "g:backbone.conv1.weight", "a:backbone.conv1",
    ]
    var then: [String: String] = [:]
    _ = try session.output("step 5")
    for name in names { then[name] = values(session.text("tensor \(name)")) }
    let mark = session.bench.mark
    _ = try session.output("step 4; optim sgd lr=2; step 3")
    for name in names {
      for time in ["s5", "-7", "main/s5"] {
        #expect(values(session.text("tensor \(name)@\(time)")) == then[name], "\(name)@\(time)")
      }
      #expect(values(session.text("tensor \(name)")) != then[name], "\(name)")
    }
    #expect(session.bench.summary.step == 12)
    _ = try session.output("rewind @s5")
    #expect(session.bench.mark == mark)
  }

  /// The numbers of a printed tensor, without the line that says what it is.
  private func values(_ text: String) -> String {
    text.split(separator: "\n").dropFirst().joined(separator: "\n")
  }

  @Test(arguments: [
    ("rewind", "rewind needs TIME"), ("rewind @s99", "has the steps 0…4"),
    ("rewind @nope", "no moment 'nope'"), ("rewind 40", "must be a moment like"),
    ("rewind @e9", "has the steps 0…4"), ("rewind @-5", "has the steps 0…4"),
    ("undo 99", "only 5 commands can be undone, got 99"), ("redo", "nothing to redo"),
    ("switch nope", "no branch 'nope'"), ("branch main", "there is a branch 'main' already"),
    ("branch a/b", "must be a name"), ("snap e5", "would read as a step or an epoch"),
    ("snap drop nope", "no moment 'nope'"), ("compare @nope", "no moment 'nope'"),
    ("tensor z1@nope", "no moment 'nope'"), ("tensor z1@", "expected a moment"),
    ("tensor z1@s0", "no step was taken"),
  ])
  func mistakesChangeNothing(line: String, message: String) throws {
    let session = try TrainedSession(Self.setup, steps: 4)
    let mark = session.bench.mark
    let text = session.text(line)
    #expect(text.hasPrefix("error: ") && text.contains(message), "\(text)")
    #expect(session.bench.mark == mark && session.context.timeline.branches.count == 1)
  }

  @Test(arguments: [
    ("@e0..@e2", ["@e0", "@e1", "@e2"]), ("@s3..@s1", ["@s3", "@s2", "@s1"]),
    ("@-2..@-1", ["@-2", "@-1"]), ("@e1..@e1", ["@e1"]), ("@s1..s2", ["@s1", "@s2"]),
    ("@main/e0..e1", ["@main/e0", "@main/e1"]),
    ("@main/s2..@main/s1", ["@main/s2", "@main/s1"]),
    ("[@e2..@e1, @start, 4..5]", ["@e2", "@e1", "@start", "4", "5"]),
    ("@e0..@e$n", ["@e0", "@e1", "@e2"]), ("[\"@e0..@e2\"]", ["@e0..@e2"]), ("a..b", ["a..b"]),
  ])
  func loopsGoThroughMoments(list: String, moments: [String]) throws {
    let session = try TrainedSession()
    _ = try session.output("let n = 2; let all = \"\"")
    _ = try session.output("for t in \(list) { let all = \"${all} ${t}\" }")
    #expect(session.text("note \"${all}\"") == "   " + moments.joined(separator: " "))
  }

  @Test func theMomentOfALoopIsATimeForEveryCommand() throws {
    let session = try TrainedSession(Self.setup, steps: 6)
    let mark = session.bench.mark
    let text = session.text("for t in @e0..@e2 { rewind $t }")
    #expect(text.contains("step 0") && text.contains("step 3") && text.contains("step 6"))
    #expect(session.bench.mark == mark)
    #expect(session.context.shell.variables["t"] == nil)
    let then = ["@s4", "@s5"].map { session.text("tensor z1\($0)") }
    #expect(values(then[0]) != values(then[1]))
    #expect(session.text("for t in @s4..@s5 { tensor z1$t }") == then.joined())
    for range in ["@-2..@-1", "@main/s4..s5"] {
      let shown = session.text("for t in \(range) { tensor z1$t }")
      #expect(shown.contains(values(then[0])) && shown.contains(values(then[1])), "\(shown)")
      #expect(!session.text("for t in \(range) { compare $t }").contains("error"))
    }
    // The log has the loop as it is written and gives the same state again.
    _ = try session.output("for t in @e2..@e1 { rewind $t }")
    #expect(session.bench.summary.step == 3)
    #expect(session.context.log.text.contains("for t in @e2..@e1 { rewind $t }"))
    let again = try TrainedSession()
    #expect(again.interpreter.runScript(SourceText(session.context.log.text)) { _ in } == nil)
    #expect(again.bench.mark == session.bench.mark)
  }

  @Test(arguments: [
    ("@e0..@s5", "counts epochs, steps or steps ago at both ends", 14, 3),
    ("@-1..@e5", "counts epochs", 14, 3),
    ("@start..@e5", "a moment with a number at both ends", 9, 6),
    ("@e0..@end", "got '@end'", 14, 4), ("@e0..", "got nothing", 14, 1),
    ("@e0..5", "got '5'", 14, 1), ("0..@e5", "got '0'", 9, 1),
    ("@e0..@e1..@e2", "got '@e1..@e2'", 14, 8), ("[1, @main/e0..@other/e2]", "same branch", 23, 9),
    ("@e0..@main/e2", "same branch", 14, 8), ("@s0..@s100000", "at most 100000 items", 9, 13),
    ("@s0..@s9223372036854775807", "at most 100000 items", 9, 26),
    ("[@s0..@s99998, @e0..@e1]", "at most 100000 items", 24, 8),
  ])
  func rangesOfMomentsOfDifferentKindsAreErrors(
    list: String, message: String, column: Int, carets: Int
  ) throws {
    let session = try TrainedSession()
    let text = session.text("for t in \(list) { note $t }")
    #expect(text.hasPrefix("error: ") && text.contains(message), "\(text)")
    let caret = text.split(separator: "\n").first { $0.contains("^") } ?? ""
    #expect(caret.prefix { $0 == " " }.count == column + 2, "\(text)")
    #expect(caret.filter { $0 == "^" }.count == carets, "\(text)")
  }

  /// A name may say a number: `temp0.2`.
  @Test func namesMayHaveDots() throws {
    let session = try TrainedSession(
      ["seed 1", "data demo n=60", "backbone small width=2", "method simclr batch=20 proj=[8,4]"])
    for line in ["step", "branch temp-0.2", "swap method temp=0.2", "step 2", "snap a.1"] {
      _ = try session.output(line)
    }
    _ = try session.output("switch main; step 4; switch @temp-0.2")
    #expect(session.text("compare @temp-0.2/s2 @main/s2").contains("method temp"))
    #expect(
      session.text(
        "print norm(w:backbone.conv1.weight@temp-0.2/s2 - w:backbone.conv1.weight@main/s2)"
      )
      .hasSuffix("= 0") == false)
    #expect(session.text("rewind @a.1").contains("step 3"))
    try withTemporaryFolder { folder in
      _ = try session.output("save session \(folder)/s")
      _ = try session.output("load session \(folder)/s ; rewind @a.1 ; switch main")
      #expect(!session.text("replay \(folder)/s.dyad --verify --outputs").contains("error"))
    }
    for name in ["a.", ".a", "a..b", "1.a"] {
      #expect(session.text("branch \(name)").contains("error"), "\(name)")
    }
  }

  @Test func momentsAreOffered() throws {
    let session = try TrainedSession(Self.setup, steps: 4)
    _ = try session.output("snap first; rewind @s2; step 1")
    func offered(_ line: String) -> [String] {
      session.context.completer.complete(line).candidates.map(\.text)
    }
    #expect(
      offered("rewind @fi") == ["@first"] && offered("compare @main") == ["@main", "@main-2"])
    #expect(offered("switch ma") == ["main", "main-2"] && offered("snap drop ") == ["first"])
    #expect(offered("tensor z1@fi") == ["z1@first"])
  }
}
