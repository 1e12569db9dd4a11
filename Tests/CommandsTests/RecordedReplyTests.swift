import CommandLanguage
import Commands
import Foundation
import Sessions
import Testing

/// Replies and prose in saved sessions, and replays that compare them.
@Suite struct RecordedReplyTests {
  private func saved(_ lines: [String], in folder: borrowing TemporaryFolder) throws -> String {
    let session = try TrainedSession(lines)
    _ = try session.output("save session \(folder.path)/s state=off")
    return try String(contentsOfFile: folder.path + "/s.dyad", encoding: .utf8)
  }

  /// The lines of a log but its marks.
  private func withoutMarks(_ text: String) -> String {
    text.split(separator: "\n").filter { !$0.hasPrefix("#=") }.joined(separator: "\n")
  }

  private func replay(_ text: String, _ switches: String = "--outputs") throws -> Result<
    String, Diagnostic
  > {
    let folder = try TemporaryFolder()
    let file = try folder.file("r.dyad", text)
    let session = try TrainedSession()
    do {
      let reply = try session.output("replay \(file) \(switches)").stableText
      return .success(reply.replacing(folder.path + "/", with: ""))
    } catch let error as Diagnostic {
      var error = error
      error.message = error.message.replacing(folder.path + "/", with: "")
      return .failure(error)
    }
  }

  private func difference(_ text: String) throws -> String {
    switch try replay(text) {
    case .success(let reply):
      Issue.record("it replayed: \(reply)")
      return ""
    case .failure(let error):
      #expect(error.exitStatus == 2)
      return error.message
    }
  }

