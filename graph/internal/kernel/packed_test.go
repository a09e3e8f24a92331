package kernel

import (
	"fmt"
	"testing"
)

// testPackedLayout catches a number in the wrong place, padding that is not zero,
// and a transposition that is none. The layout is part of the promise that packed
// weights do not depend on the processor, so it is spelled out here.
func testPackedLayout[T Float](t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		for _, s := range [][2]int{{2, 35}, {1, 1}, {16, 16}, {32, 48}, {17, 33}, {15, 64}, {40, 31}, {67, 18}, {70, 70}} {
			rows, cols := s[0], s[1]
			p := &productCase[T]{}
			m, transposed, back := p.matrix(newRand(), rows, cols), p.matrix(newRand(), cols, rows), p.matrix(newRand(), rows, cols)
			want := make([]T, rows*((cols+31)/32*32))
			for i := range rows {
				for j := range cols {
					x := T(1 + 100*i + j)
					m.Row(i)[j] = x
					transposed.Row(j)[i] = x
					want[j/16*(16*rows)+16*i+j%16] = x
				}
			}
			memory := guard(make([]T, len(want)), 5)
			packed := PackedIn(memory.slice, rows, cols)
			p.memory = append(p.memory, memory)
			Fill(packed.Data(), -1)
			packed.Pack(m)
			wantBits(t, "Pack", packed.Data(), want)
			Fill(packed.Data(), -1)
			packed.PackTransposed(transposed)
			wantBits(t, "PackTransposed", packed.Data(), want)

			packed.Unpack(back)
			wantBits(t, "Unpack", plain(back), plain(m))
			for _, g := range p.memory {
				g.check(t, fmt.Sprintf("packing of %d×%d", rows, cols))
			}
			for i := range rows {
				for j := range cols {
					if got := packed.Data()[packed.Offset(i, j)]; got != m.Row(i)[j] {
						t.Fatalf("Offset(%d, %d) is the place of %v, want %v", i, j, got, m.Row(i)[j])
					}
				}
			}
			if cols > 32 {
				wantBits(t, "Columns", packed.Columns(32, cols).Data(), want[32*rows:])
			}
		}
	})
}

func TestPackedLayout32(t *testing.T) { testPackedLayout[float32](t) }
func TestPackedLayout64(t *testing.T) { testPackedLayout[float64](t) }

// TestRefusedShapes catches a missing check, behind which memory outside of the
// operands would be read.
func TestRefusedShapes(t *testing.T) {
	m := func(rows, cols int) Matrix[float32] {
		return Matrix[float32]{Data: make([]float32, rows*cols), Rows: rows, Cols: cols}
	}
	short := Matrix[float32]{Data: make([]float32, 5), Rows: 2, Cols: 3}
	packed := NewPacked[float32](3, 4)
	for name, call := range map[string]func(){
		"rows of a and c":    func() { Mul(m(2, 4), RowsOf(m(3, 3)), packed) },
		"columns of b and c": func() { Mul(m(2, 5), RowsOf(m(2, 3)), packed) },
		"inner dimension":    func() { MulAdd(m(2, 4), RowsOf(m(2, 4)), packed) },
		"start":              func() { MulFrom(m(2, 4), m(2, 3), RowsOf(m(2, 3)), packed) },
		"bias":               func() { MulBias(m(2, 4), RowsOf(m(2, 3)), packed, make([]float32, 3)) },
		"short a":            func() { RowsOf(short) },
		"short c":            func() { Mul(short, RowsOf(m(2, 3)), NewPacked[float32](3, 3)) },
		"widths of rows":     func() { RowsOf(m(2, 3), m(2, 4)) },
		"lookup beyond":      func() { Lookup(m(2, 3), []int{2}) },
		"lookup before":      func() { Lookup(m(2, 3), []int{-1}) },
		"columns of rows":    func() { RowsOf(m(2, 3)).Columns(1, 4) },
		"columns of a pair":  func() { NewPacked[float32](2, 64).Columns(16, 64) },
		"outer rows":         func() { AddOuter(m(3, 3), RowsOf(m(2, 3)), RowsOf(m(3, 3))) },
		"outer columns":      func() { AddOuterPacked(packed, RowsOf(m(2, 3)), RowsOf(m(2, 3))) },
		"outer to set":       func() { SetOuter(m(3, 3), RowsOf(m(2, 3)), RowsOf(m(3, 3))) },
		"pack":               func() { packed.Pack(m(4, 3)) },
		"pack narrow":        func() { NewPacked16(3, 4).Pack(m(4, 3)) },
		"narrow operand":     func() { Mul16(m(2, 4), RowsOf(m(2, 4)), NewPacked16(3, 4)) },
		"narrow bias":        func() { MulBias16(m(2, 4), RowsOf(m(2, 3)), NewPacked16(3, 4), make([]float32, 3)) },
		"columns of narrow":  func() { NewPacked16(2, 64).Columns(16, 64) },
		"pack transposed":    func() { packed.PackTransposed(m(3, 4)) },
		"packed memory":      func() { PackedIn(make([]float32, 12), 3, 4) },
		"elementwise":        func() { Add(make([]float32, 3), make([]float32, 3), make([]float32, 4)) },
		"fused elementwise":  func() { MulAddElements(make([]float32, 3), make([]float32, 3), make([]float32, 3), nil) },
		"dot":                func() { Dot(make([]float32, 3), make([]float32, 4)) },
		"adam": func() {
			AdamStep(make([]float32, 3), make([]float32, 3), make([]float32, 2), make([]float32, 3), 1, Adam{})
		},
		"scatter beyond": func() { ScatterAdd(m(2, 3), []int{2}, RowsOf(m(1, 3))) },
		"target beyond":  func() { CrossEntropy(make([]float32, 1), m(1, 3), m(1, 3), []int{3}) },
		"mask":           func() { MaskRows(m(2, 3), m(2, 3), make([]float32, 3), true) },
		"broadcast row":  func() { AddRow(m(2, 3), m(2, 3), make([]float32, 2)) },
		"argmax":         func() { ArgmaxRows(make([]int, 2), m(3, 3)) },
		"layer norm": func() {
			LayerNorm(m(2, 3), m(2, 3), make([]float32, 2), make([]float32, 3), 1, make([]float64, 2), make([]float64, 2))
		},
		"target before":        func() { ExpCrossEntropy(make([]float64, 1), make([]float64, 1), m(1, 3), m(1, 3), []int{-1}, nil) },
		"softmax shapes":       func() { Softmax(m(1, 3), m(3, 1), nil) },
		"gradient of a target": func() { CrossEntropyGrad(m(1, 3), m(1, 3), []int{3}, make([]float32, 1)) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: accepted", name)
				}
			}()
			call()
		}()
	}
}
