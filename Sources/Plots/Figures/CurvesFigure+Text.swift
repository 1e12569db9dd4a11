extension CurvesFigure {
  func caption(_ curves: [[Curve]]) -> String {
    var text = "\(subject): "
    text += panels.map(\.title).joined(separator: ", ") + ". "
    let range = curves.flatMap { $0 }.flatMap(\.steps)
    if let first = range.min(), let last = range.max() {
      text += "Steps \(NumberFormat.short(first, digits: 9)) to "
      text += "\(NumberFormat.short(last, digits: 9)). "
    }
    if window > 0, curves.flatMap({ $0 }).contains(where: { $0.smoothed != nil }) {
      text += "Heavy line: centred mean over \(NumberFormat.short(window, digits: 6)) steps"
      text += window > 0.1 * length ? ", more than 10 % of the run; " : "; "
      text += "faint line: every recorded step. "
    }
    if panels.flatMap(\.series).contains(where: { !$0.spread.isEmpty }) {
      text += "Bands: ± one standard deviation. "
    }
    for remark in remarks { text += remark + " " }
    text += referenceSentence(curves)
    let lost = curves.flatMap { $0 }.reduce(0) { $0 + $1.values.count { !$0.isFinite } }
    if lost > 0 { text += "Gaps: \(NumberFormat.count(lost)) values that are not finite. " }
    for (panel, lines) in zip(panels, curves) where panel.isLog {
      guard CurvesLayout.isLogarithmic(panel, lines) else {
        text += "No value of \(panel.title) is positive: its axis is linear. "
        continue
      }
      let hidden = lines.reduce(0) { $0 + $1.values.count { $0.isFinite && $0 <= 0 } }
      if hidden > 0 {
        text += "\(NumberFormat.count(hidden)) values of \(panel.title) are not positive and have "
        text += "no place on its logarithmic axis. "
      }
    }
    return String(text.dropLast())
  }

  /// The levels of the dashed lines that are drawn; where panels or stretches differ, by those.
  private func referenceSentence(_ curves: [[Curve]]) -> String {
    let steps = curves.flatMap { $0 }.flatMap(\.steps)
    let (low, high) = (steps.min() ?? 0, steps.max() ?? 0)
    let all = zip(panels, curves).flatMap { panel, lines in
      let isLog = CurvesLayout.isLogarithmic(panel, lines)
      return panel.references.filter { reference in
        reference.value.isFinite && (!isLog || reference.value > 0)
          && reference.first ?? low <= high && reference.last ?? high >= low
      }.map { (panel.title, $0) }
    }
    guard !all.isEmpty else { return "" }
    var seen: Set<String> = []
    let list = all.map(\.1.name).filter { seen.insert($0).inserted }.map { name in
      let own = all.filter { $0.1.name == name }
      let values = own.map { NumberFormat.short($0.1.value) }
      let isWhole = own.allSatisfy {
        $0.1.first == nil && $0.1.last == nil && $0.1.owners.isEmpty
      }
      if isWhole, Set(values).count == 1 { return "\(name) = \(values[0])" }
      let places = own.map { title, reference in
        [
          panels.count > 1 ? title : "", stretch(reference),
          reference.owners.isEmpty ? "" : "of " + reference.owners.joined(separator: ", "),
        ].filter { !$0.isEmpty }.joined(separator: " ")
      }
      return name + " = " + zip(values, places).map { "\($0) (\($1))" }.joined(separator: ", ")
    }
    return "Dashed: \(list.joined(separator: "; ")). "
  }

  private func stretch(_ reference: Reference) -> String {
    func number(_ step: Double) -> String { NumberFormat.short(step, digits: 9) }
    switch (reference.first, reference.last) {
    case (nil, nil): return ""
    case (nil, let last?): return "to step \(number(last))"
    case (let first?, nil): return "from step \(number(first))"
    case (let first?, let last?):
      return first == last
        ? "at step \(number(first))" : "steps \(number(first))–\(number(last))"
    }
  }

  func altText(_ curves: [[Curve]]) -> String {
    let parts = zip(panels, curves).map { panel, lines in
      let ends = lines.prefix(3).compactMap { line -> String? in
        let finite = line.values.filter(\.isFinite)
        guard let first = finite.first, let last = finite.last else { return nil }
        let name = lines.count > 1 ? "\(line.name) " : ""
        return "\(name)from \(NumberFormat.short(first)) to \(NumberFormat.short(last))"
      }
      return "\(panel.title) \(ends.joined(separator: ", "))"
    }
    return "Line charts over training steps: " + parts.joined(separator: "; ") + "."
  }

  /// One line per recorded value.
  func csv(_ curves: [[Curve]]) -> String {
    var text = "panel,series,step,value,smoothed,spread\n"
    for (panel, lines) in zip(panels, curves) {
      let title = NumberFormat.csv(panel.title)
      for line in lines {
        let name = NumberFormat.csv(line.name)
        for i in line.steps.indices {
          let smooth = line.smoothed.map { NumberFormat.csv($0[i]) } ?? ""
          let spread = line.spread.isEmpty ? "" : NumberFormat.csv(line.spread[i])
          text += "\(title),\(name),\(NumberFormat.csv(line.steps[i])),"
          text += "\(NumberFormat.csv(line.values[i])),\(smooth),\(spread)\n"
        }
      }
    }
    for event in events { text += "event,\(NumberFormat.csv(event.name)),\(event.step),,,\n" }
    return text
  }
}
