/// Eight vectors of eight lanes.
typealias EightRows = (F8, F8, F8, F8, F8, F8, F8, F8)

/// Exchanges rows and lanes of an 8×8 block.
///
/// Taking even lanes, then odd ones, of all 64 floats turns the bits of an index by one; three
/// times makes columns of rows.
@inline(__always)
func transposed(_ rows: EightRows) -> EightRows { unzipped(unzipped(unzipped(rows))) }

@inline(__always)
private func unzipped(_ r: EightRows) -> EightRows {
  let a = SIMD16(lowHalf: r.0, highHalf: r.1)
  let b = SIMD16(lowHalf: r.2, highHalf: r.3)
  let c = SIMD16(lowHalf: r.4, highHalf: r.5)
  let d = SIMD16(lowHalf: r.6, highHalf: r.7)
  return (
    a.evenHalf, b.evenHalf, c.evenHalf, d.evenHalf, a.oddHalf, b.oddHalf, c.oddHalf, d.oddHalf
  )
}
