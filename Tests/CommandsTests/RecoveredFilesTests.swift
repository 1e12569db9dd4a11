import CommandLanguage
import Foundation
import Sessions
import TestSupport
import Testing

@testable import Commands

/// A recovered session goes on with the files that it wrote.
@Suite struct RecoveredFilesTests {
  private static let setup = [
    "seed 3", "data demo n=60", "backbone small width=2",
    "method simclr batch=20 proj=[8,4]", "optim sgd lr=0.1",
  ]

  /// Runs lines with a journal and gives it up as a process does that is killed in one more line,
  /// which is not in the journal then.
  private func abandon(
    _ lines: [String], lost: String? = nil, in folder: String
  ) throws -> Journal.Abandoned {
    let session = try TrainedSession()
    _ = session.context.beginJournal(in: folder)
    for line in Self.setup + lines { _ = try session.output(line) }
    let path = try #require(session.context.journal?.path) + ".dyad"
    let before = try String(contentsOfFile: path, encoding: .utf8)
    let saved = try? Data(contentsOf: URL(fileURLWithPath: path.dropLast(5) + ".safetensors"))
    if let lost { _ = try session.output(lost) }
    let notes = try String(contentsOfFile: path, encoding: .utf8).dropFirst(before.count)
      .split(separator: "\n").filter { $0.hasPrefix("#@ ") }
    session.context.journal = nil
    for track in session.bench.tracks { track.close() }
    if lost != nil {
      try (before + notes.map { $0 + "\n" }.joined()).write(
        toFile: path, atomically: false, encoding: .utf8)
      try saved?.write(to: URL(fileURLWithPath: path.dropLast(5) + ".safetensors"))
    }
    return try #require(Journal.abandoned(in: folder).first)
  }

