import CommandLanguage
import Sessions
import Tensors

/// Writes a session, tensors or features.
public enum SaveCommand: Command {
  static let name = Key<String>("name", .path(), help: "the path without ending")
  static let state = Key<Bool>("state", .onOff, default: true, help: "write the tensors too")
  static let moments = Key<Bool>(
    "moments", .onOff, default: true,
    help: "write named moments and the ends of other branches too, to NAME.moments")
  static let file = Key<String>("file", .path(["safetensors"]), help: "the file to write")
  static let patterns = Key<[String]?>(
    optional: "patterns", .list(of: .word(.tensors)), default: "all",
    help: "names, * stands for anything")
  static let optim = Key<Bool>("optim", .onOff, default: false, help: "the optimizer's state too")
  static let layer = Key<EvaluationLayer>(
    "layer", .choice(of: EvaluationLayer.self), default: .h, help: "which features")
  static let on = Key<EvaluationSet>(
    "on", .choice(of: EvaluationSet.self), default: .train, help: "which samples")

  /// The declaration.
  public static let spec = CommandSpec(
    "save", group: .sessions, summary: "Writes a session, tensors or features.",
    requiring: [
      CommandForm(
        "session", summary: "Writes NAME.dyad (the log, a script) and NAME.safetensors.",
        arguments: [name], options: [state, moments], writesFile: true,
        examples: [
          Example("save session run1", "run1.dyad replays it, run1.safetensors resumes it"),
          Example("save session run1 moments=off", "The present state alone"),
        ]
      ),
      CommandForm(
        "tensors", summary: "Writes parameters, buffers and bank under PyTorch's names.",
        arguments: [file, patterns], options: [optim], writesFile: true,
        examples: [
          Example("save tensors weights.safetensors backbone.*", "The backbone's tensors")
        ]),
      CommandForm(
        "features", summary: "Writes features, index and labels of a set, in eval mode.",
        arguments: [file], options: [layer, on], writesFile: true,
        examples: [Example("save features h.safetensors layer=h on=test", "Test features")]),
    ], seeAlso: ["load", "replay", "export"])

  /// Writes.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let bench = context.workbench
    let files = context.shell.files
    switch invocation.subcommand {
    case "session":
      let base =
        invocation[name].hasSuffix(".dyad")
        ? String(invocation[name].dropLast(5)) : invocation[name]
      let last = base.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
      guard !["", ".", ".."].contains(last) else {
        throw invocation.error(
          "\(Diagnostic.quote(invocation[name])) is a folder: the session needs a name in it",
          at: name, help: "save session \(last.isEmpty ? base : base + "/")run1")
      }
      let endings = invocation[state] ? [".safetensors", ".dyad"] : [".dyad"]
      let targets = try endings.map { try files.checkedPath(base + $0, for: invocation) ?? base }
      let target = String((targets.last ?? base).dropLast(5))
      var log = context.log
      log.close(with: bench.mark)
      let saved = try context.saveSession(
        at: target, log: log, state: invocation[state], moments: invocation[moments],
        TimeTravel.watcher(context))
      var written = saved.files
      for path in written { files.didWrite(path) }
      context.savedEntries = context.log.entries.count
      // A log alone cannot be loaded.
      context.savedAs = invocation[state] ? base : nil
      if saved.moments > 0 {
        let count = "\(saved.moments) other moment\(saved.moments == 1 ? "" : "s")"
        written.append("\(base)\(Timeline.storedEnding)/ (\(count))")
      }
      return .text("  " + written.joined(separator: "  "))
    case "tensors":
      let path = try files.checkedPath(invocation[file], for: invocation) ?? ""
      let count = try bench.saveTensors(
        path, patterns: invocation[patterns] ?? [], optimizer: invocation[optim])
      files.didWrite(path)
      return .text("  \(path)  \(count) tensors")
    default:
      let path = try files.checkedPath(invocation[file], for: invocation) ?? ""
      let work = LongWork(context, "features")
      let table = try bench.saveFeatures(
        path, layer: invocation[layer], on: invocation[on],
        isCancelled: { context.cancellation.isRequested }, progress: { work.report($0, $1) })
      files.didWrite(path)
      let shape = table.features.shape
      return .text("  \(path)  \(invocation[layer].rawValue) [\(shape[0]), \(shape[1])]")
    }
  }
}
