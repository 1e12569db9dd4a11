/// The shape of a mark, so that classes differ by more than colour.
public enum Marker: Sendable, Equatable, CaseIterable {
  /// A disc.
  case circle
  /// A square standing on its side.
  case square
  /// A triangle pointing upwards.
  case triangle
  /// A square standing on its corner.
  case diamond
  /// A triangle pointing downwards.
  case triangleDown
  /// A ring, for what is not shown by its own class.
  case ring
}

/// How one class is shown.
public struct ClassStyle: Sendable, Equatable {
  /// The class's colour.
  public var colour: Colour
  /// The class's mark.
  public var marker: Marker
  /// The class's name.
  public var name: String
}

/// Colours and marks for the classes of a data set.
///
/// Source: classes 1–8, M. Okabe and K. Ito, "Color Universal Design", 2008; classes 9–17, the
/// "muted" scheme of P. Tol, SRON/EPS/TN/09-002, with other marks. Every further class is grey.
public struct ClassPalette: Sendable {
  /// How many classes get a colour of their own.
  public static let capacity = 17

  /// Okabe and Ito's eight colours, in the order of use.
  public static let okabeIto: [Colour] = [
    Colour(hex: 0x0072B2), Colour(hex: 0xE69F00), Colour(hex: 0x009E73), Colour(hex: 0xCC79A7),
    Colour(hex: 0x56B4E9), Colour(hex: 0xD55E00), Colour(hex: 0xF0E442), Colour(hex: 0x000000),
  ]

  /// Tol's nine muted colours, in the order of use.
  public static let tolMuted: [Colour] = [
    Colour(hex: 0x882255), Colour(hex: 0x999933), Colour(hex: 0x332288), Colour(hex: 0xCC6677),
    Colour(hex: 0x44AA99), Colour(hex: 0xDDCC77), Colour(hex: 0x117733), Colour(hex: 0x88CCEE),
    Colour(hex: 0xAA4499),
  ]

  private let styles: [Int: ClassStyle]
  /// The classes that occur and have a colour, in ascending order.
  public let classes: [Int]
  /// How many classes occur without a colour of their own.
  public let otherCount: Int

  /// The style of classes that have no colour of their own.
  public static let other = ClassStyle(
    colour: Colour(hex: 0xA6A6A6), marker: .ring, name: "other classes")
  /// The style of what has no class.
  public static let unlabelled = ClassStyle(
    colour: Colour(hex: 0xA6A6A6), marker: .ring, name: "no class")

  /// Gives styles to the classes that occur; with too many, to the most frequent ones.
  ///
  /// - Parameters:
  ///   - labels: The class of every sample; nil where unknown.
  ///   - names: The classes' names, by class number; missing ones are written "class 12".
  public init(labels: [Int?], names: [String] = []) {
    var counts: [Int: Int] = [:]
    for case let label? in labels { counts[label, default: 0] += 1 }
    let frequent = counts.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
      .prefix(Self.capacity).map(\.key).sorted()
    // A data set of few classes keeps a class's colour whatever sample is drawn.
    let largest = counts.keys.max() ?? 0
    let byNumber = largest < Self.capacity && (counts.keys.min() ?? 0) >= 0
    var styles: [Int: ClassStyle] = [:]
    for (position, label) in frequent.enumerated() {
      let name = names.indices.contains(label) ? names[label] : "class \(label)"
      styles[label] = Self.style(byNumber ? label : position, name: name)
    }
    self.styles = styles
    classes = frequent
    otherCount = counts.count - frequent.count
  }

  /// Returns how a class is shown.
  public func style(of label: Int?) -> ClassStyle {
    guard let label else { return Self.unlabelled }
    return styles[label] ?? Self.other
  }

  private static func style(_ position: Int, name: String) -> ClassStyle {
    if position < okabeIto.count {
      return ClassStyle(colour: okabeIto[position], marker: .circle, name: name)
    }
    let i = position - okabeIto.count
    let markers: [Marker] = [.square, .triangle, .diamond]
    return ClassStyle(
      colour: tolMuted[i % tolMuted.count], marker: markers[i % markers.count], name: name)
  }
}

extension DrawList {
  /// Draws a class mark with a white rim, so that it stands out from lines under it.
  ///
  /// - Parameters:
  ///   - marker: The shape.
  ///   - centre: The middle, in points.
  ///   - radius: The radius of a disc of the same weight, in points.
  ///   - colour: The fill; a ring is drawn in it and filled white.
  ///   - rim: The width of the white rim, in points; 0 for none.
  public mutating func marker(
    _ marker: Marker, at centre: Point, radius: Double, colour: Colour, rim: Double = 0
  ) {
    let path = marker.path(at: centre, radius: marker == .ring ? radius * 0.8 : radius)
    if rim > 0 { stroke(path, StrokeStyle(.white, width: 2 * rim)) }
    if marker == .ring {
      fill(path, .white)
      stroke(path, StrokeStyle(colour, width: radius * 0.5))
    } else {
      fill(path, colour)
    }
  }
}

extension Marker {
  /// Returns the outline; all shapes have the disc's area.
  func path(at c: Point, radius r: Double) -> Path {
    switch self {
    case .circle, .ring: return Path(center: c, radius: r)
    case .square:
      let h = r * 0.886
      return Path(rect: Rect(x: c.x - h, y: c.y - h, width: 2 * h, height: 2 * h))
    case .diamond:
      let h = r * 1.253
      return Path(
        points: [
          Point(c.x, c.y - h), Point(c.x + h, c.y), Point(c.x, c.y + h), Point(c.x - h, c.y),
        ], closed: true)
    case .triangle, .triangleDown:
      // Equilateral: side 2.694 r has the area π r²; its centre of mass lies on `c`.
      let half = r * 1.347
      let up = r * 1.555 * (self == .triangle ? 1 : -1)
      return Path(
        points: [
          Point(c.x, c.y - up), Point(c.x + half, c.y + up / 2), Point(c.x - half, c.y + up / 2),
        ], closed: true)
    }
  }
}
