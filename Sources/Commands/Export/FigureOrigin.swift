import CommandLanguage
import Foundation
import Images
import Sessions

/// Where a figure comes from, as the text chunks of its file say.
struct FigureOrigin {
  let command: String
  /// The file that the command wrote; nil when its name has a variable.
  let path: String?
  let step: Int?
  let seed: String?
  let dataHash: String?
  let fingerprint: String?

  /// Reads the text chunks; nil when no command of this program wrote them.
  init?(_ text: [PNG.TextEntry]) {
    func value(_ key: String) -> String? { text.first { $0.key == key }?.value }
    guard value("Software") == "dyad", let command = value("Command") else { return nil }
    self.command = command
    var path: String?
    for case .command(let statement) in (try? Lexer.items(of: SourceText(command))) ?? [] {
      path = path ?? FigureTracker.outputs(of: statement).first
    }
    self.path = path
    step = value("Step").flatMap { Int($0) }
    seed = value("Seed")
    dataHash = value("Data hash")
    fingerprint = value("Fingerprint")
  }
}

/// A command of a script that draws.
struct DrawingCommand {
  /// The verb with its subcommand.
  let name: String
  /// The whole command: as a figure's file has it, or with variables as it stands in the script.
  let text: String
  /// Whether it has variables: a script by hand may be written otherwise than the file has it.
  let hasVariables: Bool
  /// The file after `->`; nil when its name has a variable.
  let path: String?

  /// Whether a figure's command is this one, as far as this one is known.
  func isSame(as command: String) -> Bool {
    text == command || hasVariables && command.hasPrefix(name + " ")
  }

  /// A command without what does not change the picture: its file, and whether it replaces one.
  static func drawn(_ command: String) -> String {
    let end = command.range(of: " -> ", options: .backwards)?.lowerBound
    return String(command[..<(end ?? command.endIndex)]).replacing(" overwrite=on", with: "")
  }
}

/// What a reply says of a figure: the commands that may have drawn it, and in which state.
struct FigureClaim {
  /// The file as the reply names it.
  let path: String
  /// The commands; none when the script does not show them, as those of a sourced file.
  var commands: [DrawingCommand] = []
  /// Whether it is one plain command, which draws the state before it.
  var isPlain = false
  /// The state before the commands, as the log marks it.
  var before: SessionLog.Mark?
  /// The state after them.
  var after: SessionLog.Mark?
  /// The seed and the data, where the script tells them.
  var seed: String?
  var dataHash: String?

  /// Why a file is not the figure of the reply, as what stands after its name; nil when it is.
  ///
  /// - Parameters:
  ///   - origin: What the file says of itself; nil when it says nothing.
  ///   - isOtherSize: Whether the reply gives another size.
  /// - Returns: `was drawn by another command since: …` and the like.
  func fault(of origin: FigureOrigin?, isOtherSize: Bool) -> String? {
    guard let origin else { return "was not drawn by dyad: it does not say by which command" }
    let state = fingerprint(of: origin)
    // Where the state is known, the same picture is the same whatever its file was called.
    let isDrawn =
      state != nil
      && commands.contains {
        DrawingCommand.drawn($0.text) == DrawingCommand.drawn(origin.command)
      }
    let isSame =
      (origin.path == nil || origin.path == path)
      && (commands.isEmpty || commands.contains { $0.isSame(as: origin.command) })
    guard isDrawn || isSame else {
      return "was drawn by another command since: "
        + HarmlessText.line(String(origin.command.prefix(200)))
    }
    if state == false || state == nil && isElsewhere(origin) {
      let step = origin.step.map { ", at step \($0)" } ?? ""
      return "was drawn again since, in another state\(step)"
    }
    return isOtherSize ? "was drawn again since, in another size" : nil
  }

  /// Whether the fingerprint is that of the state that the reply shows; nil when that is unknown.
  private func fingerprint(of origin: FigureOrigin) -> Bool? {
    guard isPlain, let expected = before?.fingerprint, let found = origin.fingerprint else {
      return nil
    }
    return expected == found
  }

  /// Whether seed, data or step cannot be those of the commands.
  private func isElsewhere(_ origin: FigureOrigin) -> Bool {
    func differs(_ a: String?, _ b: String?) -> Bool {
      if let a, let b { a != b } else { false }
    }
    if differs(seed, origin.seed) || differs(dataHash, origin.dataHash) { return true }
    guard let step = origin.step, let before, let after = isPlain ? before : after,
      before.step <= after.step
    else { return false }
    return !(before.step...after.step).contains(step)
  }
}
