import Files
import Tensors

/// Points in the plane whose views are their neighbours: the paper's toy.
///
/// Two Gaussians with means (−1, 0) and (1, 0) and one variance per coordinate; a view of a point
/// is a uniformly drawn point within `radius`, itself included.
/// Source: Figure 1 of the paper; `golden/README.md`, section 9.
public struct PointSet: Sendable {
  /// The number of points.
  public let count: Int
  /// The coordinates, [N, 2].
  public let points: [Float]
  /// The Gaussian that each point came from, 0 or 1 (the first half is 0); nil when dropped.
  public let labels: [Int]?
  /// The distance within which points are each other's views.
  public let radius: Float
  /// The places within `radius` of each point, itself included, ascending.
  public let neighbours: [[Int]]
  /// A hash of points and labels.
  public let hash: UInt64

  /// The names of the two Gaussians; empty without labels.
  public var classNames: [String] { labels == nil ? [] : ["left", "right"] }

  /// Makes a set from its points.
  ///
  /// Precondition: two coordinates for each label.
  public init(points: [Float], labels: [Int]?, radius: Float = 0.4) {
    precondition(points.count % 2 == 0, "\(points.count) coordinates")
    precondition(labels == nil || points.count / 2 == labels?.count, "one label a point")
    count = points.count / 2
    self.points = points
    self.labels = labels
    self.radius = radius
    neighbours = Self.neighbours(points, radius)
    var hash = ContentHash()
    points.withUnsafeBytes { hash.update($0) }
    if let labels { labels.withUnsafeBytes { hash.update($0) } }
    self.hash = hash.finalize()
  }

  private static func neighbours(_ points: [Float], _ radius: Float) -> [[Int]] {
    let limit = Double(radius) * Double(radius)
    return points.withUnsafeBufferPointer { points in
      (0..<(points.count / 2)).map { i in
        let (x, y) = (Double(points[2 * i]), Double(points[2 * i + 1]))
        var near: [Int] = []
        for j in 0..<(points.count / 2) {
          let dx = x - Double(points[2 &* j])
          let dy = y - Double(points[2 &* j &+ 1])
          if dx * dx + dy * dy <= limit { near.append(j) }
        }
        return near
      }
    }
  }

  /// Returns the points without their labels.
  func withoutLabels() -> PointSet {
    PointSet(points: points, labels: nil, radius: radius)
  }

  /// The largest number of points; the neighbour lists grow with its square.
  public static let countLimit = 5000

  /// Draws a set; the same count always gives the same points.
  ///
  /// - Parameters:
  ///   - count: the number of points, half of them (rounded up) from the left Gaussian.
  ///   - variance: the variance of each coordinate.
  ///   - radius: the distance within which points are views.
  /// - Returns: the set.
  /// - Throws: `DatasetError` when the count is out of range.
  public static func gauss2(count: Int = 100, variance: Double = 0.7, radius: Float = 0.4) throws
    -> PointSet
  {
    guard count >= 2, count <= countLimit else {
      throw DatasetError(
        "data gauss2: expected n=2 to n=\(countLimit), found \(count)", about: "n")
    }
    let scale = Float(variance.squareRoot())
    var points: [Float] = []
    var labels: [Int] = []
    for i in 0..<count {
      var random = RandomStream(seed: 0, stream: .synthetic, view: 1, sample: i)
      let isRight = i >= (count + 1) / 2
      points.append((isRight ? 1 : -1) + scale * random.normal())
      points.append(scale * random.normal())
      labels.append(isRight ? 1 : 0)
    }
    return PointSet(points: points, labels: labels, radius: radius)
  }
}
