package graph

import "testing"

// Would catch a product counted by the wrong dimensions, once too often where its result is
// used twice, or though only a gradient that nobody wants needs it.
func TestProductFLOPs(t *testing.T) {
	w := NewParam("w", 3, 5)
	u := NewParam("u", 5, 7)
	for name, test := range map[string]struct {
		train bool
		want  int
	}{
		"forward": {false, 2*2*3*5 + 2*2*5*7},
		// And dW = xᵀ·dh, dU = hᵀ·dy and dh = dy·Uᵀ, but no gradient of x.
		"train": {true, 2*2*3*5 + 2*2*5*7 + 2*3*2*5 + 2*5*2*7 + 2*2*7*5},
	} {
		for _, engine := range []Engine{Fused, Reference} {
			p, err := Compile(func(b *Builder) {
				hidden := b.MatMul(b.Input("x", 2, 3), b.Param(w))
				y := b.MatMul(b.Mul(hidden, hidden), b.Param(u))
				if test.train {
					b.Minimize(b.Dot(y, y))
				} else {
					b.Output("y", y)
				}
			}, Settings{Engine: engine})
			if err != nil {
				t.Fatal(err)
			}
			if got := p.ProductFLOPs(); got != test.want {
				t.Errorf("%s, %s: %d FLOPs, want %d", name, engine, got, test.want)
			}
			p.Close()
		}
	}
}
