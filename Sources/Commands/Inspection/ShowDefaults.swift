import CommandLanguage
import Datasets
import Sessions

/// `show defaults`: every option's default in both families with its source.
enum ShowDefaults {
  /// The table: the commands' own defaults, then what the resolver chooses by family.
  static func table(_ context: CommandContext) throws -> Table {
    var rows: [[Table.Cell]] = []
    for option in context.registry["data"]?.plain?.options ?? [] {
      rows.append([
        .text("data \(option.name)"), .text(option.defaultText), .text(option.defaultText),
        .text("dyad"),
      ])
    }
    let (left, right) = (pipeline(.simsiam), pipeline(.simclr))
    for ((name, simsiam), (_, simclr)) in zip(left, right) {
      rows.append([
        .text("augment \(name)"), .text(simsiam), .text(simclr),
        .text("solo-learn's CIFAR script | SimCLR, appendix B.9"),
      ])
    }
    rows += try context.workbench.defaults().map { option in
      [
        .text("\(option.part) \(option.name)"), cell(option.simsiam?.value),
        cell(option.simclr?.value), .text(source(option)),
      ]
    }
    for setting in Settings.all {
      let parameter = setting.key.parameter
      rows.append([
        .text("set \(parameter.name)"), .text(parameter.defaultText), .text(parameter.defaultText),
        .text("dyad"),
      ])
    }
    return Table(
      [
        Table.Column("option"), Table.Column("simsiam"), Table.Column("simclr"),
        Table.Column("source"),
      ], rows: rows,
      notes: [
        "  simsiam: simsiam and simsiam-multi; simclr: simclr and simclr-attn; – does not exist there",
        "  lr is before scale_lr; 'help COMMAND' explains each option",
      ])
  }

  /// The fields of a preset as `augment` names them.
  private static func pipeline(_ p: Augmentation) -> [(String, String)] {
    func range(_ r: ClosedRange<Double>?) -> String {
      r.map { NumberFormat.short($0.lowerBound) + ":" + NumberFormat.short($0.upperBound) } ?? "off"
    }
    let jitter = [p.brightness, p.contrast, p.saturation, p.hue].map(NumberFormat.short)
    return [
      ("crop", range(p.cropScale)), ("ratio", range(p.cropRatio)),
      ("jitter", "[" + jitter.joined(separator: ",") + "]"),
    ]
      + [
        ("p_jitter", p.jitterProbability), ("gray", p.grayscaleProbability),
        ("blur", p.blurProbability), ("solarize", p.solarizeProbability),
        ("equalize", p.equalizeProbability), ("flip", p.flipProbability),
      ].map { ($0.0, NumberFormat.short($0.1)) }
  }

  private static func cell(_ text: String?) -> Table.Cell { text.map { .text($0) } ?? .none }

  private static func source(_ option: DefaultOption) -> String {
    switch (option.simsiam?.source, option.simclr?.source) {
    case (let a?, let b?) where a != b: "\(a) | \(b)"
    case (let a?, _): a
    case (_, let b?): b
    default: ""
    }
  }
}
