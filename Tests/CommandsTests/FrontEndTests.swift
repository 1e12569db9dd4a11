import Foundation
import Glibc
import Testing

@Suite(.serialized) struct FrontEndTests {
  private func terminal(_ folder: borrowing TemporaryFolder) throws -> TerminalSession {
    try TerminalSession(environment: [
      "TERM": "xterm", "HOME": folder.path, "XDG_STATE_HOME": folder.path, "LANG": "C",
      "NO_COLOR": "1",
    ])
  }

  @Test func tabCompletesVerbsKeysValuesAndFiles() throws {
    let folder = try TemporaryFolder()
    _ = try folder.file("a file.dyad", "note \"from the file\"\n")
    let session = try terminal(folder)
    #expect(session.waitsForPrompt())
    // The editor repaints only what changed, so the checks look at replies, not at the echo.
    session.type("hist\t\u{15}set thr\t2\n")
    #expect(session.waitsForPrompt())
    session.type("set threads\n")
    #expect(session.waits(for: "\n  threads 2") && session.waitsForPrompt())
    session.type("set nonfi\t\t\t")
    #expect(session.waits(for: "stop   allow"))
    session.type("al\t\n")
    #expect(session.waitsForPrompt() && session.waitsForPrompt())
    session.type("set nonf\t\n")
    #expect(session.waits(for: "\n  nonfinite allow") && session.waitsForPrompt())
    session.type("sou\t\(folder.path)/a\t\n")
    #expect(session.waits(for: "\n  from the file") && session.waitsForPrompt())
    session.type("\u{4}")
    #expect(session.exitStatus() == 0)
    let history = try String(contentsOfFile: folder.path + "/dyad/history", encoding: .utf8)
    #expect(
      history == """
        set threads 2
        set threads
        set nonfinite allow
        set nonfinite
        source "\(folder.path)/a file.dyad"

        """)
  }

  @Test func ctrlCClearsTheLineAndStopsACommand() throws {
    let folder = try TemporaryFolder()
    let long = try folder.file(
      "long.dyad", String(repeating: "let k = 1\n", count: 200_000))
    let session = try terminal(folder)
    #expect(session.waitsForPrompt())
    session.type("note half\u{3}")
    #expect(session.waits(for: "^C"))
    #expect(session.waitsForPrompt())
    session.type("note [\n")
    #expect(session.waitsForPrompt("....> "))
    session.type("\u{3}")
    #expect(session.waits(for: "^C"))
    #expect(session.waitsForPrompt())
    session.type("source \(long)\n")
    #expect(session.waits(for: "  k = 1"))
    session.type("\u{3}")
    #expect(session.waits(for: "stopped by the user"))
    #expect(session.waitsForPrompt())
    session.type("note \"still here\"\n")
    #expect(session.waits(for: "\r\n  still here") && session.waitsForPrompt())
    kill(session.process, SIGINT)
    usleep(200_000)
    session.type("quit\n")
    #expect(session.exitStatus() == 0)
  }

  @Test func pastedTextAndCharactersOutsideASCII() throws {
    let folder = try TemporaryFolder()
    let session = try terminal(folder)
    #expect(session.waitsForPrompt())
    session.type("dyad> note \"µ – 漢字\"\n")
    #expect(session.waits(for: "\r\n  µ – 漢字") && session.waitsForPrompt())
    session.type("note [a,\nb]\n")
    #expect(session.waitsForPrompt("....> "))
    #expect(session.waits(for: "[a,") && session.waitsForPrompt())
    session.type("let a = 1 + \\\n")
    #expect(session.waitsForPrompt("....> "))
    session.type("(2 * \\\n")
    #expect(session.waitsForPrompt("....> "))
    session.type("3)\n")
    #expect(session.waits(for: "\r\n  a = 7") && session.waitsForPrompt())
    session.type("?quit\n")
    #expect(session.waits(for: "Leaves dyad."))
  }

  @Test func aDefinedQIsTheUsers() throws {
    let folder = try TemporaryFolder()
    let session = try terminal(folder)
    #expect(session.waitsForPrompt())
    session.type("q foo\n")
    #expect(session.waits(for: "quit takes no argument") && session.waitsForPrompt())
    session.type("def q n { note \"n is ${n}\" }\n")
    #expect(session.waitsForPrompt())
    session.type("q 2\n")
    #expect(session.waits(for: "\r\n  n is 2") && session.waitsForPrompt())
    session.type("q\n")
    #expect(session.waits(for: "q takes 1 argument") && session.waitsForPrompt())
    session.type("exit\n")
    #expect(session.exitStatus() == 0)
  }

  @Test func exitStatusAndStreams() throws {
    let folder = try TemporaryFolder()
    let good = try folder.file("good.dyad", "version 1\nlet n = 2\nnote \"n ${n}\"\n")
    let bad = try folder.file(
      "bad.dyad", "note 1\nnote 2\nnote 3\nnote 4\nnote 5\n# 6\nnoet 7\nnote 8\n")
    let first = try DyadProcess.run([good, "n=5"])
    #expect(first.status == 0 && first.errors == "")
    #expect(first.output == "  n = 5   given on the command line\n  n 5\n")
    let second = try DyadProcess.run([bad])
    #expect(second.status == 1 && second.output == "  1\n  2\n  3\n  4\n  5\n")
    #expect(
      second.errors
        == "\(bad):7:1: error: unknown command 'noet'\n  noet 7\n  ^^^^\nhelp: note\n"
        + "note: lines 1–6 were run and stand\n")
    let unused = try DyadProcess.run([good, "m=5"])
    #expect(unused.status == 1 && unused.errors.contains("does not use a variable 'm'"))
    let lines = try DyadProcess.run(["-c", "let a = 1; not b; let c = 2"])
    #expect(lines.status == 1 && lines.output == "  a = 1\n")
    #expect(try DyadProcess.run(["--version"]).output.hasPrefix("dyad "))
    #expect(try DyadProcess.run(["--help"]).output.contains("exit status: 0 ok"))
    #expect(try DyadProcess.run(["--hlep"]).errors.contains("help: --help"))
    #expect(try DyadProcess.run(["-c", "let a = 1", "-c", "print $a"]).output.hasSuffix("1\n"))
    let steering = try DyadProcess.run(["-c", "let a = \"\u{1b}[31m\"; print $a"])
    #expect(!steering.output.contains("\u{1b}") && steering.output.contains("␛[31m"))
    #expect(try DyadProcess.run(["--threads", "0", "-c", "sys"]).status == 1)
    #expect(try DyadProcess.run(["--threads", "2", "-c", "set threads"]).output == "  threads 2\n")
    #expect(try DyadProcess.run([folder.path]).errors.contains("is a folder"))
    #expect(try DyadProcess.run([folder.path + "/none"]).errors.contains("there is no file"))
  }

  @Test func standardInputIsAScript() throws {
    for arguments in [[], ["-"]] {
      let result = try DyadProcess.run(
        arguments,
        input: "version 1\nnote [a,\nb]\nset \\\n  threads 2\nset threads\nbad\nnote no\n"
      )
      #expect(result.status == 1)
      #expect(result.output == "  [a,\nb]\n  threads 2\n")
      #expect(result.errors.hasPrefix("stdin:7:1: error: unknown command 'bad'"))
    }
    let open = try DyadProcess.run(["-"], input: "let a = (")
    #expect(open.status == 1 && open.errors.hasPrefix("stdin:1:9: error: '(' is not closed"))
    #expect(try DyadProcess.run(["-"], input: "").status == 0)
    let split = try DyadProcess.run(["-"], input: "let a = 1 + \\\n 2\n")
    #expect(split.status == 0 && split.output == "  a = 3\n")
    let windows = try DyadProcess.run(["-"], input: "let a = 1 + \\\r\n 2\r\nnote \"${a}\"\r\n")
    #expect(windows.status == 0 && windows.output == "  a = 3\n  3\n")
    #expect(try DyadProcess.run(["-"], input: "quit\nbad").status == 0)
  }

  @Test func jsonIsOneObjectPerReply() throws {
    let result = try DyadProcess.run(["--json", "-c", "let a = 2; bad"])
    #expect(result.status == 1 && result.errors == "")
    let rows = result.output.split(separator: "\n").map {
      try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
    #expect(rows.count == 2)
    #expect(rows[0]?["value"] as? Int == 2 && rows[0]?["ok"] as? Bool == true)
    #expect(rows[1]?["ok"] as? Bool == false)
  }

  @Test func aClosedPipeEndsQuietly() throws {
    let folder = try TemporaryFolder()
    let script = try folder.file("many.dyad", String(repeating: "note line\n", count: 20_000))
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    let errors = Pipe()
    shell.standardError = errors
    shell.standardOutput = FileHandle.nullDevice
    shell.arguments = ["-c", "\"$0\" \"$1\" | head -1", try DyadProcess.path, script]
    try shell.run()
    #expect(errors.fileHandleForReading.readDataToEndOfFile().isEmpty)
    shell.waitUntilExit()
    #expect(shell.terminationStatus == 0)
  }

  @Test func startTakesLessThanATenthOfASecond() throws {
    let clock = ContinuousClock()
    let times = try (0..<5).map { _ in
      try clock.measure { _ = try DyadProcess.run(["-c", "quit"]) }
    }
    #expect(try #require(times.min()) < .milliseconds(100))
  }

  @Test func repliesAndErrorsAreWholeLinesInOrderInOnePlace() throws {
    let lines =
      "set\\nlet a = 1\\nhelp seed\\ntry stpe\\ndata demo n=10\\ndata show 0..1\\nnote end\\nstpe\\n"
    let all = try DyadProcess.run(
      ["-c", "printf '\(lines)' | \"$0\" - 2>&1", try DyadProcess.path], program: "/bin/sh")
    #expect(all.status == 0 || all.status == 1)
    let shown = all.output.split(separator: "\n", omittingEmptySubsequences: false)
    let places = [
      "  out ", "  a = 1", "stdin:4:5: error", "  demo  10", "  sample", "  end", "stdin:8:1",
    ]
    .map { start in shown.firstIndex { $0.hasPrefix(start) } ?? -1 }
    #expect(!places.contains(-1) && places == places.sorted(), "\(all.output)")
    #expect(all.output.hasSuffix("\n"))
  }
}
