// Register tiles of fewer rows, for what whole 6×16 tiles leave; sums run in the same order.

/// Computes a 5×16 tile over depth `kc`; rows of A lie `rs` apart, its columns `cs`.
@inline(never)
func tile5x16(
  _ kc: Int, _ a: FloatPointer, _ rs: Int, _ cs: Int, _ b: FloatPointer, _ ldb: Int,
  _ c: MutableFloatPointer, _ ldc: Int, _ accumulate: Bool
) {
  var r00 = F8.zero, r01 = F8.zero
  var r10 = F8.zero, r11 = F8.zero
  var r20 = F8.zero, r21 = F8.zero
  var r30 = F8.zero, r31 = F8.zero
  var r40 = F8.zero, r41 = F8.zero
  if accumulate {
    r00 = load8(c); r01 = load8(c + 8)
    r10 = load8(c + ldc); r11 = load8(c + ldc + 8)
    r20 = load8(c + 2 * ldc); r21 = load8(c + 2 * ldc + 8)
    r30 = load8(c + 3 * ldc); r31 = load8(c + 3 * ldc + 8)
    r40 = load8(c + 4 * ldc); r41 = load8(c + 4 * ldc + 8)
  }
  var p = a
  var b = b
  let rs2 = 2 &* rs
  let rs3 = 3 &* rs
  let rs4 = 4 &* rs
  var k = kc
  while k > 0 {
    let b0 = load8(b)
    let b1 = load8(b + 8)
    var x = F8(repeating: p[0])
    r00 = fma8(r00, x, b0); r01 = fma8(r01, x, b1)
    x = F8(repeating: p[rs])
    r10 = fma8(r10, x, b0); r11 = fma8(r11, x, b1)
    x = F8(repeating: p[rs2])
    r20 = fma8(r20, x, b0); r21 = fma8(r21, x, b1)
    x = F8(repeating: p[rs3])
    r30 = fma8(r30, x, b0); r31 = fma8(r31, x, b1)
    x = F8(repeating: p[rs4])
    r40 = fma8(r40, x, b0); r41 = fma8(r41, x, b1)
    p += cs
    b += ldb
    k &-= 1
  }
  store8(c, r00); store8(c + 8, r01)
  store8(c + ldc, r10); store8(c + ldc + 8, r11)
  store8(c + 2 * ldc, r20); store8(c + 2 * ldc + 8, r21)
  store8(c + 3 * ldc, r30); store8(c + 3 * ldc + 8, r31)
  store8(c + 4 * ldc, r40); store8(c + 4 * ldc + 8, r41)
}

/// Computes a 4×16 tile over depth `kc`; rows of A lie `rs` apart, its columns `cs`.
@inline(never)
func tile4x16(
  _ kc: Int, _ a: FloatPointer, _ rs: Int, _ cs: Int, _ b: FloatPointer, _ ldb: Int,
  _ c: MutableFloatPointer, _ ldc: Int, _ accumulate: Bool
) {
  var r00 = F8.zero, r01 = F8.zero
  var r10 = F8.zero, r11 = F8.zero
  var r20 = F8.zero, r21 = F8.zero
  var r30 = F8.zero, r31 = F8.zero
  if accumulate {
    r00 = load8(c); r01 = load8(c + 8)
    r10 = load8(c + ldc); r11 = load8(c + ldc + 8)
    r20 = load8(c + 2 * ldc); r21 = load8(c + 2 * ldc + 8)
    r30 = load8(c + 3 * ldc); r31 = load8(c + 3 * ldc + 8)
  }
  var p = a
  var b = b
  let rs2 = 2 &* rs
  let rs3 = 3 &* rs
  var k = kc
  while k > 0 {
    let b0 = load8(b)
    let b1 = load8(b + 8)
    var x = F8(repeating: p[0])
    r00 = fma8(r00, x, b0); r01 = fma8(r01, x, b1)
    x = F8(repeating: p[rs])
    r10 = fma8(r10, x, b0); r11 = fma8(r11, x, b1)
    x = F8(repeating: p[rs2])
    r20 = fma8(r20, x, b0); r21 = fma8(r21, x, b1)
    x = F8(repeating: p[rs3])
    r30 = fma8(r30, x, b0); r31 = fma8(r31, x, b1)
    p += cs
    b += ldb
    k &-= 1
  }
  store8(c, r00); store8(c + 8, r01)
  store8(c + ldc, r10); store8(c + ldc + 8, r11)
  store8(c + 2 * ldc, r20); store8(c + 2 * ldc + 8, r21)
  store8(c + 3 * ldc, r30); store8(c + 3 * ldc + 8, r31)
}

