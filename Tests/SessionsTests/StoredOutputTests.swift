import Sessions
import Testing

/// Replies in the log: what is kept, what is cut, what reads back.
@Suite struct StoredOutputTests {
  private static let mark = SessionLog.Mark(step: 3, fingerprint: "00ff", notes: ["config=1"])

  @Test func theLogHasRepliesBelowTheirCommands() {
    var log = SessionLog()
    log.append(comment: "#%% one")
    log.append("step 3", mark: Self.mark, output: StoredOutput("  step 3\n\n  x  1   "))
    log.append("note a", mark: nil, output: StoredOutput("  a"))
    log.append("undo", mark: nil)
    let text = """
      version 1
      #%% one
      step 3
      #>   step 3
      #>
      #>   x  1
      #= 3 00ff config=1 log=\(hash(["step 3"]))
      note a
      #>   a
      undo

      """
    #expect(log.text == text)
    #expect(SessionLog(text: text) == log)
    let dos = text.split(separator: "\n").joined(separator: "\r\n")
    #expect(SessionLog(text: dos) == log)
  }

  private func hash(_ commands: [String]) -> String {
    var log = SessionLog()
    for command in commands { log.append(command, mark: nil) }
    return log.commandHash
  }

  @Test func logsWithoutRepliesStillRead() {
    let text = "version 1\nseed 7\n#= 0 - config=4e52b50b log=8f1cea9e\nstats z1\nattn top k=5\n"
    #expect(SessionLog(text: text).text == text)
    // A mark before the reply, as by hand, and lines that follow no command.
    let other = SessionLog(text: "#> lost\nseed 7\n#= 0 - a=1\n#>   7\n")
    #expect(other.text == "version 1\n#> lost\nseed 7\n#>   7\n#= 0 - a=1\n")
  }

  @Test func theHashOfTheCommandsDoesNotDependOnReplies() {
    var log = SessionLog()
    log.append("step 3", mark: nil, output: StoredOutput("anything"))
    #expect(log.commandHash == hash(["step 3"]))
  }

  @Test func aBlockHasTheRepliesOfItsCommandsInOrder() {
    var log = SessionLog()
    log.append("seed 1", mark: nil, output: StoredOutput("  seed 1"))
    for i in 1...2 {
      log.append("step 1", mark: Self.mark, output: StoredOutput("  step \(i)"))
      log.append("note x", mark: nil, output: StoredOutput("  x\n  y"))
    }
    log.join(from: 1, into: "repeat 2 { step 1; note x }")
    #expect(
      log.text.split(separator: "\n").dropLast() == [
        "version 1", "seed 1", "#>   seed 1", "repeat 2 { step 1; note x }", "#>   step 1",
        "#>   x", "#>   y", "#>   step 2", "#>   x", "#>   y",
      ])
  }

  @Test func longRepliesAreCut() {
    let lines = (1...250).map { "line \($0)" }
    let output = StoredOutput(lines.joined(separator: "\n"))
    #expect(output.lines == Array(lines.prefix(200)) && output.omitted == 50)
    #expect(output.shownLines.last == "… 50 lines more")
    // What follows a cut reply in a block is cut too: the lines that are kept are the first ones.
    var joined = output
    joined.append(StoredOutput("a\nb"))
    #expect(joined.lines == output.lines && joined.omitted == 52)
    var log = SessionLog()
    log.append("a", mark: nil, output: joined)
    #expect(SessionLog(text: log.text) == log)
    #expect(
      StoredOutput((1...201).map { "\($0)" }.joined(separator: "\n")).shownLines.last
        == "… 1 line more")
    // 64 KB: 4096 characters a line.
    let wide = StoredOutput(
      Array(repeating: String(repeating: "w", count: 9000), count: 30).joined(separator: "\n"))
    #expect(wide.lines.count == 15 && wide.count == 30)
    #expect(wide.lines[0] == String(repeating: "w", count: 4096) + "…")
  }

  @Test func aLineThatLooksLikeTheCutIsALine() {
    var log = SessionLog()
    log.append("a", mark: nil, output: StoredOutput("… 5 lines more\nend"))
    let read = SessionLog(text: log.text)
    #expect(read == log && read.text == log.text)
  }

  @Test func aLogKeepsSixteenMegabytesOfReplies() {
    var log = SessionLog()
    let line = String(repeating: "x", count: 4000)
    let reply = StoredOutput(Array(repeating: line, count: 16).joined(separator: "\n"))
    for _ in 0..<300 { log.append("show", mark: nil, output: reply) }
    #expect(log.text.utf8.count < 17 << 20)
    #expect(log.text.hasSuffix("show\n#> … 16 lines more\n"))
    #expect(SessionLog(text: log.text).text == log.text)
  }

  @Test(arguments: [
    ("a\u{1b}[31mred\u{7}", "#> a␛[31mred␇"),
    ("bell\rover", "#> bell␍over"),
    ("nul\u{0}del\u{7f}c1\u{9b}", "#> nul␀del␡c1\u{FFFD}"),
    ("\u{2028}\u{202E}turned\u{FEFF}", "#> \u{FFFD}\u{FFFD}turned\u{FFFD}"),
    ("tab\there  ", "#> tab\there"),
    ("dos\r\nend", "#> dos\n#> end"),
    ("step 9\n#= 1 2", "#> step 9\n#> #= 1 2"),
    ("\n", "#>\n#>"),
    ("\u{301}mark", "#> \u{301}mark"),
    ("é漢字 ↔ 𝒙", "#> é漢字 ↔ 𝒙"),
  ])
  func hostileTextIsMadeHarmless(text: String, comments: String) {
    var log = SessionLog()
    log.append("a", mark: nil, output: StoredOutput(text))
    #expect(log.text == "version 1\na\n" + comments + "\n")
    #expect(SessionLog(text: log.text) == log)
  }
}
