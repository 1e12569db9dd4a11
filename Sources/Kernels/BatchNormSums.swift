/// Two quantities at places of a map, to be summed per channel.
///
/// A type instead of a closure: closures that are captured by a parallel region are not inlined.
protocol PairSource {
  /// Both quantities at eight places from an offset on; `place` is that in the tables.
  func eight(_ offset: Int, _ place: Int) -> (F8, F8)
  /// Both quantities at one place.
  func one(_ offset: Int, _ place: Int) -> (Float, Float)
}

/// x − x₀ and its square, with x₀ the group's first row: a mean far from 0 costs no digits.
struct ShiftedSquares: PairSource {
  let x: FloatPointer
  /// The table of x₀.
  let origin: FloatPointer

  @inline(__always)
  func eight(_ offset: Int, _ place: Int) -> (F8, F8) {
    let d = load8(x + offset) - load8(origin + place)
    return (d, d * d)
  }

  @inline(__always)
  func one(_ offset: Int, _ place: Int) -> (Float, Float) {
    let d = x[offset] - origin[place]
    return (d, d * d)
  }
}

/// The gradient of a normalised value after its ReLU, at an offset; `place` is that in the tables.
protocol GradientSource {
  /// The gradient at eight places.
  func eight(_ offset: Int, _ place: Int) -> F8
  /// The gradient at one place.
  func one(_ offset: Int, _ place: Int) -> Float
}

/// A gradient without a ReLU.
struct PlainGradient: GradientSource {
  let dy: FloatPointer

  @inline(__always)
  func eight(_ offset: Int, _ place: Int) -> F8 { load8(dy + offset) }
  @inline(__always)
  func one(_ offset: Int, _ place: Int) -> Float { dy[offset] }
}

/// A gradient that flows where the output y is positive.
struct OutputMaskedGradient: GradientSource {
  let dy: FloatPointer
  let y: FloatPointer

  @inline(__always)
  func eight(_ offset: Int, _ place: Int) -> F8 {
    F8.zero.replacing(with: load8(dy + offset), where: load8(y + offset) .> F8.zero)
  }
  @inline(__always)
  func one(_ offset: Int, _ place: Int) -> Float { y[offset] > 0 ? dy[offset] : 0 }
}

/// A gradient that flows where scale · x + shift is positive, as the forward pass computed it.
struct InputMaskedGradient: GradientSource {
  let dy: FloatPointer
  let x: FloatPointer
  let scale: FloatPointer
  let shift: FloatPointer

  @inline(__always)
  func eight(_ offset: Int, _ place: Int) -> F8 {
    let y = fma8(load8(shift + place), load8(scale + place), load8(x + offset))
    return F8.zero.replacing(with: load8(dy + offset), where: y .> F8.zero)
  }
  @inline(__always)
  func one(_ offset: Int, _ place: Int) -> Float {
    shift[place].addingProduct(scale[place], x[offset]) > 0 ? dy[offset] : 0
  }
}

/// dz and dz · (x − mean), for the gradients of γ, β and x; `mean` is a table.
struct GradientProducts<Gradient: GradientSource>: PairSource {
  let gradient: Gradient
  let x: FloatPointer
  let mean: FloatPointer

  @inline(__always)
  func eight(_ offset: Int, _ place: Int) -> (F8, F8) {
    let d = gradient.eight(offset, place)
    return (d, d * (load8(x + offset) - load8(mean + place)))
  }

  @inline(__always)
  func one(_ offset: Int, _ place: Int) -> (Float, Float) {
    let d = gradient.one(offset, place)
    return (d, d * (x[offset] - mean[place]))
  }
}

/// Sums two quantities per channel over a group's rows in fixed chunks.
///
/// `partial` holds [groups][2][C] doubles of each chunk, then of each group, first.
func channelSums<Source: PairSource>(
  _ workers: Workers, _ s: BatchNormShape, _ partial: UnsafeMutablePointer<Double>,
  _ source: Source
) {
  let c = s.channels
  let wide = s.tileWidth
  let chunks = s.chunks
  workers.sweep(s.groups * chunks) { unit, worker in
    let group = unit / chunks
    let chunk = unit % chunks
    let low = group * s.groupRows + s.groupRows * chunk / chunks
    let high = group * s.groupRows + s.groupRows * (chunk + 1) / chunks
    let out = partial + unit * 2 * c
    for i in 0..<2 * c { out[i] = 0 }
    let first = workers.scratch(worker, count: 2 * wide)
    let second = first + wide
    let table = group &* wide
    let tiles = (high &- low) / s.tile
    let start = low &* c
    var p = 0
    while p < tiles {
      let end = min(tiles, p &+ 16)
      zero(first, 2 &* wide)
      // Four tiles at a time, all channels of them: memory is read in order.
      while p &+ 4 <= end {
        var offset = start &+ p &* wide
        var k = 0
        while k < wide {
          let place = table &+ k
          let v0 = source.eight(offset, place)
          let v1 = source.eight(offset &+ wide, place)
          let v2 = source.eight(offset &+ 2 &* wide, place)
          let v3 = source.eight(offset &+ 3 &* wide, place)
          store8(first + k, load8(first + k) + ((v0.0 + v1.0) + (v2.0 + v3.0)))
          store8(second + k, load8(second + k) + ((v0.1 + v1.1) + (v2.1 + v3.1)))
          k &+= 8
          offset &+= 8
        }
        p &+= 4
      }
      while p < end {
        var k = 0
        while k < wide {
          let v = source.eight(start &+ p &* wide &+ k, table &+ k)
          store8(first + k, load8(first + k) + v.0)
          store8(second + k, load8(second + k) + v.1)
          k &+= 8
        }
        p &+= 1
      }
      for copy in 0..<s.tile {
        flush(first + copy &* c, c, to: out)
        flush(second + copy &* c, c, to: out + c)
      }
    }
    // The rows after the last whole tile.
    for row in low &+ tiles &* s.tile..<high {
      for k in 0..<c {
        let v = source.one(row &* c &+ k, table &+ k)
        out[k] += Double(v.0)
        out[c &+ k] += Double(v.1)
      }
    }
  }
  for group in 0..<s.groups {
    let out = partial + group * chunks * 2 * c
    for chunk in 1..<max(2, chunks) where chunk < chunks {
      let q = out + chunk * 2 * c
      for i in 0..<2 * c { out[i] += q[i] }
    }
  }
}

/// Adds floats to doubles.
@inline(__always)
private func flush(
  _ x: MutableFloatPointer, _ count: Int, to out: UnsafeMutablePointer<Double>
) {
  var i = 0
  let raw = UnsafeMutableRawPointer(out)
  while i &+ 8 <= count {
    let place = raw + i &* 8
    let sum = place.loadUnaligned(as: SIMD8<Double>.self) + SIMD8<Double>(load8(x + i))
    place.storeBytes(of: sum, as: SIMD8<Double>.self)
    i &+= 8
  }
  while i < count {
    out[i] += Double(x[i])
    i &+= 1
  }
}
