import CommandLanguage
import Commands
import Foundation
import Sessions
import TestSupport
import Testing

/// A session that was saved and loaded goes on as the one that was not, and its log replays.
@Suite struct SavedSessionTests {
  private static let setup = [
    "seed 3", "data demo n=60", "backbone small width=2", "method simclr batch=20 proj=[8,4]",
    "optim sgd lr=0.1",
  ]

  /// A session that reads and writes in the folder of another one.
  private func session(beside other: TrainedSession) throws -> TrainedSession {
    let session = try TrainedSession()
    session.context.shell.files.redirection = other.context.shell.files.redirection
    return session
  }

  /// Whether a saved session replays with every fingerprint and reply.
  private func replays(_ name: String, beside other: TrainedSession) throws -> String? {
    let session = try session(beside: other)
    let text = session.text("replay \(name).dyad --verify --outputs")
    return text.contains("error") ? text : nil
  }

  @Test func aSplitRunEqualsAStraightOneWithEverythingThatActs() throws {
    let lines = [
      "step 2", "watch step >= 4 then { swap optim lr=0.5; snap warm }", "break step == 8",
      "batch pin", "let k = 3", "let t = \"a text\"", "def warm-up n { step $n }",
      "track erank every=2steps", "set nonfinite allow", "knn", "break norm(z1) > 0",
    ]
    let rest = [
      "warm-up $k", "step 9", "expect $k == 3 and knn > 0", "note \"${t}\"", "batch free", "step 2",
    ]
    let straight = try TrainedSession(Self.setup + lines + rest)
    let first = try TrainedSession(Self.setup + lines + ["save session s"], redirectsFiles: true)
    let second = try session(beside: first)
    #expect(second.text("load session s").contains("verified"))
    for line in rest { _ = try second.output(line) }
    #expect(second.bench.fingerprint == straight.bench.fingerprint)
    #expect(second.bench.summary.step == 10 && second.context.timeline.snapshotNames == ["warm"])
    #expect(
      second.bench.metrics.series(.erank).count == straight.bench.metrics.series(.erank).count)
    _ = try second.output("save session s2")
    #expect(try replays("s2", beside: first) == nil)
  }

  @Test func branchesAndNamesGoOn() throws {
    let session = try TrainedSession(
      Self.setup + [
        "step 4", "snap keep", "step 3", "rewind @keep", "branch hot", "swap method temp=1",
        "step 3",
        "snap k2", "save session b moments=off",
      ], redirectsFiles: true)
    let loaded = try self.session(beside: session)
    _ = try loaded.output("load session b")
    #expect(loaded.context.timeline.branches.map(\.name) == ["main", "hot"])
    #expect(loaded.context.timeline.branch == "hot")
    #expect(loaded.text("branch list") == session.text("branch list"))
    #expect(loaded.text("snap keep").contains("already"))
    #expect(loaded.text("rewind @keep").contains("is of before the session was loaded"))
    for line in [
      "step 1", "rewind @s7", "step 1", "rewind @k2", "optim sgd lr=0.2", "step 2", "branch list",
    ] {
      _ = try loaded.output(line)
    }
    _ = try loaded.output("save session b3")
    #expect(try replays("b3", beside: session) == nil)
  }

  /// Lines, some of which fail, after which a saved session must replay with every reply.
  static let troubles: [[String]] = [
    // Replies of commands that no log has, inside a block and a definition.
    ["repeat 1 { step ; help step ; snap list ; watch list ; set threads 1 ; step }"],
    ["def two { step ; track list ; complete ste ; step }", "two"],
    // A condition that cannot be computed draws no model that stays.
    ["if norm(g:backbone.conv1.weight) > 0.1 { note x }", "break off"],
    ["repeat 2 { if mean(z1) > 0 { note x } }", "optim sgd lr=0.2"],
    // A block may not replace the log that it is to be a line of.
    ["step", "save session q", "def again { load session q }", "again", "step"],
    // The commands of a watch are undone, and brought back, with the step that they stand in.
    [
      "watch loss < 99 then { optim sgd lr=0.05 }", "repeat 2 { step 3 ; rewind @nowhere }",
      "redo", "step", "undo", "redo",
    ],
    // A condition on what can never be measured.
    ["data gauss2 n=60", "break knn > 20", "epoch"],
    ["snap w1", "watch step >= 2 then { snap w1 }", "try epoch 2", "note after"],
    // The mark of a block whose last command a watch looked into.
    ["watch step >= 3 then { snap q }", "repeat 3 { step 1 }", "step"],
    // A look inside a failing block draws the model of the moment before it.
    ["repeat 2 { break norm(g:backbone.conv1.weight) > 1 ; nosuch }", "step", "undo 2"],
    // What is taken back is what the log has: definitions, the variables of loops.
    ["try repeat 2 { def go { step 2 } ; tensor zz }", "step"],
    [
      "step", "repeat 1 { for t in k,l { step } ; compare @-1 @main ; tensor zz }", "step",
      "undo 2",
    ],
    [
      "def two n { step $n }", "repeat 1 { two 2 ; for n in 1..2 { step } ; note \"$n\" }",
      "let n = 4",
    ],
    ["try repeat 1 { for t in k,l { step } ; tensor zz }", "step", "undo", "redo"],
  ]

  @Test(arguments: troubles)
  func whatFailedReplaysAsItWas(_ lines: [String]) throws {
    let session = try TrainedSession(Self.setup, redirectsFiles: true)
    for line in lines { _ = session.text(line) }
    _ = try session.output("save session r")
    #expect(try replays("r", beside: session) == nil)
  }

  /// Which moments are held is chance; what they measured is not.
  @Test func metricsStayWhenAStateIsDropped() throws {
    let session = try TrainedSession(
      Self.setup + ["step 4", "step 4", "rewind @s4", "step 2"])
    let before = session.text("compare @main/s8 @main/s4")
    #expect(before.contains("metric   erank"))
    let held = session.context.timeline.summary.count
    _ = try session.output("set snapshots 1KB")
    #expect(session.context.timeline.summary.count < held)
    #expect(session.text("compare @main/s8 @main/s4") == before)
    #expect(session.text("rewind @main/s8").contains("step 8"))
    #expect(session.bench.metrics.latest(.erank)?.step == 8)
  }

  /// What a loaded session cannot go back to, its replay cannot either.
  @Test func movesThatFailAfterALoadFailInItsReplay() throws {
    let session = try TrainedSession(
      Self.setup + ["step 2", "snap keep", "step 2", "save session t moments=off"],
      redirectsFiles: true)
    let loaded = try self.session(beside: session)
    for line in [
      "load session t", "repeat 1 { try rewind @keep; step 1 }", "try undo 3", "snap late",
      "step 1", "rewind @late", "save session t2 moments=off",
    ] { _ = loaded.text(line) }
    #expect(loaded.bench.summary.step == 5)
    #expect(try replays("t2", beside: session) == nil)
    let again = try self.session(beside: session)
    for line in ["load session t2", "try rewind @late", "step 1", "save session t3"] {
      _ = again.text(line)
    }
    #expect(try replays("t3", beside: session) == nil)
  }

  /// Saved before the end of its branch, training on opens the branch that it would have opened.
  @Test func aSessionBehindTheEndOfItsBranchStaysThere() throws {
    let session = try TrainedSession(
      Self.setup + ["step 5", "rewind @s3", "save session b"], redirectsFiles: true)
    let loaded = try self.session(beside: session)
    _ = try loaded.output("load session b")
    _ = try loaded.output("step 1")
    _ = try session.output("step 1")
    #expect(loaded.context.timeline.branch == "main-2")
    #expect(loaded.text("branch list") == session.text("branch list"))
  }

  /// What precedes a definition is no part of it.
  @Test(arguments: ["try ", "quiet ", "try quiet ", ""])
  func aDefinitionComesBack(prefix: String) throws {
    let session = try TrainedSession(
      Self.setup + ["\(prefix)def warm n { step $n }", "step 1", "save session r"],
      redirectsFiles: true)
    let loaded = try self.session(beside: session)
    #expect(!loaded.text("load session r").contains("not made again"))
    #expect(loaded.text("warm 2").contains("step 3"))
  }

  /// Before there is a model a session has its choices, and its shell.
  @Test func aSessionWithoutAModelIsLoaded() throws {
    let session = try TrainedSession(
      ["seed 3", "data demo n=60", "backbone small width=2", "let k = 2", "save session y"],
      redirectsFiles: true)
    let loaded = try self.session(beside: session)
    _ = try loaded.output("data demo n=40; backbone small width=4; method simclr batch=20; step")
    #expect(loaded.text("load session y").hasPrefix("  step 0   e0   no model yet"))
    #expect(loaded.bench.metrics.records.isEmpty && !loaded.bench.hasModel)
    let lines = ["method simclr batch=20 proj=[8,4]", "optim sgd lr=0.1", "step $k", "stats z1"]
    for line in lines { #expect(loaded.text(line) == session.text(line), "\(line)") }
    #expect(loaded.bench.mark == session.bench.mark)
    let empty = try TrainedSession(["save session z"], redirectsFiles: true)
    #expect(
      try self.session(beside: empty).text("load session z") == "  step 0   e0   no model yet")
    _ = try loaded.output("save session x")
    #expect(try replays("x", beside: loaded) == nil)
  }

  /// The session that was loaded goes on, so that it is saved to its own files.
  @Test func aLoadedSessionMayBeSavedInItsPlace() throws {
    try withTemporaryFolder { folder in
      _ = try TrainedSession(Self.setup + ["step 1", "save session \(folder)/a"])
      let loaded = try TrainedSession(["load session \(folder)/a.dyad", "step 1"])
      #expect(loaded.text("save session \(folder)/a").hasPrefix("  \(folder)/a.safetensors"))
      let other = try TrainedSession(Self.setup + ["step 1"])
      #expect(other.text("save session \(folder)/a").contains("not written by this session"))
    }
  }

  @Test func aLoadIsWhereUndoBegins() throws {
    let session = try TrainedSession(
      Self.setup + ["step 5", "save session m", "step 1", "load session m"], redirectsFiles: true)
    _ = try session.output("step 2")
    #expect(session.text("undo 3").contains("only 2 commands can be undone"))
    _ = try session.output("undo")
    #expect(session.bench.summary.step == 5)
    _ = try session.output("save session x")
    #expect(try replays("x", beside: session) == nil)
  }

  @Test func whatTheBlockOfAWatchRepliesIsPartOfTheReply() throws {
    let session = try TrainedSession(
      Self.setup + [
        "watch step >= 2 then { stats z1; knn }", "step 4", "repeat 2 { watch step > 0; step 1 }",
        "save session w",
      ], redirectsFiles: true)
    #expect(session.context.log.text.contains("#>   z1  [20, 4]"))
    #expect(try replays("w", beside: session) == nil)
  }

  @Test func aBreakEndsTheBlockAroundIt() throws {
    let session = try TrainedSession(Self.setup + ["break step == 5"])
    _ = try session.output("repeat 3 { step 4 }")
    #expect(session.bench.summary.step == 5)
    _ = try session.output("def three { step 1; step 1; step 1 }; break step == 7; three; step 2")
    // The definition ends at 7; what follows it on the line goes on.
    #expect(session.bench.summary.step == 9)
  }

  /// A run that began anew on a branch does not hide the one before it.
  @Test func anEarlierRunOfTheBranchCanBeGoneBackTo() throws {
    let session = try TrainedSession(Self.setup + ["step 3"])
    let old = session.bench.fingerprint
    _ = try session.output("seed 9; step 1")
    let new = session.bench.fingerprint
    #expect(session.text("rewind @s5").contains("has the steps 0…1"))
    _ = try session.output("rewind @s3")
    #expect(session.bench.fingerprint == old)
    _ = try session.output("step 1")
    #expect(session.context.timeline.branches.count == 2)
    _ = try session.output("switch main")
    #expect(session.bench.fingerprint == new)
  }

  /// Commands that change no weight are undone too, and alone.
  @Test func undoIsForAnyCommand() throws {
    let session = try TrainedSession(Self.setup + ["step 3"], redirectsFiles: true)
    _ = try session.output("track loss every=1step -> t.jsonl")
    #expect(session.text("undo").contains("undid 'track [loss]"))
    #expect(session.bench.tracks.isEmpty && session.bench.summary.step == 3)
    _ = try session.output("redo; step 1; track off")
    #expect(session.text("undo").contains("undid 'track off'"))
    _ = try session.output("step 1")
    let path = session.context.shell.files.readPath("t.jsonl")
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 2 && lines[1].contains("\"step\":5"))
    _ = try session.output("snap a; snap drop a; undo; rewind @a")
    #expect(session.text("undo 2").contains("undid 'snap a'"))
    #expect(session.text("rewind @a").contains("no moment 'a'"))
    // What was set after a moment stays when that moment is gone back to and left again.
    _ = try session.output("let k = 2; rewind @s3; stats w:backbone.conv1.weight")
    #expect(session.text("undo").contains("undid 'rewind @s3'"))
    #expect(session.text("note \"${k}\"").contains("2"))
  }

  /// What the log keeps of a block command by command has the variables that they used.
  @Test(arguments: [
    "for t in 2,1 { if $t == 1 { save session y }; step $t }",
    "def f n { step $n; save session y overwrite=on }; f 2",
    "let t = 2; try for t in 4,5 { step $t; stats nosuch }; step; save session y",
    "try for t in 0.1,0.3 { swap method temp=$t; step; stats nosuch }; step 1; save session y",
    "step 3; try repeat 1 { step 2; undo }; step 1; save session y",
  ])
  func blocksReplay(_ line: String) throws {
    let session = try TrainedSession(Self.setup, redirectsFiles: true)
    _ = session.text(line)
    #expect(try replays("y", beside: session) == nil)
  }

  @Test func whatCannotRunInsideIsRefused() throws {
    let session = try TrainedSession(Self.setup + ["step 3"])
    let mark = session.bench.mark
    #expect(session.text("repeat 1 { undo }").contains("'undo' cannot run in a block"))
    #expect(
      session.text("watch loss > 0 then { seed 3 }").contains("'seed' cannot run in the block"))
    #expect(session.context.shell.watches.isEmpty && session.bench.mark == mark)
    _ = session.text("watch step == 4 then { save session zz }")
    #expect(session.context.shell.watches.isEmpty)
    // Behind another word it is found when it runs.
    _ = try session.output("watch step == 4 then { try save session zz }")
    let refused = session.text("step 2")
    #expect(refused.contains("'save session' cannot run in the block of a watch"), "\(refused)")
  }

  /// A session file is data from somewhere: it cannot run commands, write to other files, steer the
  /// terminal or trap.
  @Test(arguments: [
    ("\"let k = 3\"", "\"let k = 3; save tensors stolen.safetensors\"", "'save' is no part of"),
    ("\"let k = 3\"", "\"quit\"", "'quit' is no part of"),
    ("\"restarts\":0", "\"restarts\":-9223372036854775808", "out of range"),
    ("\"names\":[]", "\"names\":[\"\\u001b[31m\"]", "has no name of letters"),
    ("\"steps\":{\"_0\":1}", "\"epochs\":{\"_0\":1e300}", "distance is out of range"),
    ("notes.jsonl", "other.jsonl", "does not end with a recorded step"),
    ("\"projectorOut\":4", "\"projectorOut\":-4", "a choice of step 1 is out of range"),
    ("\"start\":1}]", "\"start\":7}]", "choices of its steps do not fit"),
  ])
  func aHostileFileDoesNothing(_ old: String, _ new: String, _ message: String) throws {
    let session = try TrainedSession(
      Self.setup + [
        "let k = 3", "track loss every=1step -> notes.jsonl", "step 2", "save session h",
      ],
      redirectsFiles: true)
    let files = session.context.shell.files
    let state = files.readPath("h.safetensors")
    let other = files.readPath("notes.jsonl").replacingOccurrences(of: "notes", with: "other")
    try "precious".write(toFile: other, atomically: true, encoding: .utf8)
    // The header's JSON is edited in place: its length stands in the first eight bytes.
    var bytes = try Data(contentsOf: URL(fileURLWithPath: state))
    let length = bytes.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
    let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
    func escaped(_ text: String) -> String {
      text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
    }
    #expect(header.contains(escaped(old)), "\(header.prefix(3000))")
    let tensors = bytes[(8 + length)...]
    func write(_ header: String) throws {
      var header = header
      while header.utf8.count % 8 != 0 { header += " " }
      let count = header.utf8.count
      bytes =
        Data((0..<8).map { UInt8(count >> (8 * $0) & 0xFF) }) + Data(header.utf8) + tensors
      try bytes.write(to: URL(fileURLWithPath: state))
    }
    let edited = header.replacingOccurrences(of: escaped(old), with: escaped(new))
    let loaded = try self.session(beside: session)
    try write(edited)
    #expect(loaded.text("load session h").contains("h.safetensors' is damaged: expected checksum"))
    // Who means harm leaves the checksum out.
    try write(edited.replacingOccurrences(of: "dyad.checksum", with: "dyad.other"))
    let text = loaded.text("load session h")
    #expect(text.contains(message), "\(text)")
    #expect(!text.utf8.contains(0x1B) && !loaded.context.shell.isQuitting)
    _ = loaded.text("step 1")
    #expect(try String(contentsOfFile: other, encoding: .utf8) == "precious")
  }

  /// A tensor that no state has makes a file a wrong one, whatever its name ends in.
  @Test func aRenamedCounterOfTheOptimizerIsRefused() throws {
    let session = try TrainedSession(
      Array(Self.setup.prefix { !$0.hasPrefix("optim") }) + [
        "optim adam lr=0.001", "step 2", "save session h",
      ], redirectsFiles: true)
    let state = URL(fileURLWithPath: session.context.shell.files.readPath("h.safetensors"))
    let whole = try Data(contentsOf: state)
    let name = Data("optim.backbone.conv1.weight.step".utf8)
    let place = try #require(whole.range(of: name))
    var renamed = whole
    renamed.replaceSubrange(place, with: Data("optim.backbone.conv1.weighs.step".utf8))
    try renamed.write(to: state)
    let loaded = try self.session(beside: session)
    let text = loaded.text("load session h")
    #expect(text.contains("unexpected optim.backbone.conv1.weighs.step"), "\(text)")
    try whole.write(to: state)
    _ = try loaded.output("load session h")
    #expect(loaded.bench.mark?.fingerprint == session.bench.mark?.fingerprint)
  }

  @Test(arguments: [
    ("let x = \"a\" + 1", "a text is one value in quotes"),
    ("let y = \"b\" \"c\"", "a text is one"),
    ("break mean(bank) > 3", "has no 'bank'"), ("run until norm(p1) > 3", "has no 'p1'"),
    ("tensor w:bäckbone", "'ä' does not belong"),
  ])
  func refused(_ line: String, _ message: String) throws {
    let session = try TrainedSession(Self.setup)
    let text = session.text(line)
    #expect(text.contains(message), "\(text)")
    #expect(!text.contains("\u{fffd}"))
  }
}