/// Computes a 3×16 tile over depth `kc`; rows of A lie `rs` apart, its columns `cs`.
@inline(never)
func tile3x16(
  _ kc: Int, _ a: FloatPointer, _ rs: Int, _ cs: Int, _ b: FloatPointer, _ ldb: Int,
  _ c: MutableFloatPointer, _ ldc: Int, _ accumulate: Bool
) {
  var r00 = F8.zero, r01 = F8.zero
  var r10 = F8.zero, r11 = F8.zero
  var r20 = F8.zero, r21 = F8.zero
  if accumulate {
    r00 = load8(c); r01 = load8(c + 8)
    r10 = load8(c + ldc); r11 = load8(c + ldc + 8)
    r20 = load8(c + 2 * ldc); r21 = load8(c + 2 * ldc + 8)
  }
  var p = a
  var b = b
  let rs2 = 2 &* rs
  var k = kc
  while k > 0 {
    let b0 = load8(b)
    let b1 = load8(b + 8)
    var x = F8(repeating: p[0])
    r00 = fma8(r00, x, b0); r01 = fma8(r01, x, b1)
    x = F8(repeating: p[rs])
    r10 = fma8(r10, x, b0); r11 = fma8(r11, x, b1)
    x = F8(repeating: p[rs2])
    r20 = fma8(r20, x, b0); r21 = fma8(r21, x, b1)
    p += cs
    b += ldb
    k &-= 1
  }
  store8(c, r00); store8(c + 8, r01)
  store8(c + ldc, r10); store8(c + ldc + 8, r11)
  store8(c + 2 * ldc, r20); store8(c + 2 * ldc + 8, r21)
}

/// Computes a 2×16 tile over depth `kc`; rows of A lie `rs` apart, its columns `cs`.
@inline(never)
func tile2x16(
  _ kc: Int, _ a: FloatPointer, _ rs: Int, _ cs: Int, _ b: FloatPointer, _ ldb: Int,
  _ c: MutableFloatPointer, _ ldc: Int, _ accumulate: Bool
) {
  var r00 = F8.zero, r01 = F8.zero
  var r10 = F8.zero, r11 = F8.zero
  if accumulate {
    r00 = load8(c); r01 = load8(c + 8)
    r10 = load8(c + ldc); r11 = load8(c + ldc + 8)
  }
  var p = a
  var b = b
  var k = kc
  while k > 0 {
    let b0 = load8(b)
    let b1 = load8(b + 8)
    var x = F8(repeating: p[0])
    r00 = fma8(r00, x, b0); r01 = fma8(r01, x, b1)
    x = F8(repeating: p[rs])
    r10 = fma8(r10, x, b0); r11 = fma8(r11, x, b1)
    p += cs
    b += ldb
    k &-= 1
  }
  store8(c, r00); store8(c + 8, r01)
  store8(c + ldc, r10); store8(c + ldc + 8, r11)
}

/// Computes a 1×16 tile over depth `kc`; rows of A lie `rs` apart, its columns `cs`.
@inline(never)
func tile1x16(
  _ kc: Int, _ a: FloatPointer, _ rs: Int, _ cs: Int, _ b: FloatPointer, _ ldb: Int,
  _ c: MutableFloatPointer, _ ldc: Int, _ accumulate: Bool
) {
  var r00 = F8.zero, r01 = F8.zero
  if accumulate {
    r00 = load8(c); r01 = load8(c + 8)
  }
  var p = a
  var b = b
  var k = kc
  while k > 0 {
    let b0 = load8(b)
    let b1 = load8(b + 8)
    let x = F8(repeating: p[0])
    r00 = fma8(r00, x, b0); r01 = fma8(r01, x, b1)
    p += cs
    b += ldb
    k &-= 1
  }
  store8(c, r00); store8(c + 8, r01)
}

