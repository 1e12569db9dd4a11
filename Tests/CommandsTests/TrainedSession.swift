import CommandLanguage
import Commands
import Foundation
import Sessions

/// A small session that commands can be tried on, with its interpreter.
final class TrainedSession {
  static let attention = [
    "data demo n=200", "backbone small width=4",
    "method simclr-attn batch=16 proj=[16,8]",
  ]
  static let bank = [
    "data demo n=200", "backbone small width=4",
    "method simsiam-multi batch=16 proj=[16,8] pred=4 start=1epochs",
  ]

  let bench = Workbench(threads: 2)
  let context: CommandContext
  let interpreter: Interpreter
  private let folder = NSTemporaryDirectory() + "dyad-session-" + UUID().uuidString

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// With `redirectsFiles`, what commands write goes below a folder of this session's own.
  init(_ lines: [String] = [], steps: Int = 0, redirectsFiles: Bool = false) throws {
    context = CommandContext(workbench: bench)
    interpreter = Interpreter(context)
    SessionRecorder.attach(to: interpreter)
    if redirectsFiles { context.shell.files.redirection = folder }
    for line in lines { _ = try output(line) }
    if steps > 0 { _ = try output("step \(steps)") }
  }

  /// The output of a line's last command.
  func output(_ line: String) throws -> Output {
    var last: Result<Output, Diagnostic> = .success(.nothing)
    interpreter.run(line) { last = $0.result }
    return try last.get()
  }

  /// The table that a command gives.
  func table(_ line: String) throws -> Table {
    switch try output(line).content {
    case .table(let table): return table
    default: throw Diagnostic("'\(line)' gives no table")
    }
  }

  /// The text of a reply, stable part only, or of the error.
  func text(_ line: String) -> String {
    var out = ""
    interpreter.run(line) { reply in
      switch reply.result {
      case .success(let output): out += output.stableText
      case .failure(let error): out += error.text
      }
    }
    return out
  }
}

extension Table {
  /// A column by its title.
  func column(_ title: String) -> [Cell] {
    guard let index = columns.firstIndex(where: { $0.title == title }) else { return [] }
    return rows.map { $0[index] }
  }

  /// A column's numbers; nan where a cell is none.
  func numbers(_ title: String) -> [Double] {
    column(title).map {
      switch $0 {
      case .int(let value): Double(value)
      case .number(let value): value
      default: .nan
      }
    }
  }

  /// A column's texts.
  func texts(_ title: String) -> [String] {
    column(title).compactMap { if case .text(let text) = $0 { text } else { nil } }
  }
}

/// Whether two numbers agree to a relative tolerance, or to as much absolutely below 1.
func isClose(_ a: Double, _ b: Double, _ tolerance: Double = 1e-6) -> Bool {
  abs(a - b) <= tolerance * max(1, abs(b))
}
