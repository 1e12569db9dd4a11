/// A growing block of uninitialised-free memory that keeps its place between images.
struct ScratchBuffer<Element: BitwiseCopyable>: ~Copyable {
  private(set) var base: UnsafeMutablePointer<Element>
  private var capacity: Int
  private let zero: Element

  init(zero: Element) {
    self.zero = zero
    capacity = 64
    base = .allocate(capacity: capacity)
    base.initialize(repeating: zero, count: capacity)
  }

  /// Makes room for a count of elements; growing does not keep the contents.
  mutating func reserve(_ count: Int) -> UnsafeMutablePointer<Element> {
    if count > capacity {
      base.deallocate()
      capacity = count + count / 2
      base = .allocate(capacity: capacity)
      // Vector loops read (and ignore) a few elements past the end.
      base.initialize(repeating: zero, count: capacity)
    }
    return base
  }

  deinit { base.deallocate() }
}

/// A working image in three planes, and the memory that its operations need, reused between images.
///
/// Load pixels, apply operations in place, then write the result out. Every operation computes what
/// Pillow 12 computes for an 8-bit RGB image, bit for bit. One instance serves one thread.
public final class ImageScratch {
  /// The number of columns of the working image.
  public internal(set) var width = 0
  /// The number of rows of the working image.
  public internal(set) var height = 0

  /// The distance between planes; loops over whole vectors may touch the slack between them.
  private(set) var stride = 0
  var front = ScratchBuffer<UInt8>(zero: 0)
  var back = ScratchBuffer<UInt8>(zero: 0)
  var middle = ScratchBuffer<UInt8>(zero: 0)
  var block = ScratchBuffer<UInt8>(zero: 0)
  var resampledBlock = ScratchBuffer<UInt8>(zero: 0)
  var sums = ScratchBuffer<UInt32>(zero: 0)
  var levels = ScratchBuffer<Float>(zero: 0)
  var levelsMean: [Float] = []
  var levelsStd: [Float] = []
  var tables = ResampleTables()

  /// Makes an empty working image.
  public init() {}

  /// The number of pixels.
  var count: Int { width * height }

  /// How many elements vector loops may touch past the end of a buffer.
  static let slack = 64

  /// Gives the working image a size; the contents are undefined until written.
  func resize(width: Int, height: Int) -> UnsafeMutablePointer<UInt8> {
    self.width = width
    self.height = height
    stride = (width * height + 63) & ~63
    return front.reserve(3 * stride + Self.slack)
  }

  /// Returns a buffer of the working image's layout, for operations that cannot work in place.
  func reserveBack() -> UnsafeMutablePointer<UInt8> {
    back.reserve(3 * stride + Self.slack)
  }

  /// Makes the back buffer the working image.
  func swapBuffers() {
    swap(&front, &back)
  }

  /// Loads interleaved `[H, W, 3]` samples.
  public func load(_ pixels: UnsafePointer<UInt8>, width: Int, height: Int) {
    precondition(width > 0 && height > 0, "an image cannot be \(width)×\(height)")
    let planes = resize(width: width, height: height)
    Self.split(pixels, into: planes, planeStride: stride, count: width * height)
  }

  /// Loads an image.
  public func load(_ image: RGBImage) {
    image.pixels.withUnsafeBufferPointer { pixels in
      guard let base = pixels.baseAddress else { return }
      load(base, width: image.width, height: image.height)
    }
  }

  /// Writes interleaved `[H, W, 3]` samples, mirrored left to right if asked.
  public func write(to pixels: UnsafeMutablePointer<UInt8>, mirrored: Bool = false) {
    let red = front.base
    let green = red + stride
    let blue = green + stride
    guard mirrored else {
      for i in 0..<count {
        pixels[3 &* i] = red[i]
        pixels[3 &* i &+ 1] = green[i]
        pixels[3 &* i &+ 2] = blue[i]
      }
      return
    }
    let width = width
    for y in 0..<height {
      var to = pixels + 3 &* y &* width
      var from = y &* width &+ width &- 1
      for _ in 0..<width {
        to[0] = red[from]
        to[1] = green[from]
        to[2] = blue[from]
        to += 3
        from &-= 1
      }
    }
  }

  /// Returns the working image, mirrored left to right if asked.
  public func image(mirrored: Bool = false) -> RGBImage {
    let pixels = [UInt8](unsafeUninitializedCapacity: count * 3) { buffer, initialized in
      if let base = buffer.baseAddress { write(to: base, mirrored: mirrored) }
      initialized = count * 3
    }
    return RGBImage(width: width, height: height, pixels: pixels)
  }

  /// Separates interleaved samples into planes.
  static func split(
    _ pixels: UnsafePointer<UInt8>, into planes: UnsafeMutablePointer<UInt8>, planeStride: Int,
    count: Int
  ) {
    let green = planes + planeStride
    let blue = green + planeStride
    var i = 0
    while i < count {
      planes[i] = pixels[3 &* i]
      green[i] = pixels[3 &* i &+ 1]
      blue[i] = pixels[3 &* i &+ 2]
      i &+= 1
    }
  }
}