/// Computes `m` rows over one whole panel; A(i, k) lies at a[i·rs + k·cs], row k of B at b + k·ldb.
///
/// Rows are cut into 6s and a rest of 5, 4, 4 + 4, 5 + 4 or 4 + 3, so that no tile starves the
/// multipliers as a single row does.
func multiplyRows(
  m: Int, width: Int, kc: Int, a: FloatPointer, rs: Int, cs: Int, b: FloatPointer, ldb: Int,
  c: MutableFloatPointer, ldc: Int, accumulate: Bool
) {
  var i = 0
  if width == 16 {
    let whole = m &- m % 6 &- (m % 6 > 0 && m % 6 < 4 && m >= 6 ? 6 : 0)
    while i < whole {
      tile6x16(kc, a + i &* rs, rs, cs, b, ldb, c + i &* ldc, ldc, accumulate)
      i &+= 6
    }
    while i < m {
      let left = m &- i
      let p = a + i &* rs
      let q = c + i &* ldc
      switch left {
      case 9, 5:
        tile5x16(kc, p, rs, cs, b, ldb, q, ldc, accumulate)
        i &+= 5
      case 4, 7, 8:
        tile4x16(kc, p, rs, cs, b, ldb, q, ldc, accumulate)
        i &+= 4
      case 3:
        tile3x16(kc, p, rs, cs, b, ldb, q, ldc, accumulate)
        i &+= 3
      case 2:
        tile2x16(kc, p, rs, cs, b, ldb, q, ldc, accumulate)
        i &+= 2
      default:
        tile1x16(kc, p, rs, cs, b, ldb, q, ldc, accumulate)
        i &+= 1
      }
    }
  } else {
    while i &+ 12 <= m {
      tile12x8(kc, a + i &* rs, rs, cs, b, ldb, c + i &* ldc, ldc, accumulate)
      i &+= 12
    }
    while i &+ 4 <= m {
      tile4x8(kc, a + i &* rs, rs, cs, b, ldb, c + i &* ldc, ldc, accumulate)
      i &+= 4
    }
    while i < m {
      row8(kc, a + i &* rs, cs, b, ldb, c + i &* ldc, accumulate)
      i &+= 1
    }
  }
}

/// Computes a 4×8 tile over depth `kc`.
@inline(never)
private func tile4x8(
  _ kc: Int, _ a: FloatPointer, _ rs: Int, _ cs: Int, _ b: FloatPointer, _ ldb: Int,
  _ c: MutableFloatPointer, _ ldc: Int, _ accumulate: Bool
) {
  var r0 = accumulate ? load8(c) : F8.zero
  var r1 = accumulate ? load8(c + ldc) : F8.zero
  var r2 = accumulate ? load8(c + 2 * ldc) : F8.zero
  var r3 = accumulate ? load8(c + 3 * ldc) : F8.zero
  var p = a
  var b = b
  let rs2 = 2 &* rs
  let rs3 = 3 &* rs
  var k = kc
  while k > 0 {
    let b0 = load8(b)
    r0 = fma8(r0, F8(repeating: p[0]), b0)
    r1 = fma8(r1, F8(repeating: p[rs]), b0)
    r2 = fma8(r2, F8(repeating: p[rs2]), b0)
    r3 = fma8(r3, F8(repeating: p[rs3]), b0)
    p += cs
    b += ldb
    k &-= 1
  }
  store8(c, r0)
  store8(c + ldc, r1)
  store8(c + 2 * ldc, r2)
  store8(c + 3 * ldc, r3)
}

/// Computes one row of an 8-wide tile.
@inline(__always)
private func row8(
  _ kc: Int, _ a: FloatPointer, _ cs: Int, _ b: FloatPointer, _ ldb: Int,
  _ c: MutableFloatPointer, _ accumulate: Bool
) {
  var r0 = accumulate ? load8(c) : F8.zero
  var p = a
  var b = b
  var k = kc
  while k > 0 {
    r0 = fma8(r0, F8(repeating: p[0]), load8(b))
    p += cs
    b += ldb
    k &-= 1
  }
  store8(c, r0)
}
