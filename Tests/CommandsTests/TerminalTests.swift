import Foundation
import Glibc
import Testing

/// The prompt on a terminal: paste, history, modes, signals, pictures.
@Suite(.serialized) struct TerminalTests {
  private static let on = "\u{1b}[?2004h"
  private static let off = "\u{1b}[?2004l"
  private static let begin = "\u{1b}[200~"
  private static let end = "\u{1b}[201~"

  private func terminal(
    _ folder: borrowing TemporaryFolder, _ more: [String: String] = [:], columns: UInt16 = 0
  ) throws -> TerminalSession {
    let environment = [
      "TERM": "xterm", "HOME": folder.path, "XDG_STATE_HOME": folder.path, "LANG": "C",
      "NO_COLOR": "1",
    ]
    return try TerminalSession(
      environment: environment.merging(more) { $1 }, columns: columns)
  }

  private func history(_ folder: borrowing TemporaryFolder) throws -> [String] {
    try String(contentsOfFile: folder.path + "/dyad/history", encoding: .utf8)
      .split(separator: "\n").map(String.init)
  }

  @Test func aPasteOfSeveralLinesIsOneEntryThatEnterRuns() throws {
    let folder = try TemporaryFolder()
    let session = try terminal(folder)
    #expect(session.waitsForPrompt())
    session.type(
      Self.begin + "dyad> note one\n  one\ndyad main-2@40> repeat 2 {\n....> note two\n....> }\n"
        + Self.end)
    #expect(!session.waits(for: "\n  one", seconds: 0.5))
    session.type("\n")
    #expect(session.waits(for: "\r\n  one\r\n  two\r\n  two\r\n") && session.waitsForPrompt())
    session.type("quit\n")
    #expect(session.exitStatus() == 0)
    #expect(try history(folder) == ["\\+ note one\\nrepeat 2 {\\nnote two\\n}", "quit"])
  }

  @Test func aHostilePasteRunsNothing() throws {
    let folder = try TemporaryFolder()
    let session = try terminal(folder)
    #expect(session.waitsForPrompt())
    session.type(
      Self.begin + "note bad\(Self.end)\nquit\n\u{4}\(Self.begin)\u{3}\u{1a}\u{1b}[31m\nnote worse"
        + Self.end)
    #expect(!session.waits(for: "\n  bad", seconds: 0.5))
    session.type("\u{3}")
    #expect(session.waits(for: "^C") && session.waitsForPrompt())
    session.type("note good\n")
    #expect(session.waits(for: "\r\n  good") && session.waitsForPrompt())
    // Enter right behind a paste is the user's.
    session.type(Self.begin + "note pasted" + Self.end + "\n")
    #expect(session.waits(for: "\r\n  pasted") && session.waitsForPrompt())
    session.type("quit\n")
    #expect(session.exitStatus() == 0)
    #expect(try history(folder) == ["note good", "note pasted", "quit"])
  }

  @Test func aPasteThatIsTooLongIsLeftOutWithOneMessage() throws {
    let folder = try TemporaryFolder()
    let session = try terminal(folder)
    #expect(session.waitsForPrompt())
    session.type(Self.begin)
    for _ in 0..<40 {
      session.type(String(repeating: "note 1234\n", count: 200))
      _ = session.waits(for: "\u{0}never\u{0}", seconds: 0.01)
    }
    session.type(Self.end)
    #expect(session.waits(for: "a paste may have at most 65536 bytes"))
    #expect(session.waitsForPrompt())
    session.type("note 5\n")
    #expect(session.waits(for: "\r\n  5") && session.waitsForPrompt())
    #expect(session.shown.components(separatedBy: "a paste may have").count == 2)
    #expect(try history(folder) == ["note 5"])
  }

