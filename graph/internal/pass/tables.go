package pass

import "github.com/seed-222a112c/lstm/graph/internal/ir"

// mostTable is the most numbers of a table that is computed for inference alone: 64 MiB of
// float32.
const mostTable = 16 << 20

// Tables takes the products of an embedding out of the loop over time, and out of a run
// altogether while parameters are frozen: the rows of E by the numbers k, times W, plus b,
// are the rows of E·W + b by the numbers k. That is less to compute where the table has
// fewer rows than are looked up; in inference, where E·W + b is kept from run to run, also
// where it has more.
func Tables(inference bool) func(*ir.Program) (*ir.Program, int) {
	return func(p *ir.Program) (*ir.Program, int) {
		found := 0
		q := p.Rewrite(func(r *ir.Rewriter, v *ir.Value) *ir.Value {
			if v.Op != ir.Sum {
				return nil
			}
			var kept []ir.Product
			in, before := r.All(v.In), found
			for _, t := range r.Terms(v.Products) {
				rows, from := looksUp(t.Left)
				if rows == nil || !worthTable(rows, t.Right, v.Cols, inference) {
					kept = append(kept, t)
					continue
				}
				found++
				var table *ir.Value
				table, in = tableOf(r, t, rows.In[0], in)
				in = append([]*ir.Value{r.New(ir.Lookup, ir.Range{From: from, Size: v.Rows}, table, rows.In[1])}, in...)
			}
			if found == before {
				return nil
			}
			if len(kept) == 0 && len(in) == 1 {
				return in[0]
			}
			return r.Raw(ir.Value{Op: ir.Sum, Products: kept, In: in, Rows: v.Rows, Cols: v.Cols, Row: v.Row})
		})
		return q, found
	}
}

// looksUp returns the lookup that v is, or is rows of, and the first of the numbers, or nil.
func looksUp(v *ir.Value) (rows *ir.Value, from int) {
	if v.Op == ir.RowBlock && v.In[0].Op == ir.Lookup {
		return v.In[0], v.In[0].From() + v.From()
	}
	if v.Op == ir.Lookup {
		return v, v.From()
	}
	return nil, 0
}

// worthTable tells whether a lookup's table times a matrix is less to compute than the lookup
// times it.
func worthTable(rows, right *ir.Value, cols int, inference bool) bool {
	table := rows.In[0]
	if right.Op != ir.Leaf {
		return false
	}
	return 2*table.Rows <= rows.Rows || inference && table.Steady() && right.Steady() && table.Rows*cols <= mostTable
}

// tableOf returns the rows of the table E times the right operand of t. The first bias of the
// operands goes into it, so that one less is returned.
func tableOf(r *ir.Rewriter, t ir.Product, e *ir.Value, in []*ir.Value) (table *ir.Value, rest []*ir.Value) {
	var bias []*ir.Value
	for i, u := range in {
		if u.Row && u.Steady() {
			bias = []*ir.Value{u}
			in = append(in[:i:i], in[i+1:]...)
			break
		}
	}
	return r.NewSum([]ir.Product{{Left: e, Right: t.Right, Trans: t.Trans}}, bias), in
}
