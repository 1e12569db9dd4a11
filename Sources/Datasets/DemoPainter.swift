import Tensors

/// Draws one image of the `demo` set.
struct DemoPainter {
  private let pattern: DemoPattern
  private var random: RandomStream
  /// Pattern coordinates are `turn · (pixel − centre) / period`.
  private let period: Float
  private let turn: SIMD2<Float>
  private let center: SIMD2<Float>
  /// Rotation and offset of the shape in a cell, found by a hash of the cell.
  private let cellTurns: [SIMD2<Float>]
  private let cellOffsets: [SIMD2<Float>]
  private let inkCorners: [SIMD3<Float>]
  private let groundCorners: [SIMD3<Float>]
  private let noise: Float

  init(label: Int, random source: RandomStream) {
    var random = source
    pattern = DemoPattern(rawValue: label) ?? .disk
    period = Self.number(&random, pattern.isTiled ? 9 : 7, pattern.isTiled ? 16 : 13)
    turn = Self.turn(&random)
    center = SIMD2(Self.number(&random, 6, 26), Self.number(&random, 6, 26))
    cellTurns = (0..<16).map { _ in Self.turn(&random) }
    cellOffsets = (0..<16).map { _ in
      SIMD2(Self.number(&random, -0.1, 0.1), Self.number(&random, -0.1, 0.1))
    }
    let contrast = Self.number(&random, 0.35, 0.8) * (random.next() & 1 == 0 ? 1 : -1)
    let middle = Self.number(&random, 0.35, 0.65)
    inkCorners = (0..<4).map { _ in Self.color(&random, luma: middle + contrast / 2) }
    groundCorners = (0..<4).map { _ in Self.color(&random, luma: middle - contrast / 2) }
    noise = Self.number(&random, 0.01, 0.06)
    self.random = random
  }

  private static func number(_ random: inout RandomStream, _ low: Float, _ high: Float) -> Float {
    low + (high - low) * random.uniform()
  }

  private static func turn(_ random: inout RandomStream) -> SIMD2<Float> {
    // A point of the disk, pushed to its edge, needs no sine.
    while true {
      let point = SIMD2(number(&random, -1, 1), number(&random, -1, 1))
      let square = (point * point).sum()
      if square <= 1, square > 0.01 { return point / square.squareRoot() }
    }
  }

  /// Returns a random colour of about a luma.
  private static func color(_ random: inout RandomStream, luma: Float) -> SIMD3<Float> {
    let color = SIMD3(random.uniform(), random.uniform(), random.uniform())
    let found = 0.299 * color.x + 0.587 * color.y + 0.114 * color.z
    let wanted = min(0.93, max(0.07, luma + number(&random, -0.08, 0.08)))
    // Moving along the gray axis keeps the hue; clamping costs some luma at the edges only.
    return (color + (wanted - found)).clamped(lowerBound: SIMD3(), upperBound: SIMD3(repeating: 1))
  }

  /// Returns a colour between four corners, bilinear in u and v in 0…1.
  @inline(__always)
  private static func blend(_ corners: UnsafeBufferPointer<SIMD3<Float>>, _ u: Float, _ v: Float)
    -> SIMD3<Float>
  {
    let top = corners[0] + (corners[1] - corners[0]) * u
    let bottom = corners[2] + (corners[3] - corners[2]) * u
    return top + (bottom - top) * v
  }

  /// Fills an image of [32, 32, 3] bytes.
  mutating func paint(_ target: UnsafeMutableBufferPointer<UInt8>) {
    inkCorners.withUnsafeBufferPointer { ink in
      groundCorners.withUnsafeBufferPointer { ground in
        paint(target, ink, ground)
      }
    }
  }

  private mutating func paint(
    _ target: UnsafeMutableBufferPointer<UInt8>, _ ink: UnsafeBufferPointer<SIMD3<Float>>,
    _ ground: UnsafeBufferPointer<SIMD3<Float>>
  ) {
    let side = DemoDataset.side
    let scale = 1 / Float(side - 1)
    for y in 0..<side {
      for x in 0..<side {
        let coverage = coverage(Float(x), Float(y))
        let (u, v) = (Float(x) * scale, Float(y) * scale)
        let base = Self.blend(ground, u, v)
        let grain = noise * (random.uniform() + random.uniform() - 1) * 2
        let color = base + (Self.blend(ink, u, v) - base) * coverage + grain
        let level = (color * 255 + 0.5).clamped(
          lowerBound: SIMD3(), upperBound: SIMD3(repeating: 255))
        let at = (y &* side &+ x) &* 3
        target[at] = UInt8(level.x)
        target[at &+ 1] = UInt8(level.y)
        target[at &+ 2] = UInt8(level.z)
      }
    }
  }

  /// Returns how much of a pixel the pattern covers, 0…1, with soft edges one pixel wide.
  @inline(__always)
  private func coverage(_ x: Float, _ y: Float) -> Float {
    let px = (x - center.x) / period
    let py = (y - center.y) / period
    let u = turn.x * px - turn.y * py
    let v = turn.y * px + turn.x * py
    let field = pattern.isTiled ? cell(u, v) : pattern.texture(u, v)
    return min(1, max(0, 0.5 - field * period))
  }

  /// Returns the field of the shape in the cell of a point.
  @inline(__always)
  private func cell(_ u: Float, _ v: Float) -> Float {
    let (column, row) = (u.rounded(.down), v.rounded(.down))
    let key = (Int(column) &* 7 &+ Int(row) &* 3) & 15
    let x = u - column - 0.5 - cellOffsets[key].x
    let y = v - row - 0.5 - cellOffsets[key].y
    let turn = cellTurns[key]
    return pattern.shape(turn.x * x - turn.y * y, turn.y * x + turn.x * y)
  }
}
