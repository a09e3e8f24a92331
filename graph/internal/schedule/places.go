package schedule

import (
	"slices"

	"github.com/seed-222a112c/lstm/graph/internal/exec"
	"github.com/seed-222a112c/lstm/graph/internal/ir"
	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

// places finds out which values must lie in one place. Stacks, blocks of rows and lookups
// that only products read are lists of pointers.
func places[T kernel.Float](p *Plan[T]) int {
	for _, v := range p.Outputs {
		p.material[v.ID] = true
	}
	for _, v := range slices.Backward(p.Values) {
		for _, t := range v.Products {
			p.material[t.Right.ID] = true
		}
		switch v.Op {
		case ir.Outer, ir.SumRows, ir.Stack, ir.Scatter:
			continue
		case ir.Concat:
			p.material[v.ID] = true
			continue
		case ir.RowBlock:
			if !p.material[v.ID] {
				continue
			}
		}
		for _, u := range v.In {
			p.material[u.ID] = true
		}
	}
	return 0
}

// A placement is where a part lies in the larger value that it is put together to.
type placement struct {
	whole      *ir.Value
	row, col   int
	rows, cols int
}

// placements finds the parts of stacks and of matrices side by side that can be computed where
// they are wanted.
func placements[T kernel.Float](p *Plan[T]) int {
	for _, v := range p.Values {
		if v.Op != ir.Stack && v.Op != ir.Concat || !p.material[v.ID] {
			continue
		}
		in := placement{whole: v}
		for _, u := range v.In {
			in.rows, in.cols = u.Rows, u.Cols
			if _, taken := p.placements[u]; !taken && p.movable(u) {
				p.placements[u] = in
			}
			if v.Op == ir.Stack {
				in.row += u.Rows
			} else {
				in.col += u.Cols
			}
		}
	}
	return len(p.placements)
}

// movable tells whether a value can be computed anywhere.
func (p *Plan[T]) movable(v *ir.Value) bool {
	switch v.Op {
	case ir.Leaf, ir.Constant, ir.Opaque:
		return false
	}
	return !v.Op.Is(ir.View) && !inPlace(v) && !p.IsOutput(v)
}

// inPlace tells whether a sum is written over the operand that it starts from.
func inPlace(v *ir.Value) bool {
	s, ok := v.Attr.(ir.Start)
	return ok && s.InPlace
}

// place returns where v lies.
func (p *Plan[T]) place(v *ir.Value) exec.Place {
	if at, ok := p.places[v]; ok {
		return at
	}
	at := p.findPlace(v)
	p.places[v] = at
	return at
}

func (p *Plan[T]) findPlace(v *ir.Value) exec.Place {
	switch {
	case v.Op == ir.RowBlock:
		return p.place(v.In[0]).RowsOf(v.From(), v.Rows)
	case v.Op == ir.ColumnBlock:
		return p.place(v.In[0]).ColumnsOf(v.From(), v.Cols)
	case v.Op == ir.Reshape && p.place(v.In[0]).Contiguous():
		at := p.place(v.In[0])
		at.Rows, at.Cols, at.Stride = v.Rows, v.Cols, v.Cols
		return at
	case p.placements[v] != placement{}:
		in := p.placements[v]
		return p.place(in.whole).RowsOf(in.row, in.rows).ColumnsOf(in.col, in.cols)
	case inPlace(v):
		return p.place(v.In[0])
	}
	at := p.newBuffer(v.Rows, v.Cols)
	if v.Op == ir.Leaf || v.Op == ir.Constant {
		p.buffers[at.Buffer].leaf = v
	}
	return at
}

// list returns the rows of v.
func (p *Plan[T]) list(v *ir.Value) *exec.List[T] {
	l := p.lists[v]
	if l == nil {
		l = exec.NewList[T](p.parts(v))
		p.lists[v] = l
	}
	return l
}

// parts returns where the rows of v lie.
func (p *Plan[T]) parts(v *ir.Value) []exec.Part {
	if !p.material[v.ID] {
		switch v.Op {
		case ir.Stack:
			var all []exec.Part
			for _, u := range v.In {
				all = append(all, p.parts(u)...)
			}
			return all
		case ir.Lookup:
			return p.looked(v)
		case ir.RowBlock:
			return cut(p.parts(v.In[0]), v.From(), v.Rows)
		}
	}
	return []exec.Part{{Place: p.place(v)}}
}

// looked returns the rows that a lookup takes.
func (p *Plan[T]) looked(v *ir.Value) []exec.Part {
	return []exec.Part{{Place: p.place(v.In[0]), Lookup: true, Index: p.place(v.In[1]).Buffer, From: v.From(), Num: v.Rows}}
}

// cut returns n rows of parts from from on.
func cut(parts []exec.Part, from, n int) []exec.Part {
	var all []exec.Part
	for _, part := range parts {
		lo, hi := max(from, 0), min(from+n, part.Height())
		if lo < hi {
			q := part
			if part.Lookup {
				q.From, q.Num = part.From+lo, hi-lo
			} else {
				q.Place = part.RowsOf(lo, hi-lo)
			}
			all = append(all, q)
		}
		from -= part.Height()
	}
	return all
}