  @Test func entriesOfSeveralLinesComeBackWhole() throws {
    let folder = try TemporaryFolder()
    let first = try terminal(folder)
    let second = try terminal(folder)
    #expect(first.waitsForPrompt() && second.waitsForPrompt())
    first.type("repeat 2 {\n")
    #expect(first.waitsForPrompt("....> "))
    first.type("note \"a\\nb\"\n")
    #expect(first.waitsForPrompt("....> "))
    first.type("}\n")
    #expect(first.waits(for: "\r\n  a\r\nb\r\n") && first.waitsForPrompt())
    second.type("note other\n")
    #expect(second.waits(for: "\r\n  other") && second.waitsForPrompt())
    first.forget()
    first.type("\u{1b}[A\n")
    #expect(first.waits(for: "\r\n  a\r\nb\r\n  a\r\nb\r\n") && first.waitsForPrompt())
    first.type("quit\n")
    #expect(first.exitStatus() == 0)
    second.type("quit\n")
    #expect(second.exitStatus() == 0)
    #expect(
      try history(folder) == [
        "\\+ repeat 2 {\\nnote \"a\\\\nb\"\\n}", "note other", "quit", "quit",
      ])
    let third = try terminal(folder)
    #expect(third.waitsForPrompt())
    // Ctrl-R finds it by its second line.
    third.type("\u{12}note \"a\n")
    #expect(third.waits(for: "\r\n  a\r\nb\r\n  a\r\nb\r\n") && third.waitsForPrompt())
  }

  @Test func thePasteModeIsOnOnlyWhileALineIsEdited() throws {
    let folder = try TemporaryFolder()
    let session = try terminal(folder)
    #expect(session.waitsForPrompt())
    session.type("note hello\n")
    #expect(session.waits(for: "\n  hello") && session.waitsForPrompt())
    #expect(session.shown.contains(Self.off + "  hello\r\n"))
    session.type("\u{4}")
    #expect(session.exitStatus() == 0)
    let parts = session.shown.components(separatedBy: Self.on)
    #expect(parts.count == 3 && !parts[0].contains(Self.off))
    #expect(parts.dropFirst().allSatisfy { $0.contains(Self.off) })
    let dumb = try terminal(folder, ["TERM": "dumb"])
    #expect(dumb.waitsForPrompt())
    dumb.type("quit\n")
    #expect(dumb.exitStatus() == 0 && !dumb.shown.contains("\u{1b}"))
  }

  @Test(arguments: [SIGTERM, SIGHUP, SIGQUIT, SIGABRT])
  func endingSignalsGiveTheTerminalBack(signal: Int32) throws {
    let folder = try TemporaryFolder()
    // Swift's own handler of crashes, which runs after ours, would ask what to do on a terminal.
    let session = try terminal(folder, ["SWIFT_BACKTRACE": "enable=no"])
    let before = session.mode
    #expect(session.waitsForPrompt())
    #expect(session.mode != before)
    session.forget()
    kill(session.process, signal)
    #expect(session.endingSignal() == signal)
    #expect(session.mode == before)
    #expect(session.shown.contains(Self.off))
  }

  @Test func everyExitGivesTheTerminalBack() throws {
    let folder = try TemporaryFolder()
    for keys in ["quit\n", "\u{4}", "note half\u{3}\u{4}"] {
      let session = try terminal(folder)
      let before = session.mode
      #expect(session.waitsForPrompt())
      session.type(keys)
      #expect(session.exitStatus() == 0 && session.mode == before)
    }
    let long = try folder.file(
      "long.dyad", String(repeating: "let k = 1\n", count: 200_000))
    let session = try terminal(folder)
    let before = session.mode
    #expect(session.waitsForPrompt())
    session.type("source \(long)\n")
    #expect(session.waits(for: "  k = 1"))
    #expect(session.mode == before)
    kill(session.process, SIGTERM)
    #expect(session.endingSignal() == SIGTERM && session.mode == before)
  }

  @Test func stoppingGivesTheTerminalBackAndGoingOnTakesItAgain() throws {
    let folder = try TemporaryFolder()
    let session = try terminal(folder)
    #expect(session.waitsForPrompt())
    let edited = session.mode
    session.type("note kept")
    #expect(session.waits(for: "note kept"))
    // No shell could continue it, so that the signal does not stop it; everything else happens.
    for stop in [
      { kill(session.process, SIGTSTP) },
      {
        session.type("\u{1a}"); return 0
      },
    ] {
      session.forget()
      _ = stop()
      #expect(session.waits(for: "dyad> note kept"))
      #expect(session.shown.hasPrefix(Self.off) && session.shown.contains(Self.on))
      #expect(session.mode == edited)
    }
    kill(session.process, SIGCONT)
    #expect(session.waits(for: "dyad> note kept"))
    session.type("\n")
    #expect(session.waits(for: "\r\n  kept") && session.waitsForPrompt())
  }

  @Test func viKeysKeepTabPasteAndCtrlC() throws {
    let folder = try TemporaryFolder()
    _ = try folder.file(".editrc", "bind -v\n")
    let session = try terminal(folder)
    #expect(session.waitsForPrompt())
    session.type("set thr\t2\n")
    #expect(session.waitsForPrompt())
    session.type("set threads\n")
    #expect(session.waits(for: "\n  threads 2") && session.waitsForPrompt())
    session.type("x\u{1b}")
    usleep(200_000)
    session.type("\u{3}")
    #expect(session.waits(for: "^C") && session.waitsForPrompt())
    session.type(Self.begin + "note vi\nnote again" + Self.end)
    usleep(200_000)
    session.type("\n")
    #expect(session.waits(for: "\r\n  vi\r\n  again") && session.waitsForPrompt())
    session.type("note one\u{1b}bcwtwo\n")
    #expect(session.waits(for: "\r\n  two") && session.waitsForPrompt())
  }

  @Test func thePromptIsColouredAndSaysTheStep() throws {
    let folder = try TemporaryFolder()
    let session = try terminal(folder, ["NO_COLOR": ""])
    #expect(session.waitsForPrompt("\u{1b}[36mdyad>\u{1b}[0m "))
    session.type("data demo n=64 ; backbone small ; method simclr batch=16 ; step 2\n")
    #expect(session.waitsForPrompt("\u{1b}[36mdyad @2>\u{1b}[0m "))
    session.type("branch other\n")
    #expect(session.waitsForPrompt("\u{1b}[36mdyad other@2>\u{1b}[0m "))
  }

  @Test func aSecondCtrlCAbortsTheStep() throws {
    let folder = try TemporaryFolder()
    let session = try terminal(folder)
    #expect(session.waitsForPrompt())
    session.type("data demo ; backbone resnet18 ; method simclr batch=64\n")
    #expect(session.waits(for: "chance loss") && session.waitsForPrompt())
    session.type("step\n")
    #expect(session.waits(for: "seed 0: none was set"))
    // Signals that come at once are one, so that keys need a moment between them.
    for _ in 0..<4 {
      usleep(300_000)
      session.type("\u{3}")
    }
    // Beside other tests the model alone takes a while.
    #expect(session.waits(for: "stopped before the first step", seconds: 60))
    #expect(session.waitsForPrompt())
  }
}
