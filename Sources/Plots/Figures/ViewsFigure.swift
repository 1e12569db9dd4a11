/// Images beside the views that augmentation made of them.
public struct ViewsFigure: Sendable {
  /// A view's place in its original, in the original's pixels.
  public struct CropBox: Sendable, Equatable {
    /// The first row.
    public var top: Double
    /// The first column.
    public var left: Double
    /// The number of rows.
    public var height: Double
    /// The number of columns.
    public var width: Double

    /// Makes a box.
    public init(top: Double, left: Double, height: Double, width: Double) {
      self.top = top
      self.left = left
      self.height = height
      self.width = width
    }
  }

  /// One view of an image.
  public struct View: Sendable, Equatable {
    /// The view, in displayable colours.
    public var picture: Bitmap
    /// Where it was cut from; nil if unknown.
    public var box: CropBox?
    /// Its similarity, written below it; nil for none.
    public var similarity: Double?
    /// Its weight in the loss, written below it; nil for none.
    public var weight: Double?
    /// Anything else to write below it, such as "flip, grey".
    public var note: String

    /// Makes a view.
    public init(
      _ picture: Bitmap, box: CropBox? = nil, similarity: Double? = nil, weight: Double? = nil,
      note: String = ""
    ) {
      self.picture = picture
      self.box = box
      self.similarity = similarity
      self.weight = weight
      self.note = note
    }
  }

  /// One row: an image and its views.
  public struct Sample: Sendable, Equatable {
    /// What is written at the left, such as the sample's id.
    public var title: String
    /// The name of its class, written below the title.
    public var className: String
    /// The image before augmentation.
    public var original: Bitmap
    /// Its views.
    public var views: [View]

    /// Makes a row.
    public init(_ title: String, className: String = "", original: Bitmap, views: [View]) {
      self.title = title
      self.className = className
      self.original = original
      self.views = views
    }
  }

  /// The rows.
  public var samples: [Sample]
  /// The headings of the views' columns; "view 1", "view 2", … where missing.
  public var headings: [String] = []
  /// What the similarity is, for the caption.
  public var similarityName = "cosine similarity of the pair"
  /// What the weight is, for the caption.
  public var weightName = "weight in the loss"
  /// Figure pixels per image pixel; nil for as many as fit, at most 6.
  public var magnification: Int?
  /// What is shown, as the caption's first words.
  public var subject = "Views"
  /// Size and resolution.
  public var format = FigureFormat.column

  /// Makes a figure of rows.
  public init(samples: [Sample]) {
    self.samples = samples
  }

  /// The colours of the views' boxes and frames.
  static let colours: [Colour] = [
    .blue, .vermilion, Colour(hex: 0x009E73), Colour(hex: 0xCC79A7), Colour(hex: 0xE69F00),
    Colour(hex: 0x56B4E9),
  ]

  /// Draws the rows.
  ///
  /// - Throws: `PlotError.count` if more rows or views are given than a page can hold.
  public func figure() throws -> Figure {
    var composer = Composer(format)
    guard !samples.isEmpty else {
      composer.note("no samples")
      return composer.finish(
        caption: "\(subject): no samples.", altText: "An empty figure.", csv: csv())
    }
    guard samples.count <= 200 else {
      throw PlotError.count(what: "rows, at most", expected: 200, found: samples.count)
    }
    let grid = try ViewsGrid(self, composer: composer)
    grid.draw(in: &composer)
    return composer.finish(caption: caption(), altText: altText(), csv: csv())
  }

  private func caption() -> String {
    var text = "\(subject): \(NumberFormat.count(samples.count)) "
    text += samples.count == 1 ? "image" : "images"
    let views = samples.flatMap(\.views)
    if views.contains(where: { $0.box != nil }) {
      text += " with the crop boxes of their views, in the colours of the views' frames"
    }
    text += ". Pixels are enlarged, not interpolated."
    if views.contains(where: { $0.similarity != nil }) { text += " s: \(similarityName)." }
    if views.contains(where: { $0.weight != nil }) { text += " w: \(weightName)." }
    return text
  }

  private func altText() -> String {
    let views = samples.map(\.views.count).max() ?? 0
    return "\(samples.count) images, each beside \(views) augmented views."
  }

  private func csv() -> String {
    var text = "sample,class,view,top,left,height,width,similarity,weight,note\n"
    for sample in samples {
      for (i, view) in sample.views.enumerated() {
        let box = view.box.map {
          [$0.top, $0.left, $0.height, $0.width].map(NumberFormat.csv).joined(separator: ",")
        }
        text += "\(NumberFormat.csv(sample.title)),\(NumberFormat.csv(sample.className)),\(i + 1),"
        text += "\(box ?? ",,,"),\(view.similarity.map(NumberFormat.csv) ?? ""),"
        text += "\(view.weight.map(NumberFormat.csv) ?? ""),\(NumberFormat.csv(view.note))\n"
      }
    }
    return text
  }
}
