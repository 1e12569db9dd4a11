import CommandLanguage
import Datasets
import Foundation
import Sessions

/// Reopens a session or restores weights.
public enum LoadCommand: Command {
  static let name = Key<String>("name", .path(["dyad"]), help: "the path without ending")
  static let file = Key<String>("file", .path(["safetensors"]), help: "the weights")
  static let strict = Key<Bool>(
    "strict", .onOff, default: true, help: "a part that the file has must be whole")

  /// The declaration.
  public static let spec = CommandSpec(
    "load", group: .sessions, summary: "Reopens a session or restores weights.",
    requiring: [
      CommandForm(
        "session", summary: "Takes over a saved session; 'undo' goes back to the one before it.",
        arguments: [name], isLogged: false,
        examples: [Example("load session run1", "Goes on where run1 was saved")]),
      CommandForm(
        "weights", summary: "Restores what a safetensors file has; other parts stay.",
        arguments: [file], options: [strict],
        examples: [
          Example("load weights weights.safetensors", "Backbone names with or without backbone.")
        ]),
    ], seeAlso: ["save", "replay"])

  /// Loads.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let bench = context.workbench
    if invocation.subcommand == "session" {
      var base = invocation[name]
      for ending in [".dyad", ".safetensors"] where base.hasSuffix(ending) {
        base = String(base.dropLast(ending.count))
      }
      let found = context.shell.files.readPath(base + ".safetensors")
      let files = FileManager.default
      if !files.fileExists(atPath: found), files.fileExists(atPath: base + ".dyad") {
        throw invocation.error(
          "'\(base)' was saved without a state: there is no '\(base).safetensors'", at: name,
          help: "source \(base).dyad")
      }
      let left = context.timeline.leave(owner: LeftSession(context))
      let loaded = try bench.loadSession(String(found.dropLast(12)))
      let hadUnsaved = context.hasUnsavedChanges
      let wasLeft = context.leaveJournal()
      let name = HarmlessText.line(base)
      var notes = context.goOn(with: loaded, at: String(found.dropLast(12)), named: name)
      context.savedEntries = context.log.entries.count
      context.savedAs = base
      context.timeline.keepLeft(left)
      if let path = context.autosave?.path {
        // Its files are those of the session before.
        context.autosave = nil
        notes.append("  autosave '\(HarmlessText.line(path))' is off: it is of the session before")
      }
      if hadUnsaved {
        let ways =
          (context.timeline.canComeBack ? ["'undo' goes back to it"] : [])
          + (wasLeft ? ["after 'quit' dyad --recover brings it back"] : [])
        notes.append(
          "  the session before it was not saved: "
            + (ways.isEmpty ? "that is gone" : ways.joined(separator: ", ")))
      }
      // The session goes on, so that it may be saved there again.
      for ending in [".safetensors", ".dyad"] { context.shell.files.didWrite(base + ending) }
      let shape = loaded.extras?.timeline
      context.log.append(
        comment: SessionLog.loadedHere(name, hasMoments: shape?.hasStored == true))
      if let more = shape?.storedText { notes.insert("  " + more, at: 0) }
      let check = loaded.fingerprint.map { "fingerprint \($0) verified" } ?? "no model yet"
      var output = Output.text(
        (["  step \(loaded.step)   e\(loaded.epoch)   " + check] + notes).joined(separator: "\n"))
      output.replacesLog = true
      return output
    }
    let path = context.shell.files.readPath(invocation[file])
    let report = try bench.loadWeights(path, strict: invocation[strict])
    bench.note(reads: [try FileRecord.read(path)])
    return .text(LoadText.line(report))
  }
}

/// Says what a weights file restored.
enum LoadText {
  /// One line, with what was left alone.
  static func line(_ report: Learner.LoadReport) -> String {
    var text = "  restored \(report.restored) tensors: " + report.parts.joined(separator: ", ")
    if !report.withoutStatistics.isEmpty {
      text +=
        "   running statistics absent in "
        + report.withoutStatistics.joined(separator: ", ") + ": kept as they are"
    }
    if !report.unused.isEmpty { text += "   \(report.unused.count) names unused" }
    if !report.missing.isEmpty { text += "   \(report.missing.count) not restored" }
    return text
  }
}