  private func steps(_ path: String) throws -> [Int] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
      let row = try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
      return try #require(row?["step"] as? Int)
    }
  }

  /// Killed between the first row and the journal's note of it, a session would not know its file.
  @Test func theJournalKnowsTheFirstRowBeforeTheFileHasIt() throws {
    try withTemporaryFolder { folder in
      let file = folder + "/t.jsonl"
      let session = try TrainedSession(Self.setup + ["track loss -> \(file)"])
      _ = session.context.beginJournal(in: folder + "/j")
      let journal = try #require(session.context.journal?.path) + ".dyad"
      let note = session.bench.willBeginFile
      var found: [(inFile: String, inJournal: Bool)] = []
      session.bench.willBeginFile = {
        note()
        let text = try? String(contentsOfFile: journal, encoding: .utf8)
        let content = try? String(contentsOfFile: file, encoding: .utf8)
        found.append((content ?? "–", text?.contains("#@ recording ") == true))
      }
      _ = try session.output("step 3")
      #expect(found.count == 1 && found.first?.inFile == "" && found.first?.inJournal == true)
      #expect(try steps(file) == [1, 2, 3])
    }
  }

  /// A file that was lost is lost for this process: the log says what a replay says.
  @Test func aSessionThatLostAFileReplays() throws {
    try withTemporaryFolder { folder in
      let file = folder + "/t.jsonl"
      let left = try abandon(["track loss -> \(file)", "step 3"], in: folder + "/j")
      try "not a recording\n".write(toFile: file, atomically: true, encoding: .utf8)
      let session = try TrainedSession()
      #expect(Recovery(session.interpreter).run(left).notes.count == 1)
      #expect(session.text("show state").contains("without \(file)"))
      _ = try session.output("save session \(folder)/s")
      let replay = session.text("replay \(folder)/s.dyad --verify --outputs")
      #expect(replay.contains("0 differ") && !replay.contains("error"), "\(replay)")
    }
  }

  @Test func rowsOfOtherBranchesSayTheirs() throws {
    try withTemporaryFolder { folder in
      let file = folder + "/t.jsonl"
      let session = try TrainedSession(Self.setup + ["track loss every=1step -> \(file)"])
      _ = try session.output(
        "step 2; rewind @s1; step 1; undo; step 2; branch hot; step; switch main")
      _ = try session.output("step")
      let rows = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map {
        let row = try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        return "\(row?["step"] ?? "–") \(row?["branch"] ?? "–")"
      }
      #expect(
        rows == ["1 –", "2 –", "2 main-2", "2 main-3", "3 main-3", "4 hot", "3 –"])
      #expect(
        session.context.timeline.branches.map(\.name) == ["main", "main-2", "main-3", "hot"])
    }
  }

  @Test(arguments: [nil, "step 4"], ["step 3", "step 2; undo; step 1", "note \"no row yet\""])
  func aRecordingGoesOn(lost: String?, line: String) throws {
    try withTemporaryFolder { folder in
      let file = folder + "/t.jsonl"
      let left = try abandon(
        ["track loss every=1step -> \(file)"]
          + line.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) },
        lost: lost, in: folder + "/j")
      let session = try TrainedSession()
      let result = Recovery(session.interpreter).run(left)
      #expect(result.shortfall == nil)
      let expected = ["step 3": [1, 2, 3], "step 2; undo; step 1": [1, 2, 1]][line] ?? []
      #expect(try steps(file) == expected)
      let row = try #require(session.table("track list").rows.first)
      #expect(row[2] == .text(file) && row[3] == .int(expected.count))
      #expect(
        result.notes.contains(
          "  '\(file)' goes on from the step of the session: 4 rows of later steps cut")
          == (lost != nil))
      _ = try session.output("step 2; track off")
      let now = session.bench.summary.step
      #expect(try steps(file) == expected + [now - 1, now])
      // It is this session's own file.
      _ = try session.output("track loss -> \(file)")
    }
  }

  @Test func aRecordingGoesOnFromTheAutosave() throws {
    try withTemporaryFolder { folder in
      let file = folder + "/t.jsonl"
      let left = try abandon(
        ["autosave every=4steps", "track loss,lr every=2steps -> \(file)", "step 5", "step 1"],
        lost: "step 2", in: folder + "/j")
      let session = try TrainedSession()
      let result = Recovery(session.interpreter).run(left)
      #expect(result.isFromState && result.shortfall == nil && result.step == 6)
      #expect(
        result.notes == [
          "  '\(file)' goes on from the step of the session: 1 row of later steps cut",
          "  autosave is on again: 'autosave show'",
        ])
      #expect(try steps(file) == [2, 4, 6])
      _ = try session.output("step 2")
      #expect(try steps(file) == [2, 4, 6, 8])
    }
  }

  @Test func anotherFileStaysAsItIs() throws {
    try withTemporaryFolder { folder in
      let file = folder + "/t.jsonl"
      let left = try abandon(["track loss every=1step -> \(file)", "step 3"], in: folder + "/j")
      let other = "{\"step\":1,\"epoch\":0,\"loss\":2.5}\n{\"step\":9,\"epoch\":0,\"loss\":2.5}\n"
      try other.write(toFile: file, atomically: true, encoding: .utf8)
      let session = try TrainedSession()
      let result = Recovery(session.interpreter).run(left)
      #expect(
        result.notes == [
          "  a recording goes on without its file: '\(file)' does not end with a recorded step of "
            + "this session"
        ])
      #expect(try #require(session.table("track list").rows.first)[2] == .text("none, not \(file)"))
      _ = try session.output("step 1; track off; undo; step 1")
      #expect(try String(contentsOfFile: file, encoding: .utf8) == other)
    }
  }

  /// The whole session may still be recovered: its files wait for it.
  @Test func whatComesBackInPartLeavesTheFiles() throws {
    try withTemporaryFolder { folder in
      let (file, weights) = (folder + "/t.jsonl", folder + "/w.safetensors")
      let maker = try TrainedSession(Self.setup)
      _ = try maker.output("save tensors \(weights)")
      let left = try abandon(
        [
          "track loss every=1step -> \(file)", "step 2", "load weights \(weights)", "step 2",
        ], in: folder + "/j")
      try FileManager.default.moveItem(atPath: weights, toPath: weights + ".away")
      let session = try TrainedSession()
      let part = Recovery(session.interpreter).run(left)
      #expect(part.shortfall?.contains("no such file") == true && part.step == 2)
      _ = try session.output("step 1")
      #expect(try steps(file) == [1, 2, 3, 4])
      try FileManager.default.moveItem(atPath: weights + ".away", toPath: weights)
      let again = try TrainedSession()
      #expect(Recovery(again.interpreter).run(left).shortfall == nil)
      _ = try again.output("step 1")
      #expect(try steps(file) == [1, 2, 3, 4, 5])
    }
  }

  /// The log names the user's files, not those of the recovery.
  @Test func aFileThatTheSessionWroteAndReadCanBeReadAgain() throws {
    try withTemporaryFolder { folder in
      let left = try abandon(
        ["save tensors \(folder)/w.safetensors", "load weights \(folder)/w.safetensors", "step 1"],
        in: folder + "/j")
      let session = try TrainedSession()
      #expect(Recovery(session.interpreter).run(left).shortfall == nil)
      #expect(session.context.log == left.log)
      _ = try session.output("save session \(folder)/x")
      let replay = try session.output("replay \(folder)/x.dyad --verify").stableText
      #expect(replay.contains("0 differ"), "\(replay)")
    }
  }

  @Test func aLoadedSessionCutsLaterRows() throws {
    try withTemporaryFolder { folder in
      let file = folder + "/t.jsonl"
      let session = try TrainedSession(
        Self.setup + ["track loss every=1step -> \(file)", "step 3", "save session \(folder)/s"])
      _ = try session.output("step 4; track off")
      let loaded = try TrainedSession()
      let reply = try loaded.output("load session \(folder)/s").stableText
      #expect(
        reply.contains("'\(file)' goes on from the step of the session: 4 rows of later steps cut"))
      _ = try loaded.output("step 1")
      #expect(try steps(file) == [1, 2, 3, 4])
    }
  }

  /// At a prompt somewhere else, the journal's folder is gone to.
  @Test func theFolderOfTheSession() throws {
    try withTemporaryFolder { folder in
      let manager = FileManager.default
      for name in ["here", "there", "state"] {
        try manager.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
      }
      let environment = ["TERM": "dumb", "HOME": folder, "XDG_STATE_HOME": folder + "/state"]
      func prompt(_ arguments: [String], in name: String) throws -> TerminalSession {
        try TerminalSession(arguments, environment: environment, folder: "\(folder)/\(name)")
      }
      func run(_ lines: [String], in session: TerminalSession) {
        for line in lines {
          session.type(line + "\n")
          #expect(session.waits(for: "> "), "\(line)")
          usleep(150_000)
        }
      }
      let maker = try TrainedSession(Self.setup)
      _ = try maker.output("save tensors \(folder)/here/w.safetensors")
      do {
        let session = try prompt([], in: "here")
        #expect(session.waitsForPrompt())
        run(
          [Self.setup.joined(separator: "; "), "load weights w.safetensors", "step 2"], in: session)
      }
      func recovered(_ text: String) throws {
        let session = try prompt(["--recover"], in: "there")
        #expect(session.shows("in '\(folder)/here', the folder of that session"))
        #expect(session.shows(text), "\(session.shown)")
        #expect(session.shows("> "))
      }
      try manager.moveItem(atPath: "\(folder)/here/w.safetensors", toPath: "\(folder)/w")
      try recovered("not all: 'load weights w.safetensors' failed")
      try manager.moveItem(atPath: "\(folder)/w", toPath: "\(folder)/here/w.safetensors")
      try recovered("recovered 7 commands, 7 of them run again: step 2")
      try manager.removeItem(atPath: "\(folder)/here")
      let gone = try prompt(["--recover"], in: "there")
      #expect(gone.shows("which is not there any more") && gone.exitStatus() == 1)
      let journals = Journal.abandoned(in: folder + "/state/dyad/journal")
      #expect(journals.count == 1 && journals.first?.log.commandCount == 7)
    }
  }
}
