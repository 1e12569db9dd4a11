import CommandLanguage
import Sessions

/// Draws figures as PNG files.
public enum VizCommand: Command {
  /// The declaration.
  public static let spec = CommandSpec(
    "viz", group: .draw, summary: "Draws figures as PNG files.",
    details: "Every figure carries its caption, command, seed, data hash and fingerprint in the "
      + "file. data=FILE.csv also writes the numbers that are drawn.",
    requiring: [
      VizGraph.form, VizAttention.form, VizBank.form, VizCurves.form, VizViews.form,
      VizSpectrum.form, VizHistogram.form,
    ], seeAlso: ["augment", "bank", "attn", "track"])

  /// Draws one kind.
  public static func run(_ invocation: Invocation, in context: CommandContext) throws -> Output {
    let request = try FigureRequest(invocation, in: context)
    let bench = context.workbench
    switch invocation.subcommand {
    case VizGraph.form.name:
      let isOfBatch = invocation[VizGraph.set] == .batch
      return try VizGraph.run(
        invocation, request, isOfBatch ? context.benchWithBatch : bench, in: context)
    case VizAttention.form.name:
      return try VizAttention.run(invocation, request, context.benchWithBatch)
    case VizBank.form.name: return try VizBank.run(invocation, request, bench)
    case VizCurves.form.name: return try VizCurves.run(invocation, request, in: context)
    case VizViews.form.name: return try VizViews.run(invocation, request, bench)
    case VizSpectrum.form.name:
      let isOfBatch = invocation[VizSpectrum.set] == .batch
      return try VizSpectrum.run(
        invocation, request, isOfBatch ? context.benchWithBatch : bench, in: context)
    case VizHistogram.form.name: return try VizHistogram.run(invocation, request, in: context)
    default: throw invocation.error("no figure \(Diagnostic.quote(invocation.subcommand))")
    }
  }
}
