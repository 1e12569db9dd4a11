extension ImageScratch {
  /// Cuts a box out of interleaved `[H, W, 3]` samples and resizes it: the new working image.
  ///
  /// Two passes, horizontal first, each rounded and clamped to 8 bits; a pass that keeps the length
  /// is skipped. Pixels outside the box are never read.
  /// Source: Pillow's `ImagingResample` (libImaging/Resample.c).
  /// Precondition: the box lies inside the image.
  public func loadResized(
    _ pixels: UnsafePointer<UInt8>, width sourceWidth: Int, height sourceHeight: Int,
    box: CropBox, toWidth: Int, toHeight: Int, interpolation: Interpolation
  ) {
    precondition(
      box.fits(width: sourceWidth, height: sourceHeight),
      "crop \(box) of an image of \(sourceWidth)×\(sourceHeight)")
    precondition(toWidth > 0 && toHeight > 0, "resize to \(toWidth)×\(toHeight)")
    let first = pixels + 3 * (box.top * sourceWidth + box.left)
    let rowStride = 3 * sourceWidth
    if box.height == toHeight && box.width == toWidth {
      let planes = resize(width: toWidth, height: toHeight)
      for y in 0..<toHeight {
        Self.split(
          first + y * rowStride, into: planes + y * toWidth, planeStride: stride, count: toWidth)
      }
      return
    }
    // Rows are padded to whole vectors, and to whole blocks of eight, so no loop has a remainder.
    let lineStride = (toWidth + 15) & ~15
    let planeStride = lineStride * ((box.height + 7) & ~7)
    let lines = middle.reserve(3 * planeStride + Self.slack)
    if box.width == toWidth {
      for y in 0..<box.height {
        Self.split(
          first + y * rowStride, into: lines + y * lineStride, planeStride: planeStride,
          count: toWidth)
      }
    } else {
      let table = tables.table(
        input: box.width, output: toWidth, interpolation: interpolation)
      resampleRows(
        first, rowStride: rowStride, rows: box.height, columns: box.width, table: table,
        into: lines, lineStride: lineStride, planeStride: planeStride, outputs: toWidth)
    }
    let planes = resize(width: toWidth, height: toHeight)
    if box.height == toHeight {
      for c in 0..<3 {
        for y in 0..<toHeight {
          (planes + c * stride + y * toWidth).update(
            from: lines + c * planeStride + y * lineStride, count: toWidth)
        }
      }
      return
    }
    let table = tables.table(input: box.height, output: toHeight, interpolation: interpolation)
    for c in 0..<3 {
      Self.resampleColumns(
        lines + c * planeStride, lineStride: lineStride, table: table,
        into: planes + c * stride, width: toWidth, height: toHeight)
    }
  }

  /// Resamples rows eight at a time: transposed, one vector holds the same sample of eight rows.
  private func resampleRows(
    _ first: UnsafePointer<UInt8>, rowStride: Int, rows: Int, columns: Int, table: ResampleTable,
    into lines: UnsafeMutablePointer<UInt8>, lineStride: Int, planeStride: Int, outputs: Int
  ) {
    let samples = 3 * columns
    let turned = block.reserve(8 * (samples + 8))
    let result = resampledBlock.reserve(24 * (outputs + 16))
    var y = 0
    while y < rows {
      let left = rows &- y
      let row = first + y &* rowStride
      ByteTranspose.rowsToBlock(
        row, rowStride: rowStride, rows: min(left, 8), columns: samples, into: turned)
      Self.resampleBlock(turned, table: table, into: result, outputs: outputs)
      ByteTranspose.blockToPlanes(
        result, columns: outputs, into: lines + y &* lineStride, lineStride: lineStride,
        planeStride: planeStride)
      y &+= 8
    }
  }

  /// Resamples a transposed block `[columns, 3, 8]` to `[outputs, 3, 8]`.
  private static func resampleBlock(
    _ block: UnsafePointer<UInt8>, table: ResampleTable, into result: UnsafeMutablePointer<UInt8>,
    outputs: Int
  ) {
    let taps = table.taps
    let starts = table.starts
    var weights = UnsafePointer(table.weights)
    var to = UnsafeMutableRawPointer(result)
    for i in 0..<outputs {
      var from = UnsafeRawPointer(block + 24 &* Int(starts[i]))
      var red = SIMD8<Int32>(repeating: 1 << 21)
      var green = red
      var blue = red
      for j in 0..<taps {
        let weight = SIMD8<Int32>(repeating: weights[j])
        red &+= widen8(from) &* weight
        green &+= widen8(from + 8) &* weight
        blue &+= widen8(from + 16) &* weight
        from += 24
      }
      to.storeBytes(of: narrow(red), as: SIMD8<UInt8>.self)
      (to + 8).storeBytes(of: narrow(green), as: SIMD8<UInt8>.self)
      (to + 16).storeBytes(of: narrow(blue), as: SIMD8<UInt8>.self)
      weights += taps
      to += 24
    }
  }

  /// Resamples one plane of lines along its columns.
  private static func resampleColumns(
    _ lines: UnsafePointer<UInt8>, lineStride: Int, table: ResampleTable,
    into plane: UnsafeMutablePointer<UInt8>, width: Int, height: Int
  ) {
    let taps = table.taps
    for y in 0..<height {
      let first = UnsafeRawPointer(lines + Int(table.starts[y]) &* lineStride)
      let weights = table.weights + y &* taps
      // The last vector of a row may spill into the next row, which is written after it.
      let to = UnsafeMutableRawPointer(plane + y &* width)
      var x = 0
      while x < width {
        var from = first + x
        var low = SIMD8<Int32>(repeating: 1 << 21)
        var high = low
        for j in 0..<taps {
          let weight = SIMD8<Int32>(repeating: weights[j])
          low &+= widen8(from) &* weight
          high &+= widen8(from + 8) &* weight
          from += lineStride
        }
        (to + x).storeBytes(of: narrow(low), as: SIMD8<UInt8>.self)
        (to + x + 8).storeBytes(of: narrow(high), as: SIMD8<UInt8>.self)
        x &+= 16
      }
    }
  }

  /// Loads eight samples as 32-bit integers.
  @inline(__always)
  private static func widen8(_ from: UnsafeRawPointer) -> SIMD8<Int32> {
    SIMD8<Int32>(truncatingIfNeeded: from.loadUnaligned(as: SIMD8<UInt8>.self))
  }

  /// Drops the fraction bits and clamps to 0…255.
  ///
  /// By sign masks: comparisons of integer vectors are compiled lane by lane.
  @inline(__always)
  private static func narrow(_ sums: SIMD8<Int32>) -> SIMD8<UInt8> {
    var v = sums &>> 22
    v &= ~(v &>> 31)
    v = 255 &- v
    v &= ~(v &>> 31)
    v = 255 &- v
    return SIMD8<UInt8>(truncatingIfNeeded: v)
  }
}
