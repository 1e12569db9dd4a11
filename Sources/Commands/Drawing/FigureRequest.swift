import CommandLanguage
import Files
import Foundation
import Images
import Plots
import Sessions

/// The options that every figure takes, and how a figure is written.
struct FigureRequest {
  static let size = Key<String>(
    "size", .word(), default: "89mm", help: "width, or width and height: 89mm, 183mm, 120x90mm")
  static let dpi = Key<Int>(
    "dpi", .int(in: 72...1200), default: 300, unit: "pixels per inch", help: "resolution")
  static let theme = Key<FigureFormat.Theme>(
    "theme", .choice(of: FigureFormat.Theme.self), default: .paper,
    help: "type sizes for print or, twice as large, for slides")
  static let data = Key<String?>(
    optional: "data", .path(["csv"]), default: "none", help: "a file for the figure's numbers")
  static let options: [any AnyKey] = [size, dpi, theme, data]
  static let output = OutputFile(["png"], isRequired: true, help: "the figure")

  /// Width, resolution and theme.
  let format: FigureFormat
  /// The height asked for in points, nil for as high as the content.
  let height: Double?
  private let invocation: Invocation
  private let context: CommandContext
  private let target: String
  private let dataTarget: String?

  /// Checks size and files before any work is done.
  ///
  /// - Throws: `Diagnostic` at the option or file that cannot be used.
  init(_ invocation: Invocation, in context: CommandContext) throws {
    self.invocation = invocation
    self.context = context
    let written = invocation[Self.size]
    guard let size = FigureSize(written) else {
      throw invocation.error(
        "\(invocation.name): size must be \(FigureSize.expected), got \(Diagnostic.quote(written))",
        at: Self.size)
    }
    if let height = size.height, !FigureFormat.widths.contains(height) {
      throw invocation.error(
        "\(invocation.name): size must be 30…600 mm high, got \(NumberFormat.short(height))",
        at: Self.size)
    }
    do {
      format = try FigureFormat(
        widthMM: size.width, dpi: Double(invocation[Self.dpi]), theme: invocation[Self.theme])
    } catch let error as PlotError {
      throw invocation.error("\(invocation.name): \(error)", at: Self.size)
    }
    height = size.height.map { $0 / 25.4 * 72 }
    let files = context.shell.files
    guard let target = try files.checkedPath(for: invocation) else {
      throw invocation.outputError("\(invocation.name) needs '-> FILE.png'")
    }
    self.target = target
    dataTarget = try Self.dataTarget(invocation, files)
  }

  private static func dataTarget(
    _ invocation: Invocation, _ files: WrittenFiles
  ) throws -> String? {
    guard let path = invocation[Self.data] else { return nil }
    guard (path as NSString).pathExtension.lowercased() == "csv" else {
      throw invocation.error(
        "\(invocation.name): data must be a file ending in .csv, got \(Diagnostic.quote(path))",
        at: Self.data)
    }
    do {
      return try files.checkedPath(path, for: invocation)
    } catch let error as Diagnostic {
      throw invocation.error(error.message, at: Self.data, help: error.help)
    }
  }

  /// Writes a figure with its origin, and its numbers where asked, and describes it.
  ///
  /// - Parameters:
  ///   - figure: The figure, drawn with `format`.
  ///   - summary: The figure's essence for the reply, a few words.
  /// - Returns: The reply; its data hold the caption and the alternative text.
  /// - Throws: `Diagnostic` when the content is higher than the size asked for; `FileError`.
  func write(_ figure: Figure, summary: String) throws -> Output {
    let figure = try fitted(figure)
    let png = try figure.png(text: origin)
    if let dataTarget {
      try AtomicFile.write(figure.csv, to: dataTarget)
      context.shell.files.didWrite(dataTarget)
    }
    try AtomicFile.write(png, to: target)
    context.shell.files.didWrite(target)
    return Output(
      .figure(
        FigureOutput(
          path: invocation.outputPath ?? target, width: figure.pixelWidth,
          height: figure.pixelHeight, caption: summary)),
      data: [("caption", .string(figure.caption)), ("alt", .string(figure.altText))])
  }

  /// Draws errors about the figure's input at the command.
  func drawing(_ make: () throws -> Figure) throws -> Figure {
    do {
      return try make()
    } catch let error as PlotError {
      throw invocation.error("\(invocation.name): \(error)")
    }
  }

  private func fitted(_ figure: Figure) throws -> Figure {
    guard let height else { return figure }
    // Half a pixel of rounding is no reason to refuse.
    guard figure.height <= height + 36 / figure.dpi else {
      let needed = (figure.height / 72 * 25.4).rounded(.up)
      let width = NumberFormat.short(format.widthMM)
      throw invocation.error(
        "\(invocation.name): the figure is \(NumberFormat.short(needed)) mm high at this width, "
          + "size asks for \(NumberFormat.short(height / 72 * 25.4))", at: Self.size,
        help: "size=\(width)x\(NumberFormat.short(needed))mm")
    }
    var taller = figure
    taller.height = height
    return taller
  }

  /// Where the figure comes from, as text for the file.
  private var origin: [PNG.TextEntry] {
    let origin = context.workbench.origin
    var entries = [
      ("Software", "dyad"), ("Command", invocation.canonicalText),
      ("Log position", "\(context.log.entries.count + 1)"), ("Seed", "\(origin.seed)"),
      ("Step", "\(origin.step)"), ("Epoch", "\(origin.epoch)"),
    ]
    if let hash = origin.dataHash {
      let digits = String(hash, radix: 16)
      entries.append(
        ("Data hash", String(repeating: "0", count: 16 - digits.count) + digits))
    }
    if let fingerprint = origin.fingerprint {
      entries.append(("Fingerprint", fingerprint.description))
    }
    return entries.map { PNG.TextEntry(key: $0.0, value: $0.1) }
  }

  /// When the shown state was reached, for captions: `step 80, epoch 5`.
  var moment: String {
    let origin = context.workbench.origin
    return origin.step == 0 ? "before training" : "step \(origin.step)"
  }
}
