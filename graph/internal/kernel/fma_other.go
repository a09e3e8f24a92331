//go:build !arm64

package kernel

// fma32 returns a·b + c rounded once.
func fma32(a, b, c float32) float32 { return fmaExact(a, b, c) }

// multiplyAdd32 adds a·b to sum. It is a loop over fma32, whose common case is
// repeated here because the compiler does not inline it.
func multiplyAdd32(sum *[panelCols]float32, a float32, b *[panelCols]float32) {
	x := float64(a)
	for j, y := range b {
		s := x*float64(y) + float64(sum[j])
		if roundsOnce(s) {
			sum[j] = float32(s)
		} else {
			sum[j] = fmaOdd(x*float64(y), float64(sum[j]))
		}
	}
}
