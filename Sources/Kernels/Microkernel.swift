// Register tiles of C ← A·B (+ C). A(i, k) lies at a[i·rs + k·cs], row k of B at b + k·ldb.
// Twelve accumulators, two B registers and one broadcast fill AVX2's sixteen registers.

/// Computes a 6×16 tile over depth `kc`.
@inline(never)
func tile6x16(
  _ kc: Int, _ a: FloatPointer, _ rs: Int, _ cs: Int, _ b: FloatPointer, _ ldb: Int,
  _ c: MutableFloatPointer, _ ldc: Int, _ accumulate: Bool
) {
  let c1 = c + ldc
  let c2 = c1 + ldc
  let c3 = c2 + ldc
  let c4 = c3 + ldc
  let c5 = c4 + ldc
  var r00 = F8.zero, r01 = F8.zero, r10 = F8.zero, r11 = F8.zero
  var r20 = F8.zero, r21 = F8.zero, r30 = F8.zero, r31 = F8.zero
  var r40 = F8.zero, r41 = F8.zero, r50 = F8.zero, r51 = F8.zero
  if accumulate {
    r00 = load8(c); r01 = load8(c + 8); r10 = load8(c1); r11 = load8(c1 + 8)
    r20 = load8(c2); r21 = load8(c2 + 8); r30 = load8(c3); r31 = load8(c3 + 8)
    r40 = load8(c4); r41 = load8(c4 + 8); r50 = load8(c5); r51 = load8(c5 + 8)
  }
  var p = a
  var q = a + 3 * rs
  let rs2 = 2 &* rs
  var b = b
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
    x = F8(repeating: q[0])
    r30 = fma8(r30, x, b0); r31 = fma8(r31, x, b1)
    x = F8(repeating: q[rs])
    r40 = fma8(r40, x, b0); r41 = fma8(r41, x, b1)
    x = F8(repeating: q[rs2])
    r50 = fma8(r50, x, b0); r51 = fma8(r51, x, b1)
    p += cs
    q += cs
    b += ldb
    k &-= 1
  }
  store8(c, r00); store8(c + 8, r01); store8(c1, r10); store8(c1 + 8, r11)
  store8(c2, r20); store8(c2 + 8, r21); store8(c3, r30); store8(c3 + 8, r31)
  store8(c4, r40); store8(c4 + 8, r41); store8(c5, r50); store8(c5 + 8, r51)
}

/// Computes a 12×8 tile over depth `kc`: the narrow panel of nets with few channels.
@inline(never)
func tile12x8(
  _ kc: Int, _ a: FloatPointer, _ rs: Int, _ cs: Int, _ b: FloatPointer, _ ldb: Int,
  _ c: MutableFloatPointer, _ ldc: Int, _ accumulate: Bool
) {
  var r0 = F8.zero, r1 = F8.zero, r2 = F8.zero, r3 = F8.zero, r4 = F8.zero, r5 = F8.zero
  var r6 = F8.zero, r7 = F8.zero, r8 = F8.zero, r9 = F8.zero, r10 = F8.zero, r11 = F8.zero
  let cc = c + 6 * ldc
  if accumulate {
    r0 = load8(c); r1 = load8(c + ldc); r2 = load8(c + 2 * ldc); r3 = load8(c + 3 * ldc)
    r4 = load8(c + 4 * ldc); r5 = load8(c + 5 * ldc); r6 = load8(cc); r7 = load8(cc + ldc)
    r8 = load8(cc + 2 * ldc); r9 = load8(cc + 3 * ldc); r10 = load8(cc + 4 * ldc)
    r11 = load8(cc + 5 * ldc)
  }
  var p = a
  var q = a + 3 * rs
  var s = a + 6 * rs
  var t = a + 9 * rs
  let rs2 = 2 &* rs
  var b = b
  var k = kc
  while k > 0 {
    let b0 = load8(b)
    r0 = fma8(r0, F8(repeating: p[0]), b0)
    r1 = fma8(r1, F8(repeating: p[rs]), b0)
    r2 = fma8(r2, F8(repeating: p[rs2]), b0)
    r3 = fma8(r3, F8(repeating: q[0]), b0)
    r4 = fma8(r4, F8(repeating: q[rs]), b0)
    r5 = fma8(r5, F8(repeating: q[rs2]), b0)
    r6 = fma8(r6, F8(repeating: s[0]), b0)
    r7 = fma8(r7, F8(repeating: s[rs]), b0)
    r8 = fma8(r8, F8(repeating: s[rs2]), b0)
    r9 = fma8(r9, F8(repeating: t[0]), b0)
    r10 = fma8(r10, F8(repeating: t[rs]), b0)
    r11 = fma8(r11, F8(repeating: t[rs2]), b0)
    p += cs
    q += cs
    s += cs
    t += cs
    b += ldb
    k &-= 1
  }
  store8(c, r0); store8(c + ldc, r1); store8(c + 2 * ldc, r2); store8(c + 3 * ldc, r3)
  store8(c + 4 * ldc, r4); store8(c + 5 * ldc, r5); store8(cc, r6); store8(cc + ldc, r7)
  store8(cc + 2 * ldc, r8); store8(cc + 3 * ldc, r9); store8(cc + 4 * ldc, r10)
  store8(cc + 5 * ldc, r11)
}
