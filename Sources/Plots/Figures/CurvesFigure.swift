/// Metrics over training: one panel per metric, all with the same steps.
public struct CurvesFigure: Sendable {
  /// Which direction of a metric is an improvement.
  public enum Direction: String, Sendable {
    /// Larger values are better.
    case higher = "higher is better"
    /// Smaller values are better.
    case lower = "lower is better"
    /// Neither is better as such.
    case neutral = ""
  }

  /// One recorded line.
  public struct Series: Sendable, Equatable {
    /// The run's or the metric's name; series of one name share a colour over all panels.
    public var name: String
    /// The steps, in any order.
    public var steps: [Double]
    /// The values; those that are not finite leave a gap.
    public var values: [Double]
    /// Half the height of a band around the line, such as the sd over seeds; empty for none.
    public var spread: [Double]
    /// How many values at the beginning are another line's: the mean goes on from them, they are not
    /// drawn again.
    public var lead = 0
    /// How many values after those belong to several lines, which part at the last: drawn in grey.
    public var trunk = 0
    /// The first steps of stretches that are not joined to what is before them.
    public var breaks: [Double] = []

    /// Makes a series.
    public init(_ name: String, steps: [Double], values: [Double], spread: [Double] = []) {
      self.name = name
      self.steps = steps
      self.values = values
      self.spread = spread
    }
  }

  /// A value to compare with, drawn as a dashed line.
  public struct Reference: Sendable, Equatable {
    /// What it is, such as "chance" or "1/√d".
    public var name: String
    /// The value.
    public var value: Double
    /// The first step that it is to be compared with; nil from the left edge on.
    public var first: Double?
    /// The last such step; nil to the right edge.
    public var last: Double?
    /// The series that it is to be compared with, one of which lends its colour; empty for all.
    public var series: [String] = []
    /// What the caption calls these.
    public var owners: [String] = []

    /// Makes a reference line.
    public init(_ name: String, _ value: Double, first: Double? = nil, last: Double? = nil) {
      self.name = name
      self.value = value
      self.first = first
      self.last = last
    }
  }

  /// One metric.
  public struct Panel: Sendable, Equatable {
    /// The metric's name.
    public var title: String
    /// Its unit, "" for a pure number.
    public var unit: String
    /// Which direction is an improvement.
    public var direction: Direction
    /// The lines.
    public var series: [Series]
    /// Dashed lines to compare with.
    public var references: [Reference]
    /// Whether the value axis is logarithmic.
    public var isLog: Bool

    /// Makes a panel.
    public init(
      _ title: String, unit: String = "", direction: Direction = .neutral, series: [Series],
      references: [Reference] = [], log: Bool = false
    ) {
      self.title = title
      self.unit = unit
      self.direction = direction
      self.series = series
      self.references = references
      isLog = log
    }

    /// The title with unit and direction.
    var heading: String {
      let base = unit.isEmpty ? "\(title) (–)" : "\(title) (\(unit))"
      return direction == .neutral ? base : "\(base), \(direction.rawValue)"
    }
  }

  /// Something that happened between two steps: another temperature, the gate of the memory bank.
  public struct Event: Sendable, Equatable {
    /// The first step after it; the mark stands half a step before.
    public var step: Double
    /// Its short name.
    public var name: String

    /// Makes an event.
    public init(step: Double, _ name: String) {
      self.step = step
      self.name = name
    }
  }

  /// The end of an epoch, for a second axis.
  public struct EpochEnd: Sendable, Equatable {
    /// The number of epochs that were completed.
    public var epoch: Double
    /// The last step of the epoch.
    public var step: Double

    /// Makes a tick of the second axis.
    public init(epoch: Double, step: Double) {
      self.epoch = epoch
      self.step = step
    }
  }

  /// The metrics, from top to bottom.
  public var panels: [Panel]
  /// What happened when.
  public var events: [Event] = []
  /// When epochs ended, whole and ascending; none within the steps for no second axis.
  public var epochEnds: [EpochEnd] = []
  /// The window of the moving mean in steps: 0 for none, nil to choose one for long series.
  public var smoothing: Double?
  /// What is shown, as the caption's first words.
  public var subject = "Training curves"
  /// Sentences that the caption has after the steps.
  public var remarks: [String] = []
  /// Height of one panel in points; nil to fit the page.
  public var panelHeight: Double?
  /// Size and resolution.
  public var format = FigureFormat.column

  /// Makes a figure of panels.
  public init(panels: [Panel]) {
    self.panels = panels
  }

