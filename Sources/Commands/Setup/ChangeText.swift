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
}
