import CommandLanguage
import Commands
import Foundation
import Sessions
import Testing

/// A session that was saved and loaded has its named moments and its branches.
@Suite struct SavedMomentsTests {
  private static func setup(_ method: String) -> [String] {
    [
      "seed 3", "data demo n=60", "backbone small width=2", "method \(method)", "optim sgd lr=0.1",
      // Two branches, a named moment on each, one choice that differs, the bank in use.
      "step 2", "snap a", "step 6", "branch z", "swap optim lr=0.05", "step 3", "knn", "snap c",
      "step 2", "rewind @a", "step 3",
    ]
  }

  static let methods = [
    "simsiam batch=20 proj=[8,4] pred=4", "simsiam-multi batch=20 proj=[8,4] pred=4 start=1epochs",
    "simclr batch=20 proj=[8,4]", "simclr-attn batch=20 proj=[8,4]",
  ]
  private static let places = ["@a", "@main", "@c", "@z", "@main-2", "@s2", "@z/s13"]

  private func session(beside other: TrainedSession) throws -> TrainedSession {
    let session = try TrainedSession()
    session.context.shell.files.redirection = other.context.shell.files.redirection
    return session
  }

  private func folder(_ session: TrainedSession) -> String {
    let state = session.context.shell.files.readPath("s.safetensors")
    return String(state.dropLast(".safetensors".count)) + ".moments"
  }

