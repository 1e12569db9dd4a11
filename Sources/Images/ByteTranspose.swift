/// Transposition of byte matrices in blocks of 8×8.
enum ByteTranspose {
  /// Turns up to eight rows of bytes into `[columns, 8]`; missing rows repeat the last one.
  static func rowsToBlock(
    _ first: UnsafePointer<UInt8>, rowStride: Int, rows: Int, columns: Int,
    into block: UnsafeMutablePointer<UInt8>
  ) {
    let base = UnsafeRawPointer(first)
    let last = rows &- 1
    let r1 = base + min(1, last) &* rowStride
    let r2 = base + min(2, last) &* rowStride
    let r3 = base + min(3, last) &* rowStride
    let r4 = base + min(4, last) &* rowStride
    let r5 = base + min(5, last) &* rowStride
    let r6 = base + min(6, last) &* rowStride
    let r7 = base + min(7, last) &* rowStride
    let to = UnsafeMutableRawPointer(block)
    var x = 0
    while x &+ 8 <= columns {
      turn(
        load(base + x), load(r1 + x), load(r2 + x), load(r3 + x), load(r4 + x), load(r5 + x),
        load(r6 + x), load(r7 + x), to + 8 &* x)
      x &+= 8
    }
    // Bytes past the row's end are not ours to read.
    while x < columns {
      let column = to + 8 &* x
      column.storeBytes(
        of: SIMD8<UInt8>(
          byte(base + x), byte(r1 + x), byte(r2 + x), byte(r3 + x), byte(r4 + x), byte(r5 + x),
          byte(r6 + x), byte(r7 + x)), as: SIMD8<UInt8>.self)
      x &+= 1
    }
  }

  /// Turns a block `[columns, 3, 8]` into eight lines in each of three planes.
  ///
  /// Lines are written in whole vectors: `lineStride` covers the columns rounded up to eight.
  static func blockToPlanes(
    _ block: UnsafePointer<UInt8>, columns: Int, into lines: UnsafeMutablePointer<UInt8>,
    lineStride: Int, planeStride: Int
  ) {
    let lanes = MemoryLayout<SIMD8<UInt8>>.size
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { tile in
      guard let tileBase = tile.baseAddress else { return }
      let turned = UnsafeMutableRawPointer(tileBase)
      for c in 0..<3 {
        var from = UnsafeRawPointer(block + c &* 8)
        var to = UnsafeMutableRawPointer(lines + c &* planeStride)
        var x = 0
        while x < columns {
          turn(
            load(from), load(from + 24), load(from + 48), load(from + 72), load(from + 96),
            load(from + 120), load(from + 144), load(from + 168), turned)
          for y in 0..<8 {
            (to + y &* lineStride).storeBytes(
              of: load(UnsafeRawPointer(turned + y &* lanes)), as: SIMD8<UInt8>.self)
          }
          from += 192
          to += 8
          x &+= 8
        }
      }
    }
  }

  @inline(__always)
  private static func load(_ from: UnsafeRawPointer) -> SIMD8<UInt8> {
    from.loadUnaligned(as: SIMD8<UInt8>.self)
  }

  @inline(__always)
  private static func byte(_ from: UnsafeRawPointer) -> UInt8 {
    from.load(as: UInt8.self)
  }

  /// Stores the transpose of eight rows of eight: three rounds of interleaving.
  @inline(__always)
  private static func turn(
    _ r0: SIMD8<UInt8>, _ r1: SIMD8<UInt8>, _ r2: SIMD8<UInt8>, _ r3: SIMD8<UInt8>,
    _ r4: SIMD8<UInt8>, _ r5: SIMD8<UInt8>, _ r6: SIMD8<UInt8>, _ r7: SIMD8<UInt8>,
    _ to: UnsafeMutableRawPointer
  ) {
    let t0 = interleave(r0, r4)
    let t1 = interleave(r1, r5)
    let t2 = interleave(r2, r6)
    let t3 = interleave(r3, r7)
    let low0 = interleave(t0.lowHalf, t2.lowHalf)
    let high0 = interleave(t0.highHalf, t2.highHalf)
    let low1 = interleave(t1.lowHalf, t3.lowHalf)
    let high1 = interleave(t1.highHalf, t3.highHalf)
    to.storeBytes(
      of: interleave(low0.lowHalf, low1.lowHalf), as: SIMD16<UInt8>.self)
    (to + 16).storeBytes(
      of: interleave(low0.highHalf, low1.highHalf), as: SIMD16<UInt8>.self)
    (to + 32).storeBytes(
      of: interleave(high0.lowHalf, high1.lowHalf), as: SIMD16<UInt8>.self)
    (to + 48).storeBytes(
      of: interleave(high0.highHalf, high1.highHalf), as: SIMD16<UInt8>.self)
  }

  /// Alternates the elements of two vectors.
  @inline(__always)
  private static func interleave(_ a: SIMD8<UInt8>, _ b: SIMD8<UInt8>) -> SIMD16<UInt8> {
    var both = SIMD16<UInt8>()
    both.evenHalf = a
    both.oddHalf = b
    return both
  }
}
