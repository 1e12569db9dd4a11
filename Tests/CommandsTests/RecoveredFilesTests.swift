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
    if lost != nil {
      try (before + notes.map { $0 + "\n" }.joined()).write(
        toFile: path, atomically: false, encoding: .utf8)
      try saved?.write(to: URL(fileURLWithPath: path.dropLast(5) + ".safetensors"))
    }
    return try #require(Journal.abandoned(in: folder).first)
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
}
