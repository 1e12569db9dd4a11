import Commands
import Foundation
import Testing

/// What may be typed or pasted besides the language.
@Suite struct TypedTextTests {
  @Test func promptsSayWhereTheSessionStands() {
    #expect(TypedText.prompt(branch: nil, step: nil) == "dyad> ")
    #expect(TypedText.prompt(branch: "main-2", step: nil) == "dyad> ")
    #expect(TypedText.prompt(branch: nil, step: 0) == "dyad @0> ")
    #expect(TypedText.prompt(branch: "main-2", step: 40) == "dyad main-2@40> ")
  }

  @Test(arguments: [
    ("dyad> step", "step"), ("dyad @0> step", "step"), ("dyad main-2@40> step 3", "step 3"),
    ("dyad temp0.2@40> step 3", "step 3"),
    ("....> step", "step"), ("dyad> dyad @3> ....> knn", "knn"), ("dyad>", ""),
    ("dyad @7>", ""), ("dyad>step", "dyad>step"), ("  dyad> step", "  dyad> step"),
    ("note \"dyad> step\"", "note \"dyad> step\""), ("dyad main@> x", "dyad main@> x"),
  ]) func everyFormOfThePromptIsRemoved(line: String, bare: String) {
    #expect(TypedText.withoutPrompts(line).text == bare)
    #expect(TypedText.withoutPrompts(line).hadPrompt == (line != bare))
  }

  @Test func habitsOfOtherShellsAreUnderstoodOnEveryLine() {
    #expect(TypedText.normalized("?step") == "help step")
    #expect(TypedText.normalized("dyad> step\n.help\n:quit") == "step\nhelp\nquit")
    #expect(TypedText.normalized("exit()") == "quit")
    for line in ["q", " q ", "exit"] { #expect(TypedText.normalized(line) == "quit") }
  }

  @Test func theInsideOfAValueHasNoHabits() {
    #expect(TypedText.normalized("....> q", after: "note \\") == "q")
    #expect(TypedText.normalized("?", after: "repeat 2 {\n  note [a,") == "?")
    #expect(TypedText.normalized("q", after: "repeat 2 {") == "quit")
    #expect(TypedText.normalized("note [a,\nq\n]\nq") == "note [a,\nq\n]\nquit")
  }

  @Test func onlyALineThatIsNothingElseQuits() {
    for line in ["q 2", "q foo bar", "q x=1", "exit 1", "quit() 2", " q; step"] {
      #expect(TypedText.normalized(line) == line)
    }
    #expect(TypedText.normalized("q\nq 2\nexit") { $0 == "q" } == "q\nq 2\nquit")
  }

  @Test(arguments: [
    // A transcript: replies go, what is inside an open block stays.
    (
      "dyad> note 1\n  1\ndyad @4> repeat 2 {\n....> step\n....> }\n  step 5\n",
      "note 1\nrepeat 2 {\nstep\n}"
    ),
    ("dyad> repeat 2 {\n  note 3\n}\n  3\n  3\ndyad> note 4", "repeat 2 {\n  note 3\n}\nnote 4"),
    // Before the first prompt, only what may be a command stays.
    (
      "$ .build/release/dyad\ndyad 0.1.0 · 2 cores   help · help tour · Tab completes · quit\n"
        + "dyad> data demo ; knn\n  demo  2000\ndyad @1> epoch 8\n  step 248",
      "data demo ; knn\nepoch 8"
    ),
    (
      "```\n$ dyad\n\ndyad 1.12.3-rc1 · 1 core   help\n\n  dyad main-2@3> no\n```\n"
        + "```text\ndyad @12> step\n  step 13\n```\nand then\n```\ndyad @13> knn\n```\n",
      "  dyad main-2@3> no\nstep\nknn"
    ),
    ("note 1\ndyad> note 2\n  2\n", "note 1\nnote 2"),
    ("```\ndyad> repeat 2 {\n  note 3\n}\n  3\n```", "repeat 2 {\n  note 3\n}"),
    // Fences around lines without a prompt.
    ("```text\nnote 1\n\nnote 2\n```\n", "note 1\n\nnote 2"), ("```\nstep", "step"),
    ("step\n  ````  \n", "step"), ("```\n```", ""), ("```", ""),
    ("note 1\n```\nnote 2", "note 1\n```\nnote 2"),
    ("``` `x` ```\nstep", "``` `x` ```\nstep"),
    // Without a prompt there is no transcript.
    ("$ dyad\nstep\n....> 2", "$ dyad\nstep\n....> 2"),
    ("dyad 0.1.0 · 2 cores\nstep", "dyad 0.1.0 · 2 cores\nstep"),
    // No transcript: everything stays but the end of the last line.
    ("note 1\nnote 2\n\n", "note 1\nnote 2"),
    ("note 1\r\nnote 2\rnote 3", "note 1\nnote 2\nnote 3"),
    ("\n\n  step\n", "  step"), ("a\tb", "a  b"), ("", ""), ("\n", ""),
    // Nothing of it steers the terminal or the editor.
    ("note 1\u{1b}[201~\nquit\n", "note 1\nquit"), ("\u{1b}[31mstep\u{1b}[0m 2", "step 2"),
    ("a\u{03}b\u{04}c\u{7f}d\u{0}e\u{15}", "abcde"), ("\u{1b}]0;title\u{07}step", "step"),
    ("\u{1b}Pq#0\u{1b}\\step", "step"), ("x\u{9b}31my", "xy"), ("\u{1b}", ""),
    ("a\u{1b}\nb", "a\nb"),
    ("\u{1b}]never ended\nstep", "never ended\nstep"), ("a\u{202e}b\u{200b}c\u{a0}d", "abc d"),
    ("\u{1b}\u{1b}[31mx", "x"), ("\u{1b}[3\u{1b}[31mx", "x"),
  ]) func pastedTextIsHarmless(pasted: String, text: String) {
    #expect(PastedText.cleaned(pasted) == text)
  }

  @Test(arguments: [
    "step", "repeat 2 {\n  step\n}", "note \"a\\nb\"", "note \"a\\nb\" \\\n  c", "\\+ odd", "a\\",
    "x\r\ny", "\n", "\\", "\\+ a\nb\\\\", "漢\n字",
  ]) func historyLinesGiveTheirEntriesBack(entry: String) {
    let line = HistoryText.line(of: entry)
    #expect(!line.utf8.contains(0x0A))
    #expect(HistoryText.entry(of: line) == entry)
  }

  @Test func linesOfOlderHistoriesAreEntries() {
    for line in ["note \"a\\nb\"", "let a = 1 ; step", "source \\\\x"] {
      #expect(HistoryText.entry(of: line) == line)
      #expect(HistoryText.line(of: line) == line)
    }
    #expect(
      HistoryText.line(of: "repeat 2 {\n  note \"a\\nb\"\n}")
        == "\\+ repeat 2 {\\n  note \"a\\\\nb\"\\n}")
  }

  @Test func theReadmesTranscriptPastesAsItsCommands() throws {
    var folder = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { folder.deleteLastPathComponent() }
    let readme = try String(contentsOf: folder.appending(path: "README.md"), encoding: .utf8)
    let block = try #require(
      readme.components(separatedBy: "```").first { $0.contains("\n$ .build/release/dyad\n") })
    let entry = PastedText.cleaned(block)
    #expect(entry.hasPrefix("data demo ; backbone small ; method simclr-attn"))
    for line in entry.split(separator: "\n") {
      #expect(line.first?.isLetter == true && block.contains("> \(line)\n"), "\(line)")
    }
    #expect(PastedText.cleaned("```\(block)```\n") == entry)
  }
}
