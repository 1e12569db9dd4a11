import CommandLanguage
import Commands
import Foundation
import Testing

/// A command that changes a number, so that the interpreter has a state to watch.
enum BumpCommand: Command {
  static let amount = Key<Int>("amount", .int(in: 1...10), default: 1, help: "how much")
  static let spec = CommandSpec(
    "bump", group: .train, summary: "Adds to the counter.", arguments: [amount],
    examples: [Example("bump", "One"), Example("bump 2", "Two")])
  static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let old = context.shell.variables["state"]
    guard case .number(let value)? = old ?? .number(0) else { return .nothing }
    if value > 20 { throw invocation.error("the counter is full", at: amount) }
    context.shell.variables["state"] = .number(value + Double(invocation[amount]))
    var output = Output.text("  bumped")
    if invocation[amount] == 10 { output.loggedText = "bump 7" }
    return output
  }
}

/// An interpreter that records its replies and what it tells the log.
final class Recorder {
  let context: CommandContext
  let interpreter: Interpreter
  let cancellation = ManualCancellation()
  var log: [String] = []
  var replies: [Reply] = []

  init() {
    context = CommandContext(
      commands: AllCommands.list + [BumpCommand.self], cancellation: cancellation)
    interpreter = Interpreter(context)
    let shell = context.shell
    interpreter.hooks.stateFingerprint = { shell.variables["state"].map { "s" + $0.text } }
    interpreter.hooks.didSucceed = { [unowned self] text, mark in
      log.append(text + (mark.map { " #= " + $0 } ?? ""))
    }
    interpreter.hooks.didFail = { [unowned self] text, _ in log.append("# failed: " + text) }
    interpreter.hooks.didBeginCell = { [unowned self] title in
      log.append("#%% " + (title.split(separator: "/").last.map(String.init) ?? ""))
    }
  }

  @discardableResult
  func type(_ line: String) -> String {
    let first = replies.count
    interpreter.run(line) { [unowned self] in replies.append($0) }
    return shown(replies[first...])
  }

  @discardableResult
  func script(_ text: String, name: String = "t.dyad") -> String {
    let first = replies.count
    interpreter.runScript(SourceText(text, name: name)) { [unowned self] in replies.append($0) }
    return shown(replies[first...])
  }

  private func shown(_ replies: ArraySlice<Reply>) -> String {
    replies.map { reply in
      switch reply.result {
      case .success(let output): output.stableText
      case .failure(let error): error.text
      }
    }.filter { !$0.isEmpty }.joined(separator: "\n")
  }
}

/// A folder that lives as long as a test.
struct TemporaryFolder: ~Copyable {
  let path: String
  init() throws {
    path = NSTemporaryDirectory() + "dyad-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }
  func file(_ name: String, _ text: String) throws -> String {
    let file = path + "/" + name
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    return file
  }
  deinit { try? FileManager.default.removeItem(atPath: path) }
}

@Suite struct InterpreterTests {
  @Test func everyDeclarationKeepsTheRules() {
    #expect(CommandContext().registry.lint() == [])
  }

  @Test func theLogHasFullCommandsAndAMarkWhenStateChanged() {
    let recorder = Recorder()
    recorder.type("bu 2 ; let k=3; help; bump 10; nonsense; bump")
    #expect(
      recorder.log == ["bump 2 #= s2", "let k = 3", "bump 7 #= s12", "# failed: nonsense"])
    #expect(recorder.replies.map(\.fingerprint) == ["s2", nil, nil, "s12", nil])
  }