  @Test func aSavedSessionHasItsRepliesAndReplaysWithThem() throws {
    let folder = try TemporaryFolder()
    let text = try saved(
      [
        "seed 3", "data demo n=60", "backbone small width=2", "method simclr batch=20 proj=[8,4]",
        "let k = 2", "step $k", "quiet repeat 2 { step 1; stats z1 }", "set threads",
        "params backbone.conv1.* | head 1", "track loss every=1step -> \(folder.path)/m.jsonl",
      ], in: folder)
    let lines = text.split(separator: "\n")
    #expect(lines.contains("#>   k = 2"))
    #expect(lines.contains { $0.hasPrefix("#>   step 2   e0   loss") })
    #expect(!text.contains("images/s") && !text.contains("threads"))
    let block = try #require(lines.firstIndex { $0.hasPrefix("quiet repeat") })
    let replies = lines[(block + 1)...].prefix { $0.hasPrefix("#> ") }
    #expect(replies.count == 8)
    #expect(replies.first?.hasPrefix("#>   step 3") == true)
    #expect(lines[block + 9].hasPrefix("#= 4 "))
    let result = try replay(text, "--verify --outputs")
    let reply = try result.get()
    #expect(
      reply
        == "  9 commands   7 fingerprints   7 match   0 differ   9 replies match")
    // A number of a reply that was changed is found, with the file, the line and both texts.
    let changed = text.replacing("#>   k = 2", with: "#>   k = 3")
    let number = 1 + (lines.firstIndex { $0 == "#>   k = 2" } ?? 0)
    #expect(
      try difference(changed) == "r.dyad:\(number): first difference: in the reply of 'let k = 2' "
        + "expected '  k = 3', found '  k = 2' (0 fingerprints matched before it)")
    // So does a replay that compares fingerprints; without either nothing is compared.
    #expect(throws: Diagnostic.self) { try replay(changed, "--verify").get() }
    #expect(throws: Never.self) { try replay(changed, "").get() }
  }

  @Test func expectedLinesByHand() throws {
    func matches(_ text: String) throws -> Bool {
      if case .success = try replay(text) { true } else { false }
    }
    #expect(try matches("note \"a b\"\n#>   a b\n"))
    #expect(try matches("note \"a b\"\r\n#>   a b\r\n"))
    #expect(try matches("let k = 1; note x # both\n#>   k = 1\n#>   x\n"))
    #expect(try matches("note \"a 12.5 s  end\"\n#>   a … s …\n"))
    #expect(try matches("note \"loss 2.5\"\n#>   loss 2.5   …\n"))
    #expect(try matches("note abcabd\n#> …ab…d\n#= 1 2\n"))
    #expect(try matches("note x\nnote y\n#>   y\n"))
    #expect(try !matches("note abc\n#>   a…x\n"))
    #expect(try !matches("note aa\n#>   aa…a\n"))
    #expect(try !matches("note x\n#= 0 -\n"))
    #expect(
      try difference("note x\n#>   x\n#>   y\n")
        == "r.dyad:3: first difference: in the reply of 'note x' expected '  y', found no more "
        + "lines (0 fingerprints matched before it)")
    #expect(
      try difference("note \"x\\ny\"\n#>   x\n").contains("expected no more lines, found 'y'"))
    #expect(
      try difference("note x\n") == "'r.dyad' holds no lines '#>' to compare replies with")
    let long = (1...300).map { "\($0)" }.joined(separator: "\\n")
    let head = (1...200).map { $0 == 1 ? "#>   1\n" : "#> \($0)\n" }.joined()
    #expect(try matches("note \"\(long)\"\n" + head + "#> … 100 lines more\n"))
    #expect(
      try difference("note \"\(long)\"\n" + head + "#> … 90 lines more\n").contains(
        "expected 290 lines, found 300"))
  }

  @Test func aReplyOfACommandThatTheLogHasOtherwise() throws {
    let folder = try TemporaryFolder()
    let session = try TrainedSession()
    session.context.shell.give("k", "4")
    session.interpreter.runScript(SourceText("let k = 2\nnote $k\n", name: "s")) { _ in }
    _ = try session.output("save session \(folder.path)/s state=off")
    let text = try String(contentsOfFile: folder.path + "/s.dyad", encoding: .utf8)
    #expect(withoutMarks(text) == "version 1\nlet k = 4\n#>   k = 4\nnote $k\n#>   4")
    #expect(throws: Never.self) { try replay(text).get() }
  }

  @Test func proseSurvives() throws {
    let script = """
      #%% Start
      # a remark among commands
      let k = 1
      #%% [markdown]
      # # Why
      #
      # Because ![x](y) & `code`.
      # failed: is dyad's own line
      #= 1 2
      let m = 2
      # a remark again
      #%% [markdown] More
      # The end.

      """
    let expected = """
      version 1
      #%% Start
      let k = 1
      #>   k = 1
      #%% [markdown]
      # # Why
      #
      # Because ![x](y) & `code`.
      let m = 2
      #>   m = 2
      #%% [markdown] More
      # The end.
      """
    let session = try TrainedSession()
    session.interpreter.runScript(SourceText(script, name: "p.dyad")) { _ in }
    #expect(withoutMarks(session.context.log.text) == expected)
    // Typed line by line.
    let typed = try TrainedSession()
    for line in script.split(separator: "\n") {
      typed.interpreter.run(String(line)) { _ in }
    }
    #expect(withoutMarks(typed.context.log.text) == expected)
    // And as a saved session is run again.
    let again = try TrainedSession()
    again.interpreter.runScript(SourceText(session.context.log.text, name: "a.dyad")) { _ in }
    #expect(again.context.log.text == session.context.log.text)
  }

  @Test func proseOfHostileText() throws {
    let session = try TrainedSession()
    let long = String(repeating: "w", count: 100_000)
    session.interpreter.runScript(
      SourceText("#%% [markdown]\n# a\u{1b}[2J\rb\n# \(long)\n#%% t\u{1b}\nbad\n", name: "h")
    ) { _ in }
    #expect(
      session.context.log.text.split(separator: "\n").prefix(4) == [
        "version 1", "#%% [markdown]", "# a␛[2J␍b", "# \(long)",
      ])
    #expect(session.context.log.text.contains("#%% t␛\n# failed: bad — unknown command 'bad'"))
  }
}