  private func files(_ session: TrainedSession) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder(session))) ?? []).sorted()
  }

  @Test(arguments: methods)
  func everyNamedMomentAndBranchComesBack(method: String) throws {
    let first = try TrainedSession(
      Self.setup(method) + ["save session s"], redirectsFiles: true)
    let second = try session(beside: first)
    let loaded = second.text("load session s")
    #expect(loaded.contains("\n  with the states of @a @main @c @z"), "\(loaded)")
    let looks = [
      "branch list", "compare @main @z", "compare @c", "stats w:backbone.conv1.weight@a",
      "viz curves loss,z_std branch=all overwrite=on -> c.png",
    ]
    for look in looks { #expect(first.text(look) == second.text(look), "\(look)") }
    for place in Self.places {
      _ = try first.output("rewind \(place)")
      _ = try second.output("rewind \(place)")
      let expected = try #require(first.bench.mark)
      #expect(second.bench.mark?.fingerprint == expected.fingerprint, "\(place)")
      #expect(second.bench.resolution?.optimizer?.lr == first.bench.resolution?.optimizer?.lr)
      // Training on from there is the same too.
      for session in [first, second] { _ = try session.output("step 4") }
      #expect(second.bench.mark?.fingerprint == first.bench.mark?.fingerprint, "\(place)")
      #expect(first.bench.mark?.fingerprint != expected.fingerprint)
      #expect(first.text("branch list") == second.text("branch list"))
      #expect(first.bench.metrics.records == second.bench.metrics.records)
    }
    // Between the moments that were saved, choices may have changed.
    #expect(second.text("rewind @main/e2").contains("step 6 of 'main' is of before the session"))
    #expect(
      second.text("rewind @main/s1").contains("'main', which has the steps 2 and 8…12\n"),
      "\(second.text("rewind @main/s1"))")
    #expect(second.text("compare @main/s1 @main/s3").hasSuffix("help: snap list"))
    #expect(second.text("compare @main/s1 @main").hasSuffix("help: compare @main/s2 @main"))
    _ = try second.output("save session t")
    let replay = try session(beside: first).text("replay t.dyad --verify --outputs")
    #expect(replay.contains("replies match") && !replay.contains("error"), "\(replay)")
  }

  /// What a killed save left goes with the next one, and what undo needs is read before its file goes.
  @Test func filesThatNoMomentHasGo() throws {
    let first = try TrainedSession(
      Self.setup("simclr batch=20 proj=[8,4]") + ["save session s"], redirectsFiles: true)
    let second = try session(beside: first)
    _ = try second.output("load session s")
    let count = files(second).count
    try Data().write(to: URL(fileURLWithPath: folder(second) + "/notes.txt"))
    for name in ["abc.safetensors", "mine.safetensors"] {
      try FileManager.default.copyItem(
        atPath: folder(second) + "/" + files(second)[0], toPath: folder(second) + "/" + name)
    }
    _ = try second.output("snap drop c; save session s overwrite=on")
    #expect(
      files(second).filter { !$0.contains("notes") && !$0.contains("mine") }.count == count - 1)
    #expect(files(second).contains("notes.txt") && files(second).contains("mine.safetensors"))
    _ = try second.output("undo; rewind @c")
    _ = try first.output("rewind @c")
    #expect(second.bench.mark?.fingerprint == first.bench.mark?.fingerprint)
  }

  /// A file that cannot be read any more is not removed: it may be mended.
  @Test func theFileOfAMomentThatCannotBeReadStays() throws {
    let first = try TrainedSession(
      Self.setup("simclr batch=20 proj=[8,4]") + ["save session s"], redirectsFiles: true)
    let second = try session(beside: first)
    _ = try second.output("load session s")
    let before = files(second)
    // The fingerprint does not fit then.
    for name in before {
      let path = folder(second) + "/" + name
      var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      bytes[bytes.count - 1] ^= 1
      try bytes.write(to: URL(fileURLWithPath: path))
    }
    _ = try second.output("save session s overwrite=on moments=off")
    #expect(files(second) == before)
  }

  /// A moment before the first step has no tensors yet; the model is drawn when it is gone back to.
  @Test func aMomentBeforeTheModelComesBack() throws {
    let first = try TrainedSession(
      [
        "seed 3", "data demo n=60", "backbone small width=2", "snap bare",
        "method simclr batch=20 proj=[8,4]", "optim sgd lr=0.1", "snap start", "step 3",
        "save session s",
      ], redirectsFiles: true)
    let second = try session(beside: first)
    _ = try second.output("load session s")
    for session in [first, second] {
      _ = try session.output("rewind @start ; swap optim lr=0.2 ; step 2")
    }
    #expect(first.bench.mark?.step == 2 && second.bench.mark == first.bench.mark)
    for session in [first, second] {
      _ = try session.output("rewind @bare")
      #expect(session.text("step").contains("no method yet"))
    }
    #expect(second.text("show config") == first.text("show config"))
  }

  @Test func savingAgainWritesOnlyWhatIsNew() throws {
    let first = try TrainedSession(
      Self.setup(Self.methods[2]) + ["save session s"], redirectsFiles: true)
    let before = files(first)
    #expect(before.count == 4)
    _ = try first.output("step ; save session s")
    #expect(files(first) == before)
    // What a session no longer has goes, what is not its own stays.
    let other = folder(first) + "/0123456789abcdef.safetensors"
    try Data("mine".utf8).write(to: URL(fileURLWithPath: other))
    let second = try session(beside: first)
    _ = try second.output("load session s")
    _ = try second.output("snap drop c ; save session s overwrite=on")
    #expect(files(second).count == 4 && files(second).contains("0123456789abcdef.safetensors"))
    #expect(Set(files(second)).subtracting(before).count == 1)
    _ = try second.output("save session s moments=off")
    #expect(files(second) == ["0123456789abcdef.safetensors"])
    let third = try session(beside: first)
    #expect(third.text("load session s").contains("\n  without those of @a @main @z"))
    let refused = third.text("rewind @a")
    #expect(refused.contains("which came with the named moments"), "\(refused)")
    #expect(refused.contains("'source s.dyad overwrite=on'"), "\(refused)")
  }

  /// What cannot be written leaves the session that was saved before as it was.
  @Test func aSaveThatFailsLeavesTheOldOne() throws {
    let first = try TrainedSession(
      Self.setup(Self.methods[2]) + ["save session s"], redirectsFiles: true)
    let manager = FileManager.default
    let before = files(first)
    let parent = (folder(first) as NSString).deletingLastPathComponent
    // The log cannot replace a folder: the state files of the new moments go again.
    try manager.removeItem(atPath: parent + "/s.dyad")
    try manager.createDirectory(atPath: parent + "/s.dyad/x", withIntermediateDirectories: true)
    #expect(first.text("save session s").contains("it is a folder"))
    #expect(files(first) == before)
    try manager.createDirectory(atPath: parent + "/t.dyad/x", withIntermediateDirectories: true)
    #expect(first.text("save session t").contains("it is a folder"))
    #expect(!manager.fileExists(atPath: parent + "/t.moments"))
    // A file has the folder's name.
    try Data().write(to: URL(fileURLWithPath: parent + "/u.moments"))
    let text = first.text("save session u")
    #expect(text.contains("u.moments': it is a file, expected a folder"), "\(text)")
    #expect(!manager.fileExists(atPath: parent + "/u.safetensors"))
    // Without the files of a loaded session the present state can still be saved.
    let second = try session(beside: first)
    try manager.removeItem(atPath: parent + "/s.dyad")
    _ = try second.output("load session s")
    try manager.removeItem(atPath: folder(first))
    let saved = second.text("save session v")
    #expect(saved.hasSuffix("v.dyad") && !saved.contains("error"), "\(saved)")
    #expect(manager.fileExists(atPath: parent + "/v.safetensors"))
  }

  @Test func autosaveKeepsWhatASaveKeeps() throws {
    let first = try TrainedSession(
      Self.setup(Self.methods[2]) + ["save session s"], redirectsFiles: true)
    let before = files(first)
    _ = try first.output("autosave s every=1steps")
    _ = try first.output("step 2 ; snap d ; step 2 ; autosave off")
    #expect(Set(before).isSubset(of: files(first)) && files(first).count == before.count + 1)
    let second = try session(beside: first)
    #expect(second.text("load session s").contains("with the states of @a @main @c @z @d"))
    for session in [first, second] { _ = try session.output("rewind @d") }
    #expect(second.bench.mark?.fingerprint == first.bench.mark?.fingerprint)
  }

  @Test func theFileOfAnotherMomentIsRefused() throws {
    let first = try TrainedSession(
      Self.setup(Self.methods[2]) + ["save session s"], redirectsFiles: true)
    let all = files(first).map { folder(first) + "/" + $0 }
    let bytes = try all.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
    for (file, other) in zip(all, bytes[1...] + bytes[..<1]) {
      try other.write(to: URL(fileURLWithPath: file))
    }
    let second = try session(beside: first)
    _ = try second.output("load session s")
    let present = second.bench.mark
    let text = second.text("rewind @a")
    #expect(text.contains("is another moment: expected step 2 of epoch 0"), "\(text)")
    #expect(second.bench.mark == present)
  }

  @Test func aStateFileThatIsGoneOrDamagedIsSaid() throws {
    let first = try TrainedSession(
      Self.setup(Self.methods[2]) + ["save session s"], redirectsFiles: true)
    let second = try session(beside: first)
    _ = try second.output("load session s")
    let present = second.bench.mark
    for name in files(first) {
      let file = URL(fileURLWithPath: folder(first) + "/" + name)
      var bytes = try Data(contentsOf: file)
      bytes[bytes.count - 9] ^= 1
      try bytes.write(to: file)
    }
    let damaged = second.text("rewind @a")
    #expect(damaged.contains("is damaged: expected fingerprint"), "\(damaged)")
    #expect(second.bench.mark == present)
    for name in files(first) {
      try FileManager.default.removeItem(atPath: folder(first) + "/" + name)
    }
    for line in ["rewind @c", "switch main", "compare @main @z", "stats w:backbone.conv1.weight@a"]
    {
      let gone = second.text(line)
      #expect(gone.contains("cannot read '") && gone.contains(".moments/"), "\(gone)")
      #expect(second.bench.mark == present)
    }
    _ = try second.output("step")
  }
}