  /// Draws the panels.
  ///
  /// - Throws: `PlotError.count` if a series has not as many values as steps.
  public func figure() throws -> Figure {
    for series in panels.flatMap(\.series) {
      guard series.values.count == series.steps.count else {
        throw PlotError.count(
          what: "values of '\(series.name)'", expected: series.steps.count,
          found: series.values.count)
      }
      guard series.spread.isEmpty || series.spread.count == series.steps.count else {
        throw PlotError.count(
          what: "spreads of '\(series.name)'", expected: series.steps.count,
          found: series.spread.count)
      }
    }
    var composer = Composer(format)
    let curves = prepared()
    guard curves.contains(where: { !$0.isEmpty }) else {
      composer.note("no values")
      return composer.finish(
        caption: "\(subject): no values.", altText: "An empty chart.", csv: csv(curves))
    }
    CurvesLayout(self, curves: curves, composer: composer).draw(in: &composer)
    return composer.finish(
      caption: caption(curves), altText: altText(curves), csv: csv(curves))
  }

  /// A series ready to draw.
  struct Curve {
    var name: String
    var colour: Colour
    var steps: [Double]
    var values: [Double]
    var smoothed: [Double]?
    var spread: [Double]
    /// How many values at the beginning belong to several lines.
    var trunk = 0
    /// Stretches of points that are joined.
    var parts: [Range<Int>]
  }

  /// Colours that stand out as thin lines on white.
  private static let lineColours: [Colour] = [
    .blue, .vermilion, Colour(hex: 0x009E73), Colour(hex: 0xCC79A7), Colour(hex: 0xE69F00),
    Colour(hex: 0x56B4E9), .black,
  ]

  /// The names that tell lines of one panel apart, in the order of their first appearance.
  var names: [String] {
    var seen: Set<String> = []
    return panels.filter { $0.series.count > 1 }.flatMap(\.series).map(\.name)
      .filter { seen.insert($0).inserted }
  }

  /// The window that is used, in steps; 0 for none.
  var window: Double {
    if let smoothing { return smoothing.isFinite ? max(smoothing, 0) : 0 }
    let longest = panels.flatMap(\.series).max { $0.steps.count < $1.steps.count }
    guard let longest, longest.steps.count > 200 else { return 0 }
    // About a fiftieth of the run, as a round number of steps.
    let rough = length / 50
    guard rough >= 1 else { return 0 }
    let power = PlotMath.power10(PlotMath.whole(PlotMath.log10(rough).rounded(.down)))
    return rough >= 5 * power ? 5 * power : rough >= 2 * power ? 2 * power : power
  }

  /// The range of all steps.
  var length: Double {
    let steps = panels.flatMap(\.series).flatMap(\.steps).filter { $0.isFinite && abs($0) < 1e15 }
    return (steps.max() ?? 0) - (steps.min() ?? 0)
  }

  /// Whether lines must be told apart: a single line is named by its panel's heading.
  var hasSeveralLines: Bool { panels.contains { $0.series.count > 1 } }

  private func prepared() -> [[Curve]] {
    let names = hasSeveralLines ? names : []
    let window = window
    return panels.map { panel in
      panel.series.compactMap { series in
        let (x, y) = CurveShape.sorted(series.steps, series.values)
        guard !x.isEmpty else { return nil }
        // A line that its panel's heading names takes no colour of the legend.
        let position = names.isEmpty ? 0 : names.firstIndex(of: series.name)
        let colour =
          position.map { $0 < Self.lineColours.count ? Self.lineColours[$0] : .grey } ?? .ink
        // A smoothed line with a band would claim a spread that is not its own.
        let smooth = window > 0 && series.spread.isEmpty
        let parts = CurveShape.parts(x, breaks: series.breaks)
        let means =
          smooth
          ? parts.flatMap { CurveShape.smoothed(Array(x[$0]), Array(y[$0]), window: window) } : nil
        let lead = min(max(0, series.lead), x.count - 1)
        let spread =
          series.spread.isEmpty ? [] : CurveShape.sorted(series.steps, series.spread).y
        return Curve(
          name: series.name, colour: colour, steps: Array(x[lead...]), values: Array(y[lead...]),
          smoothed: means.map { Array($0[lead...]) }, spread: Array(spread.dropFirst(lead)),
          trunk: min(max(0, series.trunk), x.count - lead),
          parts: parts.filter { $0.upperBound > lead }.map {
            max($0.lowerBound - lead, 0)..<$0.upperBound - lead
          })
      }
    }
  }
}
