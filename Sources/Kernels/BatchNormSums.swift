/// Two quantities at places of a map, to be summed per channel.
///
/// A type instead of a closure: closures that are captured by a parallel region are not inlined.
protocol PairSource {
  /// Both quantities at eight channels from an offset on.
  func eight(_ offset: Int, _ group: Int, _ channel: Int) -> (F8, F8)
  /// Both quantities at one channel.
  func one(_ offset: Int, _ group: Int, _ channel: Int) -> (Float, Float)
}

/// x − x₀ and its square, with x₀ the group's first row: a mean far from 0 costs no digits.
struct ShiftedSquares: PairSource {
  let x: FloatPointer
  let groupStride: Int

  @inline(__always)
  func eight(_ offset: Int, _ group: Int, _ channel: Int) -> (F8, F8) {
    let d = load8(x + offset) - load8(x + (group &* groupStride &+ channel))
    return (d, d * d)
  }

  @inline(__always)
  func one(_ offset: Int, _ group: Int, _ channel: Int) -> (Float, Float) {
    let d = x[offset] - x[group &* groupStride &+ channel]
    return (d, d * d)
  }
}

/// The gradient of a normalised value after its ReLU, at an offset; `channel` is the place among
/// [groups][C].
protocol GradientSource {
  /// The gradient at eight channels.
  func eight(_ offset: Int, _ channel: Int) -> F8
  /// The gradient at one channel.
  func one(_ offset: Int, _ channel: Int) -> Float
}

/// A gradient without a ReLU.
struct PlainGradient: GradientSource {
  let dy: FloatPointer

  @inline(__always)
  func eight(_ offset: Int, _ channel: Int) -> F8 { load8(dy + offset) }
  @inline(__always)
  func one(_ offset: Int, _ channel: Int) -> Float { dy[offset] }
}

/// A gradient that flows where the output y is positive.
struct OutputMaskedGradient: GradientSource {
  let dy: FloatPointer
  let y: FloatPointer

  @inline(__always)
  func eight(_ offset: Int, _ channel: Int) -> F8 {
    F8.zero.replacing(with: load8(dy + offset), where: load8(y + offset) .> F8.zero)
  }
  @inline(__always)
  func one(_ offset: Int, _ channel: Int) -> Float { y[offset] > 0 ? dy[offset] : 0 }
}

/// A gradient that flows where scale · x + shift is positive, as the forward pass computed it.
struct InputMaskedGradient: GradientSource {
  let dy: FloatPointer
  let x: FloatPointer
  let scale: FloatPointer
  let shift: FloatPointer

  @inline(__always)
  func eight(_ offset: Int, _ channel: Int) -> F8 {
    let y = fma8(load8(shift + channel), load8(scale + channel), load8(x + offset))
    return F8.zero.replacing(with: load8(dy + offset), where: y .> F8.zero)
  }
  @inline(__always)
  func one(_ offset: Int, _ channel: Int) -> Float {
    shift[channel].addingProduct(scale[channel], x[offset]) > 0 ? dy[offset] : 0
  }
}

/// dz and dz · (x − mean), for the gradients of γ, β and x.
struct GradientProducts<Gradient: GradientSource>: PairSource {
  let gradient: Gradient
  let x: FloatPointer
  let mean: FloatPointer
  let channels: Int

  @inline(__always)
  func eight(_ offset: Int, _ group: Int, _ channel: Int) -> (F8, F8) {
    let place = group &* channels &+ channel
    let d = gradient.eight(offset, place)
    return (d, d * (load8(x + offset) - load8(mean + place)))
  }

  @inline(__always)
  func one(_ offset: Int, _ group: Int, _ channel: Int) -> (Float, Float) {
    let place = group &* channels &+ channel
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
  let chunks = s.chunks
  workers.sweep(s.groups * chunks) { unit, worker in
    let group = unit / chunks
    let chunk = unit % chunks
    let low = group * s.groupRows + s.groupRows * chunk / chunks
    let high = group * s.groupRows + s.groupRows * (chunk + 1) / chunks
    let out = partial + unit * 2 * c
    for i in 0..<2 * c { out[i] = 0 }
    let first = workers.scratch(worker, count: 2 * c)
    let second = first + c
    var p = low
    while p < high {
      let end = min(high, p &+ 16)
      zero(first, 2 &* c)
      // Four rows at a time, all channels of them: memory is read in order.
      while p &+ 4 <= end {
        var offset = p &* c
        var k = 0
        while k &+ 8 <= c {
          let v0 = source.eight(offset, group, k)
          let v1 = source.eight(offset &+ c, group, k)
          let v2 = source.eight(offset &+ 2 &* c, group, k)
          let v3 = source.eight(offset &+ 3 &* c, group, k)
          store8(first + k, load8(first + k) + ((v0.0 + v1.0) + (v2.0 + v3.0)))
          store8(second + k, load8(second + k) + ((v0.1 + v1.1) + (v2.1 + v3.1)))
          k &+= 8
          offset &+= 8
        }
        while k < c {
          for row in p..<p &+ 4 { add(source.one(row &* c &+ k, group, k), first + k, second + k) }
          k &+= 1
        }
        p &+= 4
      }
      while p < end {
        var k = 0
        while k &+ 8 <= c {
          let v = source.eight(p &* c &+ k, group, k)
          store8(first + k, load8(first + k) + v.0)
          store8(second + k, load8(second + k) + v.1)
          k &+= 8
        }
        while k < c {
          add(source.one(p &* c &+ k, group, k), first + k, second + k)
          k &+= 1
        }
        p &+= 1
      }
      flush(first, 2 &* c, to: out)
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

@inline(__always)
private func add(
  _ v: (Float, Float), _ first: MutableFloatPointer, _ second: MutableFloatPointer
) {
  first[0] += v.0
  second[0] += v.1
}
