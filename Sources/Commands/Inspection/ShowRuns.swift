import CommandLanguage
import Sessions

/// `show runs`: a row for every model of the session.
enum ShowRuns {
  /// The table; a measurement that was not taken is empty.
  static func table(_ bench: Workbench) -> Table {
    func number(_ value: Double?) -> Table.Cell { value.map { .number($0) } ?? .none }
    return Table(
      [
        Table.Column("method"), Table.Column("backbone"), Table.Column("steps"),
        Table.Column("epochs"), Table.Column("loss", decimals: 4),
        Table.Column("z std", decimals: 4), Table.Column("erank", decimals: 1),
        Table.Column("knn untrained", unit: "%", decimals: 2),
        Table.Column("knn", unit: "%", decimals: 2), Table.Column("gain", decimals: 2),
      ],
      rows: bench.runs.map { run in
        let gain = run.knn.flatMap { last in run.untrainedKNN.map { last - $0 } }
        return [
          .text(run.method), .text(run.backbone), .int(run.steps), .int(run.epochs),
          number(run.loss), number(run.zStd), number(run.effectiveRank),
          number(run.untrainedKNN), number(run.knn), number(gain),
        ]
      },
      notes: bench.runs.isEmpty
        ? ["  no model was trained or evaluated yet"]
        : ["  knn untrained needs 'knn' or 'track knn' before the first step, knn and erank later"])
  }
}
