package kernel

// fma32 returns a·b + c rounded once. On this architecture the compiler turns the
// expression into one fused instruction; the tests compare it with fmaExact.
func fma32(a, b, c float32) float32 { return a*b + c }

// multiplyAdd32 adds a·b to sum.
func multiplyAdd32(sum *[panelCols]float32, a float32, b *[panelCols]float32) {
	for j, y := range b {
		sum[j] = fma32(a, y, sum[j])
	}
}
