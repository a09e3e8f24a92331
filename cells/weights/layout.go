package weights

import (
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
)

// Blocks of parameters, one a gate and all of one shape (R, C), lie in a tensor in one of
// two ways. The functions below take the offset of the first block and return the parts. A
// block that is nil, but for the first, leaves its place to nobody.

// stacked places blocks on top of one another, each transposed: a tensor of shape (n·C, R),
// as frameworks have it that compute W·x.
func stacked(offset int, blocks []*graph.Param) []part {
	var parts []part
	rows, cols := blocks[0].Shape()
	for k, p := range blocks {
		if p != nil {
			parts = append(parts, part{param: p, offset: offset + k*rows*cols, down: 1, right: rows})
		}
	}
	return parts
}

// abreast places blocks side by side: a tensor of shape (R, n·C), as frameworks have it
// that compute x·W, and as all have a bias, of shape (n·C).
func abreast(offset int, blocks []*graph.Param) []part {
	var parts []part
	_, cols := blocks[0].Shape()
	for k, p := range blocks {
		if p != nil {
			parts = append(parts, part{param: p, offset: offset + k*cols, down: len(blocks) * cols, right: 1})
		}
	}
	return parts
}

// transposed returns the tensor of stacked blocks, all of which are there.
func transposed(name string, blocks ...*graph.Param) Tensor {
	rows, _ := blocks[0].Shape()
	return Tensor{Name: name, Shape: []int{graph.Count(blocks) / rows, rows}, parts: stacked(0, blocks)}
}

// sideBySide returns the tensor of blocks abreast, all of which are there.
func sideBySide(name string, blocks ...*graph.Param) Tensor {
	rows, _ := blocks[0].Shape()
	return Tensor{Name: name, Shape: []int{rows, graph.Count(blocks) / rows}, parts: abreast(0, blocks)}
}

// row returns the tensor of one axis of blocks that are rows.
func row(name string, blocks ...*graph.Param) Tensor {
	return Tensor{Name: name, Shape: []int{graph.Count(blocks)}, parts: abreast(0, blocks)}
}

// second marks the parts of a second bias.
func second(parts []part) []part {
	for i := range parts {
		parts[i].second = true
	}
	return parts
}

// recurrentBiases places the biases that a GRU adds to the product with h: second ones of the
// two gates, in the order that is given, and the candidate's own.
func recurrentBiases(offset int, c *cells.GRU, gates ...cells.Gate) []part {
	parts := second(abreast(offset, biases(gates)))
	return append(parts, abreast(offset+2*c.RecurrentBias.Size(), []*graph.Param{c.RecurrentBias})...)
}

// inputs, recurrent and biases return the gates' parameters W, U and b.
func inputs(gates []cells.Gate) []*graph.Param {
	return each(gates, func(g cells.Gate) *graph.Param { return g.W })
}

func recurrent(gates []cells.Gate) []*graph.Param {
	return each(gates, func(g cells.Gate) *graph.Param { return g.U })
}

func biases(gates []cells.Gate) []*graph.Param {
	return each(gates, func(g cells.Gate) *graph.Param { return g.B })
}

func each(gates []cells.Gate, param func(cells.Gate) *graph.Param) []*graph.Param {
	var params []*graph.Param
	for _, g := range gates {
		params = append(params, param(g))
	}
	return params
}
