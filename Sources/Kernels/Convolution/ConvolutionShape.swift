/// The shape of a 2-D convolution on NHWC maps with square stride and padding, no dilation.
public struct ConvolutionShape: Sendable, Hashable {
  /// The number of images.
  public var n: Int
  /// The height of the input map.
  public var h: Int
  /// The width of the input map.
  public var w: Int
  /// The number of input channels.
  public var c: Int
  /// The number of output channels.
  public var k: Int
  /// The kernel's height.
  public var r: Int
  /// The kernel's width.
  public var s: Int
  /// The step between output positions.
  public var stride: Int
  /// The number of zero rows and columns around the input.
  public var padding: Int

  /// Makes a shape; see the properties for the letters.
  public init(
    n: Int, h: Int, w: Int, c: Int, k: Int, r: Int, s: Int, stride: Int, padding: Int
  ) {
    self.n = n
    self.h = h
    self.w = w
    self.c = c
    self.k = k
    self.r = r
    self.s = s
    self.stride = stride
    self.padding = padding
  }

  /// The height of the output map.
  public var oh: Int { (h + 2 * padding - r) / stride + 1 }
  /// The width of the output map.
  public var ow: Int { (w + 2 * padding - s) / stride + 1 }
  /// The floating-point operations of one pass by direct convolution.
  public var flops: Double { 2 * Double(n * oh * ow) * Double(c * k) * Double(r * s) }
}

/// A run of taps in one kernel row: source row `dy`, source columns `dx ..< dx + count`.
struct TapRun {
  var dy: Int
  var dx: Int
  var count: Int
  /// The place of the run's first float in a gathered row.
  var offset: Int
}

/// How rows of patches are gathered from an NHWC map: forward, and each parity class of the
/// gradient of the input, are the same walk with other taps and steps.
struct Gather {
  var n: Int
  /// Source map.
  var h: Int
  var w: Int
  var c: Int
  /// Grid of gathered rows, and the step between their source positions.
  var gh: Int
  var gw: Int
  var step: Int
  var runs: [TapRun]
  /// The floats in a gathered row.
  var depth: Int

  /// The number of gathered rows.
  var rows: Int { n * gh * gw }

  /// The gather of the forward pass: tap (r, s) reads row y·stride + r − padding.
  static func forward(_ g: ConvolutionShape) -> Gather {
    let runs = (0..<g.r).map {
      TapRun(dy: $0 - g.padding, dx: -g.padding, count: g.s, offset: $0 * g.s * g.c)
    }
    return Gather(
      n: g.n, h: g.h, w: g.w, c: g.c, gh: g.oh, gw: g.ow, step: g.stride, runs: runs,
      depth: g.r * g.s * g.c)
  }

  /// Whether the gathered matrix is the source itself (1×1, stride 1).
  var isIdentity: Bool {
    step == 1 && gh == h && gw == w && runs.count == 1 && runs[0].count == 1 && runs[0].dy == 0
      && runs[0].dx == 0
  }

  /// Writes gathered rows `first ..< first + count`, floats `low ..< high` of each, to `out`.
  func fill(
    _ x: FloatPointer, runs: UnsafePointer<TapRun>, runRange: Range<Int>, first: Int, count: Int,
    out: MutableFloatPointer, ld: Int
  ) {
    let base = runs[runRange.lowerBound].offset
    var place = GatherPlace(self, first)
    for row in 0..<count {
      let o = out + row &* ld
      for index in runRange {
        let run = runs[index]
        let d = o + (run.offset &- base)
        let sy = place.y &* step &+ run.dy
        let length = run.count &* c
        guard sy >= 0, sy < h else {
          zero(d, length)
          continue
        }
        let sx = place.x &* step &+ run.dx
        let left = max(0, min(run.count, -sx))
        let right = max(left, min(run.count, w &- sx))
        if left > 0 { zero(d, left &* c) }
        if right > left {
          let pixel = (place.image &* h &+ sy) &* w &+ sx &+ left
          copy(x + pixel &* c, d + left &* c, (right &- left) &* c)
        }
        if right < run.count { zero(d + right &* c, (run.count &- right) &* c) }
      }
      place.advance(self)
    }
  }

  /// Cuts the runs into blocks of about `limit` floats, so that a block of rows fits the caches.
  func blocks(limit: Int) -> [Range<Int>] {
    var out: [Range<Int>] = []
    var start = 0
    var size = 0
    for (i, run) in runs.enumerated() {
      let length = run.count * c
      if i > start, size + length > limit {
        out.append(start..<i)
        start = i
        size = 0
      }
      size += length
    }
    out.append(start..<runs.count)
    return out
  }
}

/// The image and grid position of a gathered row, counted on without divisions.
struct GatherPlace {
  private(set) var x: Int
  private(set) var y: Int
  private(set) var image: Int

  @inline(__always)
  init(_ gather: Gather, _ row: Int) {
    x = row % gather.gw
    y = row / gather.gw % gather.gh
    image = row / (gather.gw * gather.gh)
  }

  @inline(__always)
  mutating func advance(_ gather: Gather) {
    x &+= 1
    guard x == gather.gw else { return }
    x = 0
    y &+= 1
    guard y == gather.gh else { return }
    y = 0
    image &+= 1
  }
}

@inline(__always)
func zero(_ p: MutableFloatPointer, _ count: Int) {
  var i = 0
  while i &+ 8 <= count {
    store8(p + i, F8.zero)
    i &+= 8
  }
  // The last vector once more, so that no float of a short row goes by itself.
  if count >= 8, i < count {
    store8(p + (count &- 8), F8.zero)
    return
  }
  while i < count {
    p[i] = 0
    i &+= 1
  }
}

@inline(__always)
func copy(_ s: FloatPointer, _ d: MutableFloatPointer, _ count: Int) {
  var i = 0
  while i &+ 8 <= count {
    store8(d + i, load8(s + i))
    i &+= 8
  }
  if count >= 8, i < count {
    store8(d + (count &- 8), load8(s + (count &- 8)))
    return
  }
  while i < count {
    d[i] = s[i]
    i &+= 1
  }
}