  @Test func theFirstErrorEndsAScriptWithItsPlace() {
    let recorder = Recorder()
    let text = recorder.script(
      "version 1\n#%% one\nbump 2\n\n  bump 11\nbump 3\n", name: "a/b.dyad")
    #expect(
      text == """
          bumped
        a/b.dyad:5:8: error: bump: amount must be an integer in 1…10, got '11'
            bump 11
                 ^^
        note: lines 1–4 were run and stand
        """)
    #expect(recorder.log == ["#%% one", "bump 2 #= s2", "# failed: bump 11"])
  }

  @Test func aScriptWithAnOpenQuoteRunsNothing() {
    let recorder = Recorder()
    #expect(
      recorder.script("bump\nnote \"open\n").hasPrefix("t.dyad:2:6: error: the string is not"))
    #expect(recorder.log == [])
  }

  @Test func versionsAboveOneAreRefused() {
    #expect(Recorder().script("version 1\nbump") == "  bumped")
    #expect(Recorder().script("# c\nversion 1 # x\nbump") == "  bumped")
    #expect(
      Recorder().script("version 2\nbump").hasPrefix(
        "t.dyad:1:1: error: the script is written for version 2, this dyad reads versions up to 1"))
    #expect(Recorder().script("version x").hasPrefix("t.dyad:1:1: error: expected 'version 1'"))
    #expect(Recorder().script("bump\nversion 1").contains("t.dyad:2:1: error: unknown command"))
  }

  @Test func commentsAndMarksAreSkipped() {
    #expect(Recorder().script("#= 1 ab x=2\n#> out\n#%% [markdown]\n# prose\nbump") == "  bumped")
  }

  @Test func valuesOfTheCommandLineBeatTheFirstLet() {
    let recorder = Recorder()
    recorder.context.shell.give("k", "4")
    recorder.context.shell.give("root", "a b")
    recorder.script("let k = 2\nlet root = \"x\"\nbump $k\nlet k = 3\nbump $k")
    #expect(
      recorder.log == [
        "let k = 4", "let root = \"a b\"", "bump $k #= s4", "let k = 3", "bump $k #= s7",
      ])
  }

  @Test func sourceIsLoggedAsItsCommands() throws {
    let folder = try TemporaryFolder()
    let inner = try folder.file("inner.dyad", "version 1\nbump 2\nlet k = 5\n")
    let recorder = Recorder()
    #expect(recorder.type("source \(inner); bump $k") == "  bumped\n  k = 5\n  bumped")
    #expect(
      recorder.log == [
        "#%% inner.dyad", "bump 2 #= s2", "let k = 5", "#%% inner.dyad", "bump $k #= s7",
      ])
    let bad = try folder.file("bad.dyad", "bump\nbmp\n")
    let text = recorder.type("source \(bad); bump")
    #expect(text.contains("bad.dyad:2:1: error: unknown command 'bmp'"))
    #expect(text.components(separatedBy: "error").count == 2)
    let loop = folder.path + "/loop.dyad"
    _ = try folder.file("loop.dyad", "source \(loop)")
    #expect(recorder.type("source \(loop)").contains("more than 64 deep"))
    #expect(recorder.type("source \(folder.path)/none").contains("there is no file"))
    #expect(recorder.type("source \(folder.path)").contains("is a folder"))
    try Data([0x89, 0x50, 0xFF]).write(to: URL(fileURLWithPath: folder.path + "/x.dyad"))
    #expect(recorder.type("source \(folder.path)/x.dyad").contains("it starts with 89 50"))
  }

  @Test func aStopEndsTheRestOfAScript() {
    let recorder = Recorder()
    recorder.interpreter.hooks.didSucceed = { [cancellation = recorder.cancellation] _, _ in
      cancellation.request()
    }
    #expect(
      recorder.script("bump\nbump") == """
          bumped
        t.dyad:1:1: error: stopped by the user
          bump
          ^^^^
        note: line 1 up to column 4 was run and stands
        """)
    #expect(recorder.type("bump") == "  bumped")
  }

  @Test func quitEndsAScript() {
    let recorder = Recorder()
    #expect(recorder.script("bump\nquit\nbump") == "  bumped")
    #expect(recorder.context.shell.isQuitting)
  }

  @Test func repliesAsJSON() throws {
    let recorder = Recorder()
    recorder.type("let k = 0.1; bump 99")
    let objects = try recorder.replies.map { reply in
      try #require(
        try JSONSerialization.jsonObject(with: Data(reply.json.utf8)) as? [String: Any])
    }
    #expect(objects[0]["ok"] as? Bool == true)
    #expect(objects[0]["value"] as? Double == 0.1)
    let error = objects[1]["error"] as? [String: Any]
    #expect(objects[1]["command"] as? String == "bump 99")
    #expect(error?["column"] as? Int == 19)
    #expect(error?["message"] as? String == "bump: amount must be an integer in 1…10, got '99'")
  }
}
