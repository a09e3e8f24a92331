package pass

import (
	"slices"

	"github.com/seed-222a112c/lstm/graph/internal/ir"
)

// Pieces puts together what has been cut in pieces, each of which has been padded, and added
// up: the gradient of cutting a matrix into time steps is its pieces on top of one another.
func Pieces(p *ir.Program) (*ir.Program, int) {
	joined := 0
	q := p.Rewrite(func(r *ir.Rewriter, v *ir.Value) *ir.Value {
		if v.Op != ir.Sum || len(v.In) < 2 {
			return nil
		}
		var rest, pads, columns []*ir.Value
		for _, old := range v.In {
			u := r.Of(old)
			single := p.Single(old) && u.SameShape(v)
			switch {
			case u.Op == ir.PadRows && single:
				pads = append(pads, u)
			case u.Op == ir.PadColumns && single:
				columns = append(columns, u)
			default:
				rest = append(rest, u)
			}
		}
		if len(pads)+len(columns) == 0 {
			return nil
		}
		rest = append(rest, assemble(r, pads, v.Rows, ir.Stack)...)
		rest = append(rest, assemble(r, columns, v.Cols, ir.Concat)...)
		joined += len(v.In) - len(rest)
		return sumLike(r, v, rest)
	})
	return q, joined
}

// assemble joins padded pieces if they make up a whole matrix of that many rows or columns,
// else it returns them.
func assemble(r *ir.Rewriter, pads []*ir.Value, whole int, join ir.Op) []*ir.Value {
	sorted := slices.Clone(pads)
	slices.SortStableFunc(sorted, func(a, b *ir.Value) int { return a.From() - b.From() })
	at := 0
	var parts []*ir.Value
	for _, u := range sorted {
		if u.From() != at {
			return pads
		}
		if join == ir.Stack {
			at += u.In[0].Rows
		} else {
			at += u.In[0].Cols
		}
		parts = append(parts, u.In[0])
	}
	if len(parts) == 0 || at != whole {
		return pads
	}
	return []*ir.Value{r.New(join, nil, parts...)}
}
