import CommandLanguage
import Sessions

/// `show defaults`: every option's default in both families with its source.
enum ShowDefaults {
  /// The table: the commands' own defaults, then what the resolver chooses by family.
  static func table(_ context: CommandContext) -> Table {
    var rows: [[Table.Cell]] = []
    for name in ["data", "augment"] {
      guard let form = context.registry[name]?.plain else { continue }
      for option in form.options where option.name != "overwrite" {
        rows.append([
          .text("\(name) \(option.name)"), .text(option.defaultText), .text(option.defaultText),
          .text(name == "augment" ? "solo-learn, SimCLR appendix A" : "dyad"),
        ])
      }
    }
    rows += context.workbench.defaults().map { option in
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
