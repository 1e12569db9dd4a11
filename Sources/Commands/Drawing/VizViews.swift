import CommandLanguage
import Datasets
import Images
import Plots
import Sessions

/// `viz views`: images with the crop boxes of their random views, and the views.
enum VizViews {
  static let ids = Key<Indices>("ids", .indices, help: "sample numbers")
  static let count = Key<Int>(
    "n", .int(in: 1...32), default: 4, unit: "views", help: "views of each, two an epoch")
  /// The most rows of one figure.
  static let maxRows = 100

  static let form = CommandForm(
    "views", summary: "Draws images beside random views, with the views' crop boxes.",
    arguments: [ids], options: [count] + FigureRequest.options, output: FigureRequest.output,
    examples: [
      Example("viz views 0..5 -> v.png", "Six images, the views of this and the next epoch"),
      Example("viz views 12,40 n=8 size=183mm -> v.png", "Eight views of two images"),
    ])

  static func run(
    _ invocation: Invocation, _ request: FigureRequest, _ bench: Workbench
  ) throws -> Output {
    let indices = invocation[ids]
    guard indices.count <= maxRows else {
      throw invocation.error(
        "viz views: at most \(maxRows) images fit a figure, got \(indices.count)", at: ids)
    }
    let images = try bench.trainingImages()
    let samples = try indices.expanded.map {
      try sample($0, views: bench.sampleViews($0, count: invocation[count]), images)
    }
    let epoch = bench.origin.epoch
    let figure = try request.drawing {
      var figure = ViewsFigure(samples: samples.map(\.drawn))
      figure.headings = (0..<invocation[count]).map { "e\(epoch + $0 / 2) view \($0 % 2 + 1)" }
      figure.subject =
        "Random views from epoch \(epoch) on, below them the crop's share of the area"
      figure.format = request.format
      return try figure.figure()
    }
    let shares = samples.flatMap(\.shares)
    let mean = shares.reduce(0, +) / Double(max(1, shares.count))
    return try request.write(
      figure,
      summary: "\(samples.count) images, \(invocation[count]) views each, crops cover "
        + "\(NumberFormat.fixed(100 * mean, 0)) % of an image on average")
  }

  private static func sample(
    _ id: Int, views: [SampleView], _ images: ImageDataset
  ) throws -> (drawn: ViewsFigure.Sample, shares: [Double]) {
    let source = RGBImage(
      width: images.width, height: images.height, pixels: images.thumbnail(id))
    guard let original = Bitmap(source) else {
      throw SessionError("sample \(id) has no pixels")
    }
    let label = images.labels?[id]
    let name = label.map {
      images.classNames.indices.contains($0) ? images.classNames[$0] : "\($0)"
    }
    let drawn = views.compactMap { view in
      Bitmap(view.image).map { picture in
        let box = view.parameters.crop
        return ViewsFigure.View(
          picture,
          box: ViewsFigure.CropBox(
            top: Double(box.top), left: Double(box.left), height: Double(box.height),
            width: Double(box.width)), note: note(view))
      }
    }
    return (
      ViewsFigure.Sample("\(id)", className: name ?? "", original: original, views: drawn),
      views.map(\.areaShare)
    )
  }

  /// What was done to a view besides the crop.
  private static func note(_ view: SampleView) -> String {
    let p = view.parameters
    var parts = ["\(NumberFormat.fixed(100 * view.areaShare, 0)) %"]
    if p.isFlipped { parts.append("flip") }
    if p.isGrayscale { parts.append("grey") }
    if p.blurSigma != nil { parts.append("blur") }
    if p.solarizeThreshold != nil { parts.append("solarize") }
    if p.isEqualized { parts.append("equalize") }
    return parts.joined(separator: ", ")
  }
}
