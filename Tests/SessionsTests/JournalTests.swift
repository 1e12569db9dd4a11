import Files
import Foundation
import TestSupport
import Testing

@testable import Sessions

/// Journals on disk: what a process that was killed leaves behind.
@Suite struct JournalTests {
  private static func log(_ commands: [String]) -> SessionLog {
    var log = SessionLog()
    for command in commands {
      log.append(command, mark: SessionLog.Mark(step: 1, fingerprint: "00ff", notes: []))
    }
    return log
  }

  @Test func aJournalIsLeftBehindWhenItsOwnerIsGone() throws {
    try withTemporaryFolder { folder in
      var journal: Journal? = try Journal(in: folder + "/new/one")
      let place = folder + "/new/one"
      #expect(Journal.abandoned(in: place).isEmpty)
      let log = Self.log(["seed 1", "note \"a b\""])
      try journal?.keep(log)
      // Its owner lives.
      #expect(Journal.abandoned(in: place).isEmpty)
      journal = nil
      let left = try #require(Journal.abandoned(in: place).first)
      #expect(left.log == log && !left.hasState && left.log.commandCount == 2)
      left.remove()
      #expect(Journal.abandoned(in: place).isEmpty)
    }
  }

  @Test func everyCutIsReadUpToItsLastWholeLine() throws {
    try withTemporaryFolder { folder in
      let commands = ["seed 1", "data demo n=60", "step 3"]
      var journal: Journal? = try Journal(in: folder)
      try journal?.keep(Self.log(commands))
      let path = try #require(journal?.path) + ".dyad"
      journal = nil
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      for length in 0...bytes.count {
        try bytes.prefix(length).write(to: URL(fileURLWithPath: path))
        let found = Journal.abandoned(in: folder).first?.log.entries ?? []
        let texts = found.compactMap { entry -> String? in
          if case .command(let text, _, _) = entry { text } else { nil }
        }
        #expect(texts == Array(commands.prefix(texts.count)), "\(length)")
        if length == bytes.count { #expect(texts == commands) }
      }
    }
  }

  @Test func aLogThatBecameAnotherIsWrittenAnew() throws {
    try withTemporaryFolder { folder in
      var journal: Journal? = try Journal(in: folder)
      try journal?.keep(Self.log(["a", "b", "c"]))
      try journal?.keep(Self.log(["x", "y", "z", "w"]), isNew: true)
      try journal?.keep(Self.log(["x"]))
      journal = nil
      let left = try #require(Journal.abandoned(in: folder).first)
      #expect(left.log == Self.log(["x"]))
    }
  }

  @Test func aJournalKnowsItsFolderAndRecordings() throws {
    try withTemporaryFolder { folder in
      var journal: Journal? = try Journal(in: folder)
      try journal?.keep(Self.log(["a", "b"]))
      var running = Journal.Running()
      running.recordings = ["a b%\n.jsonl": "{\"step\":1}"]
      journal?.keep(running)
      try journal?.keep(Self.log(["x"]), isNew: true)
      running.recordings = ["a b%\n.jsonl": "{\"step\":2}", "c": "{}"]
      running.autosave = Journal.Saving(pace: "steps=3", path: "a b")
      journal?.keep(running)
      try journal?.keep(Self.log(["x", "y"]))
      let path = try #require(journal?.path) + ".dyad"
      journal = nil
      let left = try #require(Journal.abandoned(in: folder).first)
      #expect(left.log == Self.log(["x", "y"]) && left.part == nil)
      #expect(left.folder == FileManager.default.currentDirectoryPath)
      #expect(left.running == running)
      // A journal of an older version has a log and nothing else.
      try ("version 1\n" + Self.log(["x"]).text(from: 0)).write(
        toFile: path, atomically: true, encoding: .utf8)
      let old = try #require(Journal.abandoned(in: folder).first)
      #expect(old.log == Self.log(["x"]) && old.folder == nil && old.running == Journal.Running())
    }
  }

  /// What went on from a part of a journal is newer, and does not hide the whole.
  @Test func theWholeJournalStaysTheFirst() throws {
    try withTemporaryFolder { folder in
      func leave(_ commands: [String], after part: Journal.Abandoned? = nil) throws -> String {
        let journal = try Journal(in: folder, after: part)
        try journal.keep(Self.log(commands))
        return journal.path
      }
      func found() -> [String] { Journal.abandoned(in: folder).map(\.path) }
      func age(_ path: String, _ seconds: Double) throws {
        try FileManager.default.setAttributes(
          [.modificationDate: Date(timeIntervalSinceNow: -seconds)], ofItemAtPath: path + ".dyad")
      }
      let whole = try leave(["a", "b", "c"])
      let left = try #require(Journal.abandoned(in: folder).first)
      let other = try leave(["z"])
      let part = try leave(["a"], after: left)
      let longer = try leave(["a", "d"], after: left)
      for (path, seconds) in [(whole, 300.0), (other, 200), (longer, 100), (part, 50)] {
        try age(path, seconds)
      }
      #expect(found() == [whole, part, longer, other])
      try age(other, 10)
      #expect(found() == [other, whole, part, longer])
      let journals = Dictionary(
        uniqueKeysWithValues: Journal.abandoned(in: folder).map { ($0.path, $0) })
      let first = try #require(journals[whole])
      #expect(
        journals[part].map(first.covers) == true && journals[longer].map(first.covers) == false)
      #expect(
        journals[longer]?.goesOn(after: first) == true && journals[other].map(first.covers) == false
      )
      first.remove()
      #expect(found() == [other, part, longer])
    }
  }

  @Test func aFolderThatCannotBeWrittenToIsSaid() throws {
    try withTemporaryFolder { folder in
      try Data().write(to: URL(fileURLWithPath: folder + "/file"))
      #expect(throws: FileError.self) { _ = try Journal(in: folder + "/file/under") }
    }
  }

  /// Pieces are written whole or not at all.
  @Test func aFullDiskLeavesNoPartOfALine() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/grows"
      let file = try AppendedFile(path)
      try file.append("one\n")
      #expect(throws: FileError("cannot write '/dev/full': the disk is full")) {
        try AppendedFile("/dev/full").append("two\n")
      }
      try file.append("three\n")
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "one\nthree\n")
      #expect(throws: FileError.self) { try AppendedFile(folder + "/no/such") }
      #expect(throws: FileError.self) { try AppendedFile(folder) }
    }
  }
}
