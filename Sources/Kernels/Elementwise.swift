/// Computes y ← max(x, 0).
public func relu(_ workers: Workers, count: Int, x: FloatPointer, y: MutableFloatPointer) {
  workers.parallel(count: count, grain: 32_768) { range, _ in
    for i in range { y[i] = x[i] < 0 ? 0 : x[i] }
  }
}

/// Computes dx ← dy where y > 0, or adds it.
public func reluBackward(
  _ workers: Workers, count: Int, y: FloatPointer, dy: FloatPointer, accumulate: Bool,
  dx: MutableFloatPointer
) {
  workers.parallel(count: count, grain: 32_768) { range, _ in
    for i in range {
      let d = y[i] > 0 ? dy[i] : 0
      dx[i] = accumulate ? dx[i] + d : d
    }
  }
}

/// Adds a row to every row: y [rows, c] ← y + bias [c].
public func addBias(
  _ workers: Workers, rows: Int, c: Int, bias: FloatPointer, y: MutableFloatPointer
) {
  workers.parallel(count: rows, grain: max(1, 16_384 / max(1, c))) { range, _ in
    for row in range {
      let p = y + row * c
      for k in 0..<c { p[k] += bias[k] }
    }
  }
}

/// Sums rows in order: out [c] ← Σ rows of x [rows, c], in Double.
public func sumRows(
  _ workers: Workers, rows: Int, c: Int, x: FloatPointer, out: MutableFloatPointer
) {
  workers.parallel(count: c, grain: 64) { range, _ in
    for k in range {
      var sum = 0.0
      for row in 0..<rows { sum += Double(x[row &* c &+ k]) }
      out[k] = Float(sum)
    }
  }
}

/// Copies or adds: y ← x, or y ← y + x.
public func copyOrAdd(
  _ workers: Workers, count: Int, x: FloatPointer, accumulate: Bool, y: MutableFloatPointer
) {
  workers.parallel(count: count, grain: 65_536) { range, _ in
    if accumulate {
      for i in range { y[i] += x[i] }
    } else {
      copy(x + range.lowerBound, y + range.lowerBound, range.count)
    }
  }
}

/// Returns the place of the first value that is not finite, or nil.
public func firstNonFinite(_ workers: Workers, count: Int, x: FloatPointer) -> Int? {
  let grain = 65_536
  let blocks = (count + grain - 1) / grain
  let flags = workers.sharedScratch(count: blocks)
  workers.parallel(count: count, grain: grain) { range, _ in
    // v·0 is 0 for a finite v and NaN otherwise, so a vector sum finds any of them.
    var sum = F8.zero
    var i = range.lowerBound
    while i &+ 8 <= range.upperBound {
      sum += load8(x + i) * 0
      i &+= 8
    }
    var rest = sum.sum()
    while i < range.upperBound {
      rest += x[i] * 0
      i &+= 1
    }
    flags[range.lowerBound / grain] = rest
  }
  for block in 0..<blocks where flags[block] != 0 {
    return (block * grain..<min(count, (block + 1) * grain)).first { !x[$0].isFinite }
  }
  return nil
}

/// Turns [n, c, positions] into [n, positions, c].
public func channelsLast(
  n: Int, c: Int, positions: Int, x: FloatPointer, y: MutableFloatPointer
) {
  for image in 0..<n {
    for k in 0..<c {
      let row = x + (image * c + k) * positions
      let o = y + image * positions * c + k
      for p in 0..<positions { o[p &* c] = row[p] }
    }
  }
}

/// Turns [n, positions, c] into [n, c, positions].
public func channelsFirst(
  n: Int, c: Int, positions: Int, x: FloatPointer, y: MutableFloatPointer
) {
  for image in 0..<n {
    for k in 0..<c {
      let row = y + (image * c + k) * positions
      let s = x + image * positions * c + k
      for p in 0..<positions { row[p] = s[p &* c] }
    }
  }
}
