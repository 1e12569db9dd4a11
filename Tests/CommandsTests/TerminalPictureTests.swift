import Foundation
import Testing

/// Figures at the prompt, on terminals that say what they can, late, or never.
@Suite(.serialized) struct TerminalPictureTests {
  private func terminal(_ folder: borrowing TemporaryFolder) throws -> TerminalSession {
    let session = try TerminalSession(
      environment: [
        "TERM": "xterm", "HOME": folder.path, "XDG_STATE_HOME": folder.path, "LANG": "C",
        "NO_COLOR": "1",
      ], columns: 80)
    #expect(session.waitsForPrompt())
    session.type("data demo n=64\n")
    #expect(session.waitsForPrompt())
    return session
  }

  private func draw(_ folder: borrowing TemporaryFolder, _ name: String) -> String {
    "viz views 1 -> \(folder.path)/\(name).png\n"
  }

  @Test func aTerminalWithSixelsShowsThem() throws {
    let folder = try TemporaryFolder()
    let session = try terminal(folder)
    session.type(draw(folder, "a"))
    #expect(session.waits(for: "a.png  ") && session.waits(for: "\u{1b}[c"))
    // What is typed between the replies stays.
    session.type("\u{1b}P>|name\u{1b}\\note a")
    session.type("\u{1b}[?62;4;22c")
    #expect(session.waits(for: "\u{1b}P0;1;0q") && session.waits(for: "\u{1b}\\"))
    #expect(session.waitsForPrompt())
    session.type("head\n")
    #expect(session.waits(for: "\r\n  ahead") && session.waitsForPrompt())
    session.forget()
    // It is asked once.
    session.type(draw(folder, "b"))
    #expect(session.waits(for: "\u{1b}P0;1;0q") && session.waitsForPrompt())
    #expect(!session.shown.contains("\u{1b}[c"))
    session.type("set images kitty\n")
    #expect(session.waitsForPrompt())
    session.type(draw(folder, "c"))
    #expect(session.waits(for: "\u{1b}_Ga=T,f=100,q=2,c=") && session.waitsForPrompt())
    session.forget()
    session.type("set images off\n" + draw(folder, "d"))
    #expect(session.waits(for: "d.png  ") && session.waitsForPrompt())
    #expect(!session.shown.contains("\u{1b}_G") && !session.shown.contains("\u{1b}P"))
  }

  @Test func aTerminalThatAnswersLateOrNeverShowsThePathOnly() throws {
    let folder = try TemporaryFolder()
    let session = try terminal(folder)
    session.type(draw(folder, "a"))
    #expect(session.waits(for: "a.png  ") && session.waits(for: "\u{1b}[c"))
    #expect(session.waitsForPrompt())
    session.forget()
    session.type("\u{1b}_Gi=31;OK\u{1b}\\\u{1b}P>|name\u{1b}\\\u{1b}[?62;4c")
    session.type("note clean\n")
    #expect(session.waits(for: "\r\n  clean") && session.waitsForPrompt())
    #expect(!session.shown.contains("31;OK") && !session.shown.contains("62;4"))
    session.forget()
    session.type(draw(folder, "b"))
    #expect(session.waits(for: "b.png  ") && session.waitsForPrompt())
    #expect(!session.shown.contains("\u{1b}P") && !session.shown.contains("\u{1b}[c"))
  }

  @Test func withoutATerminalThereAreNoSequences() throws {
    let folder = try TemporaryFolder()
    let result = try DyadProcess.run([
      "-c", "set images sixel; data demo n=64; viz views 1 -> \(folder.path)/a.png",
    ])
    #expect(result.status == 0 && !result.output.contains("\u{1b}"))
    #expect(result.output.contains("a.png"))
  }
}
