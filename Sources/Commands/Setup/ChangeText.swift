import Sessions

/// Says what a change of the configuration kept and renewed.
enum ChangeText {
  /// The lines; empty when there was no model yet.
  static func lines(_ report: Workbench.ChangeReport) -> [String] {
    guard !(report.kept + report.renewed + report.dropped).isEmpty else { return [] }
    var parts: [String] = []
    if !report.kept.isEmpty { parts.append("kept " + report.kept.joined(separator: ", ")) }
    if !report.renewed.isEmpty { parts.append("new " + report.renewed.joined(separator: ", ")) }
    if !report.dropped.isEmpty {
      parts.append("without " + report.dropped.joined(separator: ", "))
    }
    if report.restarted { parts.append("counters back to step 0") }
    return ["  " + parts.joined(separator: "; ")]
  }

  /// What of other parts changed with the method, for it was not set: a line, or nothing.
  static func followed(from old: [ResolvedOption], to new: [ResolvedOption]) -> [String] {
    let parts = ["optim", "schedule"]
    let changes = new.filter { parts.contains($0.part) }.compactMap { option -> String? in
      let before = old.first { $0.part == option.part && $0.name == option.name }
      guard let before, before.value != option.value else { return nil }
      return "\(option.part) \(option.name) \(before.value) → \(option.value)"
    }
    guard !changes.isEmpty else { return [] }
    return ["  not set, so the method's own now: " + changes.joined(separator: ", ")]
  }
}
