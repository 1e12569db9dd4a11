import CommandLanguage
import Datasets
import Files
import Foundation
import Kernels
import Sessions

/// Ties the interpreter to the workbench: the log, its marks, and the settings that reach the engine.
public enum SessionRecorder {
  /// Lets an interpreter record into its context's log.
  public static func attach(to interpreter: Interpreter) {
    let context = interpreter.context
    let bench = context.workbench
    bench.trackPlace = { [unowned context] in context.shell.files.writePlace($0) }
    bench.willBeginFile = { [unowned context] in context.keepRunning() }
    interpreter.hooks.stateFingerprint = { [unowned bench] in
      bench.mark.map { String($0.text.dropFirst(3)) }
    }
    interpreter.hooks.didSucceed = { [unowned context] text, changed in
      context.shell.settings.follow(context.workbench)
      let reads = context.workbench.takeReads().map { note($0, context.shell.files) }
      context.loggedBeforeFailure = nil
      var mark = changed.flatMap { SessionLog.Mark("#= " + $0) }
      if !reads.isEmpty { mark = mark ?? context.workbench.mark }
      mark?.notes += reads
      context.log.append(text, mark: mark, output: context.reply)
      // Variables come back with what the user did as a whole: one undo for a block or a script.
      context.timeline.note(command: text, attachment: ShellMoment(context))
    }
    interpreter.hooks.didReply = { [unowned context] text, isLogged in
      context.reply = context.watchReplies
      context.watchReplies = StoredOutput()
      guard isLogged else { return }
      context.reply.append(StoredOutput(context.shell.files.withGivenPaths(text)))
    }
    interpreter.hooks.willBeginBlock = { [unowned context] in context.log.entries.count }
    interpreter.hooks.didEndBlock = { [unowned context] begin, text in
      context.log.join(from: begin, into: text)
    }
    interpreter.hooks.didEndPart = { [unowned context] text in
      context.timeline.pend(command: text)
      guard !context.isUnlogged else { return }
      save(context, isInBlock: true)
      context.journal?.keepBegun(context.log)
    }
    interpreter.hooks.didEndEach = { [unowned context] text in
      note(text, in: context)
      context.timeline.closeEach(last: text)
      keep(context)
    }
    interpreter.hooks.didEnd = { [unowned context] text in
      note(text, in: context)
      context.timeline.close(command: text)
      keep(context)
    }
    interpreter.hooks.didFail = { [unowned context] text, error in
      _ = context.workbench.takeReads()
      if let done = context.loggedBeforeFailure {
        context.log.append(done, mark: context.workbench.mark)
        context.loggedBeforeFailure = nil
      }
      context.log.append(comment: FailureNote.comment(oneLine(text), oneLine(error.message)))
    }
    interpreter.hooks.didBeginCell = { [unowned context] title in
      context.log.append(
        comment: HarmlessText.line("#%% " + oneLine(title)).trimmingCharacters(in: .whitespaces))
    }
    interpreter.hooks.didWriteProse = { [unowned context] comment in
      context.log.append(comment: HarmlessText.lines(comment).joined(separator: " "))
    }
    context.shell.settings.willChange = { [unowned context] name, value in
      try apply(name, value, to: context)
    }
    context.timeline.willForget = { [unowned context] in
      context.onProgress(
        .line(
          "  no room for all moments: from now on the oldest changes of choices and ends of branches "
            + "are forgotten ('set snapshots', 'set spill')"))
    }
    context.timeline.begin(with: ShellMoment(context))
    for key in [Settings.snapshots, Settings.spill] {
      guard let value = key.parameter.defaultValue else { continue }
      try? apply(key.parameter.name, value, to: context)
    }
  }

  /// Puts what a command did on disk, the state before the line that leads to it.
  private static func keep(_ context: CommandContext) {
    save(context, isInBlock: false)
    do {
      try context.journal?.keep(context.log, isNew: context.logWasReplaced)
      context.logWasReplaced = false
      context.keepRunning()
      context.journal?.keepSaved(at: context.hasUnsavedChanges ? nil : context.savedAs)
      context.journalFails = false
    } catch {
      // Said once; every further command tries again.
      if !context.journalFails {
        context.onProgress(
          .line("  a crash now would lose this: \(Interpreter.diagnostic(error).message)"))
      }
      context.journalFails = true
    }
  }

  private static func save(_ context: CommandContext, isInBlock: Bool) {
    do {
      try context.autosave?.commandEnded(context, isInBlock: isInBlock)
    } catch {
      context.autosave = nil
      context.onProgress(
        .line("  autosave is off, it failed: \(Interpreter.diagnostic(error).message)"))
    }
  }

  /// Keeps the moment after a command.
  private static func note(_ text: String, in context: CommandContext) {
    context.shell.settings.follow(context.workbench)
    context.timeline.note(command: text, attachment: ShellMoment(context))
  }

  private static func apply(_ name: String, _ value: Value, to context: CommandContext) throws {
    let bench = context.workbench
    switch (name, value) {
    case ("threads", .int(let count)): bench.setThreads(count)
    case ("threads", _): bench.setThreads(ProcessInfo.processInfo.activeProcessorCount)
    case ("conv", .text(let text)):
      if let algorithm = ConvolutionChoice(rawValue: text) {
        try bench.configure { $0.convolution = algorithm }
      }
    case ("memory", .size(let size)):
      let limit = bytes(size, of: installedMemory)
      guard limit > 0 else { throw Diagnostic("memory must be more than 0") }
      bench.memoryLimit = limit
    case ("snapshots", .size(let size)):
      context.timeline.budget = bytes(size, of: installedMemory)
    case ("spill", .size(let size)):
      context.timeline.spillLimit = bytes(size, of: SpillFile.freeDisk)
    case ("nonfinite", .text(let text)): bench.allowsNonFinite = text == "allow"
    default: break
    }
  }

  private static var installedMemory: Int {
    Int(clamping: ProcessInfo.processInfo.physicalMemory)
  }

  private static func bytes(_ size: MemorySize, of all: Int) -> Int {
    switch size {
    case .bytes(let count): count
    case .share(let part): Int(exactly: (Double(all) * part).rounded(.down)) ?? all
    }
  }

  /// A file that a command read, as a mark notes it: `reads=SIZE:HASH:PATH`.
  private static func note(_ file: FileRecord, _ files: WrittenFiles) -> String {
    // The user's path: the folder of a replay or a recovery is gone after it.
    let path =
      files.givenPath(file.path).addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? ""
    return "reads=\(file.size):\(String(file.hash, radix: 16)):\(path)"
  }

  /// The first file of a mark that is no longer as it was recorded, with what was expected.
  static func changedFile(_ mark: SessionLog.Mark, files: WrittenFiles) -> String? {
    for note in mark.notes where note.hasPrefix("reads=") {
      let parts = note.dropFirst(6).split(separator: ":", maxSplits: 2).map(String.init)
      guard parts.count == 3, let path = parts[2].removingPercentEncoding else { continue }
      guard let now = try? FileRecord.read(files.readPath(path)) else {
        return "'\(path)' cannot be read: expected \(parts[0]) bytes of hash \(parts[1])"
      }
      let hash = String(now.hash, radix: 16)
      if parts[0] != "\(now.size)" || parts[1] != hash {
        return "'\(path)' changed: expected \(parts[0]) bytes of hash \(parts[1]), "
          + "found \(now.size) of hash \(hash)"
      }
    }
    return nil
  }

  private static func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}
