import CommandLanguage
import Plots
import Sessions

/// `viz bank`: similarities between rows of the memory bank, their ages and their drift.
enum VizBank {
  static let count = Key<Int?>(
    optional: "n", .int(in: 2...2000), default: "200", unit: "rows",
    help: "how many rows, evenly over the classes")

  static let form = CommandForm(
    "bank", summary: "Draws cosines between rows of the memory bank, their ages and drift.",
    options: [count] + FigureRequest.options, output: FigureRequest.output,
    examples: [
      Example("viz bank n=200 -> b.png", "Rows by class; below, ages and drift since written")
    ])

  static func run(
    _ invocation: Invocation, _ request: FigureRequest, _ bench: Workbench
  ) throws -> Output {
    let data = try bench.bankData(count: invocation[count])
    let figure = try request.drawing {
      var figure = BankFigure(.similarity(data.cosines), labels: data.samples.labels)
      figure.classNames = data.samples.classNames
      let pictures = data.samples.thumbnails.map { $0.flatMap { Bitmap($0) } }
      if pictures.contains(where: { $0 != nil }) { figure.thumbnails = pictures }
      figure.ages = data.ages.map { $0.map(Double.init) ?? .nan }
      figure.drifts = data.drifts
      figure.driftName = "drift 1 − cos(row, z now) (–)"
      figure.ids = data.samples.ids
      figure.subject = subject(data, request)
      figure.format = request.format
      return try figure.figure()
    }
    return try request.write(figure, summary: summary(data))
  }

  private static func subject(_ data: BankData, _ request: FigureRequest) -> String {
    let state = data.isActive ? "in use" : "not in use yet"
    // Rows are of an augmented view in train mode, so that they differ from z even when fresh.
    return "Memory bank (\(data.rows) × \(data.dimension), \(state); drift against z in eval mode "
      + "without augmentation), \(request.moment)"
  }

  private static func summary(_ data: BankData) -> String {
    let written = data.ages.compactMap { $0 }
    let drift = data.drifts.reduce(0, +) / Double(max(1, data.drifts.count))
    var parts = ["\(data.samples.count) of \(data.rows) rows"]
    if let low = written.min(), let high = written.max() {
      let range = low == high ? "\(low)" : "\(low)–\(high)"
      parts.append("age \(range) epoch\(high == 1 ? "" : "s")")
    }
    let never = data.ages.count - written.count
    if never > 0 { parts.append("\(never) never written") }
    parts.append("mean drift \(NumberFormat.fixed(drift, 3))")
    return parts.joined(separator: ", ")
  }
}
