import CommandLanguage
import Datasets
import Sessions

/// Classes as replies show them.
enum ClassText {
  /// The class's name, its number where it has none, `–` when unknown.
  static func name(_ label: Int?, _ bench: Workbench) -> String {
    guard let label, label >= 0 else { return "–" }
    let names = bench.data?.loaded.classNames ?? []
    return label < names.count ? names[label] : "\(label)"
  }

  /// The class of a training sample.
  static func name(ofSample id: Int, _ bench: Workbench) -> String {
    guard let labels = bench.data?.loaded.labels, labels.indices.contains(id) else { return "–" }
    return name(labels[id], bench)
  }

  /// Refuses sample numbers outside the data, with the caret on them.
  static func check(_ largest: Int, _ key: any AnyKey, _ invocation: Invocation, _ bench: Workbench)
    throws
  {
    guard let count = bench.data?.loaded.sampleCount, largest >= count else { return }
    let message = "sample \(largest) is out of range: the data have samples 0…\(count - 1)"
    throw Diagnostic(
      message, at: invocation.place(of: key.parameter.name, part: "\(largest)"),
      in: invocation.source)
  }
}
