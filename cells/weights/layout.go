package weights

import (
	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
)

// Blocks of parameters, one a gate and all of one shape (R, C), lie in a tensor in one of
// two ways. The functions below take the offset of the first block and return the parts.

// stacked places blocks on top of one another, each transposed: a tensor of shape (n·C, R),
// as frameworks have it that compute W·x.
func stacked(offset int, blocks []*graph.Param) []part {
	var parts []part
	for _, p := range blocks {
		rows, _ := p.Shape()
		parts = append(parts, part{param: p, offset: offset, down: 1, right: rows})
		offset += p.Size()
	}
	return parts
}

// abreast places blocks side by side: a tensor of shape (R, n·C), as frameworks have it
// that compute x·W, and as all have a bias, of shape (n·C).
func abreast(offset int, blocks []*graph.Param) []part {
	var parts []part
	for _, p := range blocks {
		_, cols := p.Shape()
		parts = append(parts, part{param: p, offset: offset, down: len(blocks) * cols, right: 1})
		offset += cols
	}
	return parts
}

// second marks the parts of a second bias.
func second(parts []part) []part {
	for i := range parts {
		parts[i].second = true
	}
	return parts
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
