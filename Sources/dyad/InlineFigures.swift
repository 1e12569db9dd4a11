import CLineEdit
import Commands
import Foundation
import Plots

/// Shows figures at the prompt where the terminal can; their path is printed in any case.
final class InlineFigures {
  /// How long a terminal may take to say what it can, in milliseconds.
  private static let patience: Int32 = 200

  private let terminal: Terminal
  private let shell: ShellState
  private let environment = ProcessInfo.processInfo.environment
  /// What the terminal said; asked once, when the first figure is there.
  private var detected: InlineFigure.Form??

  init(terminal: Terminal, shell: ShellState) {
    self.terminal = terminal
    self.shell = shell
  }

  /// Shows a file; one that cannot be shown is not worth a message, its path was printed.
  func show(_ path: String) {
    guard shell.settings[Settings.output] == .text, let form,
      let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int,
      size <= InlineFigure.maxBytes, let data = FileManager.default.contents(atPath: path),
      let picture = try? InlineFigure.encode(Array(data), as: form, in: space)
    else { return }
    terminal.write(picture + Array("\n".utf8))
  }

  private var form: InlineFigure.Form? {
    switch shell.settings[Settings.images] {
    case .off: return nil
    case .kitty: return .kitty
    case .iterm: return .iterm
    case .sixel: return .sixel
    case .auto:
      if let detected { return detected }
      let form = detect()
      detected = .some(form)
      return form
    }
  }

  private func detect() -> InlineFigure.Form? {
    guard GraphicsSupport.canAsk(environment) else { return nil }
    var reply = [CChar](repeating: 0, count: 2048)
    let count = dyad_terminal_query(
      GraphicsSupport.question, &reply, reply.count, InlineFigures.patience)
    let text = String(
      decoding: reply.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return GraphicsSupport.form(reply: text, environment: environment)
  }

  private var space: InlineFigure.Space {
    let size = dyad_terminal_size()
    return InlineFigure.Space(
      columns: Int(size.columns), rows: Int(size.rows), pixelWidth: Int(size.pixel_width),
      pixelHeight: Int(size.pixel_height))
  }
}
