package pass

import "testing"

// A bias that is added twice and taken out of the sums twice: it would be added once.
func TestHoistTakesOneOfEqualBiases(t *testing.T) {
	checkPass(t, Hoist, `
		x = input 4x3
		y = input 4x3
		w = param 3x5
		b = param 1x5 row
		z1 = sum(x*w + b + b)
		z2 = sum(y*w + b)
		return z1, z2
	`, `
		x = input 4x3
		y = input 4x3
		v2 = stack(x, y)
		w = param 3x5
		b = param 1x5 row
		v5 = sum(v2*w + b)
		v6 = rows[0:4](v5)
		v7 = sum(v6 + b)
		v8 = rows[4:8](v5)
		return v7, v8
	`)
}
