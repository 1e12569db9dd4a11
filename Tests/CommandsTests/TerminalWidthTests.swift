import Foundation
import Testing

@testable import CommandLanguage
@testable import Commands

/// What is made for the width of a terminal.
@Suite(.serialized) struct TerminalWidthTests {
  private func session(
    _ folder: borrowing TemporaryFolder, columns: UInt16
  ) throws -> TerminalSession {
    let session = try TerminalSession(
      environment: [
        "TERM": "xterm", "HOME": folder.path, "XDG_STATE_HOME": folder.path, "LANG": "C.UTF-8",
        "NO_COLOR": "1",
      ], columns: columns)
    #expect(session.waitsForPrompt())
    return session
  }

  @Test func theLineOfAnErrorIsCutSoThatItsCaretsStandBelow() throws {
    let folder = try TemporaryFolder()
    let session = try session(folder, columns: 40)
    session.forget()
    session.type("note 1 ; note 2 ; note 3 ; note 4 ; note 5 ; frobnicate ; note 6 ; note 7\n")
    #expect(session.shows("help: help lists the commands"))
    let lines = session.shown.components(separatedBy: "\r\n")
    let carets = try #require(lines.firstIndex { $0.contains("^^^") })
    #expect(DisplayWidth.of(lines[carets - 1]) <= 40 && lines[carets].count <= 40)
  }

  @Test func helpIsBrokenOnce() throws {
    let folder = try TemporaryFolder()
    let session = try session(folder, columns: 40)
    session.forget()
    session.type("help step\n")
    #expect(session.waitsForPrompt())
    let text = session.shown.replacing("\r\n", with: "\n")
    #expect(
      text.contains(
        "  A step happened or it did not: Ctrl-C\n  stops between steps. The reply shows\n"))
    #expect(text.contains("  --dry      compute the next step\n             without applying it\n"))
    session.forget()
    session.type("help values\n")
    #expect(session.waitsForPrompt())
    #expect(
      session.shown.replacing("\r\n", with: "\n").contains(
        "  1ep  12st  0.25  5%\n      epochs, steps, a part of the whole\n"))
  }

  /// Whether a line is too long only by a word that finds no room anywhere.
  private func endsInALongWord(_ line: Substring, _ columns: Int) -> Bool {
    guard let last = line.split(separator: " ").last else { return true }
    return last.count > columns / 2 && line.count - last.count <= columns
  }

  @Test func helpFitsIntoAnyWidthAndIsUnchangedElsewhere() throws {
    let context = CommandContext()
    for topic in HelpTopics.all {
      #expect(HelpText.reflowed(topic.text, columns: 80) == topic.text)
      let words = topic.text.split(whereSeparator: \.isWhitespace)
      for columns in [60, 40, 30] {
        let text = HelpText.reflowed(topic.text, columns: columns)
        #expect(text.split(whereSeparator: \.isWhitespace) == words, "\(topic.name) \(columns)")
        for line in text.split(separator: "\n") where line.count > columns {
          #expect(endsInALongWord(line, columns), "\(columns): \(line)")
        }
      }
    }
    for spec in context.registry.specs {
      let whole = HelpText.command(spec)
      let narrow = HelpText.command(spec, columns: 48)
      #expect(
        whole.split(whereSeparator: \.isWhitespace) == narrow.split(whereSeparator: \.isWhitespace))
      for line in narrow.split(separator: "\n") where line.count > 48 {
        #expect(endsInALongWord(line, 48), "\(line)")
      }
    }
  }

  @Test(arguments: [24, 40, 60]) func excerptsFit(width: Int) {
    let line = "step 日本語 " + String(repeating: "long ", count: 30) + "x y\tz"
    let source = SourceText(line)
    for at in 0..<source.bytes.count where source.bytes[at] & 0xC0 != 0x80 {
      for length in [1, 20] {
        let shown = source.excerpt(of: at..<at + length, width: width)
        #expect(shown.allSatisfy { DisplayWidth.of($0) <= width + 2 }, "\(at) \(shown)")
      }
    }
    #expect(SourceText("step 1").excerpt(of: 5..<6, width: width) == ["  step 1", "       ^"])
  }

  @Test func theBarOfTrainingFollowsTheWidth() throws {
    let folder = try TemporaryFolder()
    let session = try session(folder, columns: 60)
    session.type("data demo n=200; backbone small width=4; method simclr batch=32\n")
    #expect(session.waitsForPrompt())
    session.forget()
    session.type("step 100000\n")
    #expect(session.waits(for: "/100000  loss ") && session.waits(for: " left\u{1b}[K"))
    try session.resize(columns: 44)
    session.forget()
    #expect(session.waits(for: " left\u{1b}[K") && session.waits(for: " left\u{1b}[K"))
    session.type("\u{3}")
    #expect(session.waits(for: "stopped after"))
    let bars = session.shown.components(separatedBy: "\r").filter { $0.contains(" left\u{1b}[K") }
    let last = try #require(bars.last).components(separatedBy: "\u{1b}[K")[0]
    #expect(last.contains("/100000") && DisplayWidth.of(last) < 44, "\(last.debugDescription)")
  }
}
