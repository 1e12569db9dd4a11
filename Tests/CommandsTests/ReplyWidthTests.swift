import Foundation
import Testing

@testable import CommandLanguage
@testable import Commands

/// Replies in the width of a terminal, and their stable text, which knows none.
@Suite(.serialized) struct ReplyWidthTests {
  private static let setUp = [
    "data demo n=128", "backbone small width=4", "method simclr-attn batch=32 proj=[16,8]",
    "optim sgd lr=0.05", "step 3",
  ]
  private static let commands = [
    "show", "show config", "show model", "show optim", "show health", "show runs", "show defaults",
    "collapse", "params", "params projector", "snap first", "step", "snap list", "stats z1",
    "stats z1 by=col", "batch show", "batch ids", "attn", "attn matrix", "attn top k=3",
    "attn top pairs=neg", "attn sample", "tensor z1[0:3, :8]", "tensor z1[0]",
    "tensor g:backbone.conv2.weight", "set", "sys", "schedule show", "knn",
    "track loss,z_std,contrast_acc,erank,align,uniform every=2steps -> a-name-that-is-long.jsonl",
    "track list", "watch norm(g:projector.fc1.weight) > 100 then { print loss }", "watch list",
    "rewind first", "optim sgd lr=0.5", "step 2", "branch list", "compare @main/s3 @main-2/s5",
    "undo", "redo", "print norm(z1) + 2", "history", "help", "help attn", "help expressions",
    "viz curves loss -> curves.png",
  ]
  private static let bankCommands = [
    "bank", "bank rows 0..5", "bank ages", "bank drift", "bank near 5", "batch show", "show health",
  ]

  private func checkReplies(_ setUp: [String], _ commands: [String]) throws {
    let session = try TrainedSession(setUp, redirectsFiles: true)
    for command in commands {
      let output: Output
      do {
        output = try session.output(command)
      } catch {
        Issue.record("\(command): \((error as? Diagnostic)?.text ?? "\(error)")")
        continue
      }
      let whole = output.stableText
      for width in [80, 60, 40] {
        let text = output.stableText(width: width)
        // A word that is wider than the terminal stands on a line of its own.
        for line in text.split(separator: "\n") where DisplayWidth.of(line) > width {
          #expect(line.split(separator: " ").count == 1, "\(command) at \(width): \(line)")
        }
        #expect(
          Set(text.split(whereSeparator: \.isWhitespace))
            == Set(whole.split(whereSeparator: \.isWhitespace)), "\(command) at \(width)")
      }
      #expect(output.stableText(width: 1000) == whole, "\(command)")
      #expect(output.stableText == whole)
    }
  }

  @Test func noLineOfAReplyIsWiderThanTheTerminal() throws {
    try checkReplies(Self.setUp, Self.commands)
  }

  @Test func norOneOfTheMemoryBank() throws {
    try checkReplies(TrainedSession.bank + ["epoch 2"], Self.bankCommands)
  }

  @Test func theHealthOfAStepIsReadAsATableOfBlocks() throws {
    let session = try TrainedSession(
      ["data demo n=128", "backbone small width=4", "method simclr batch=32", "step 1"])
    let lines = try session.output("show health").stableText(width: 60).components(
      separatedBy: "\n")
    #expect(
      lines.filter { $0.hasPrefix("  metric ") }.map { $0.split(separator: " ") }
        == [["metric", "value", "against"], ["metric", "reading"]])
    #expect(
      lines.contains("  contrast_acc  share of views whose positive ranks first")
        && lines.contains("    of 1/√d, erank above a tenth of 32"))
  }

  @Test func aTerminalShowsBlocksAndTheSessionKeepsTheWholeTable() throws {
    let folder = try TemporaryFolder()
    let lines = Self.setUp + ["params projector", "show health", "tensor z1[0:3, :8]"]
    func script(_ name: String) -> String {
      (lines + ["save session \(name)"]).joined(separator: "\n")
    }
    let session = try TerminalSession(
      ["-c", script("narrow")],
      environment: [
        "TERM": "xterm", "HOME": folder.path, "XDG_STATE_HOME": folder.path, "LANG": "C.UTF-8",
        "NO_COLOR": "1",
      ], columns: 40, folder: folder.path)
    #expect(session.shows("narrow.dyad") && session.exitStatus() == 0)
    let shown = session.shown.replacing("\r\n", with: "\n")
    #expect(shown.contains("\n\n  parameter             relative   grad\n"), "\(shown)")
    #expect(shown.split(separator: "\n").allSatisfy { DisplayWidth.of($0) <= 40 }, "\(shown)")
    let run = try DyadProcess.run(["-c", script("wide")], folder: folder.path)
    #expect(run.status == 0)
    func replies(_ name: String) throws -> [Substring] {
      try String(contentsOfFile: folder.path + "/\(name).dyad", encoding: .utf8)
        .split(separator: "\n").filter { $0.hasPrefix("#>") }
    }
    let wide = try replies("wide")
    #expect(try replies("narrow") == wide && wide.count > 20)
    let table = try TrainedSession(Self.setUp).output("params projector").stableText
    #expect(run.output.contains(table))
  }
}
