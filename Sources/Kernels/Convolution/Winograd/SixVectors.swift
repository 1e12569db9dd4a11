import WinogradFormulas

/// Loads six vectors that lie `step` floats apart.
@inline(__always)
func loadSix(_ p: MutableFloatPointer, _ step: Int) -> Six<F8> {
  (
    load8(p), load8(p + step), load8(p + 2 &* step), load8(p + 3 &* step), load8(p + 4 &* step),
    load8(p + 5 &* step)
  )
}

/// Stores six vectors `step` floats apart.
@inline(__always)
func storeSix(_ p: MutableFloatPointer, _ step: Int, _ v: Six<F8>) {
  store8(p, v.0)
  store8(p + step, v.1)
  store8(p + 2 &* step, v.2)
  store8(p + 3 &* step, v.3)
  store8(p + 4 &* step, v.4)
  store8(p + 5 &* step, v.5)
}
