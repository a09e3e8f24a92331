package schedule

import (
	"cmp"
	"slices"

	"github.com/seed-222a112c/lstm/graph/internal/exec"
	"github.com/seed-222a112c/lstm/graph/internal/ir"
	"github.com/seed-222a112c/lstm/graph/internal/kernel"
	"github.com/seed-222a112c/lstm/graph/internal/ops"
	"gorgonia.org/gorgonia"
)

// steps makes the steps that compute the values, one for each value and one for each cluster.
func steps[T kernel.Float](bfloat16 bool) func(*Plan[T]) int {
	return func(p *Plan[T]) int {
		p.bfloat16 = bfloat16
		lower := lowerings[T]()
		all, of := p.groups()
		p.losses()
		next := 0
		for _, v := range p.Values {
			for next < len(all) && all[next].values[0] == v {
				p.cluster(all[next], of)
				next++
			}
			if step := lower[v.Op]; step != nil {
				step(p, v, 2*p.stage[v.ID])
			}
		}
		for _, v := range p.Outputs {
			p.output(v)
		}
		return 0
	}
}

// lowerings are what computes the operations that are not elementwise, at a time. Leaves,
// constants and blocks need nothing; losses are planned before.
func lowerings[T kernel.Float]() map[ir.Op]func(p *Plan[T], v *ir.Value, time int) {
	return map[ir.Op]func(p *Plan[T], v *ir.Value, time int){
		ir.Sum: (*Plan[T]).sum,
		ir.Outer: func(p *Plan[T], v *ir.Value, time int) {
			a, item := p.list(v.In[0]), exec.OuterItem[T]{C: p.place(v), B: p.list(v.In[1])}
			p.add(time, "outer", exec.NewOuter(a, item))
		},
		ir.SumRows: func(p *Plan[T], v *ir.Value, time int) {
			item := exec.SumRowsItem[T]{Dst: p.place(v), X: p.list(v.In[0]), Sums: make([]float64, v.Cols)}
			if len(v.In) == 2 {
				item.Y = p.list(v.In[1])
			}
			p.add(time, "sumRows", &exec.SumRows[T]{Items: []exec.SumRowsItem[T]{item}})
		},
		ir.Scatter: func(p *Plan[T], v *ir.Value, time int) {
			p.add(time, "", &exec.Scatter[T]{Dst: p.place(v), X: p.list(v.In[0]), Index: p.place(v.In[1]).Buffer})
		},
		ir.Lookup: func(p *Plan[T], v *ir.Value, time int) {
			if p.material[v.ID] {
				p.copy(time, p.place(v), p.looked(v))
			}
		},
		ir.Stack: func(p *Plan[T], v *ir.Value, time int) {
			if p.material[v.ID] {
				p.join(v, time+1)
			}
		},
		ir.Concat: func(p *Plan[T], v *ir.Value, time int) { p.join(v, time+1) },
		ir.Reshape: func(p *Plan[T], v *ir.Value, time int) {
			if p.place(v).Buffer != p.place(v.In[0]).Buffer {
				p.add(time+1, "", &exec.Reshape[T]{Y: p.place(v), X: p.place(v.In[0])})
			}
		},
		ir.Transpose: func(p *Plan[T], v *ir.Value, time int) {
			p.add(time, "", &exec.Transpose[T]{Y: p.place(v), X: p.place(v.In[0])})
		},
		ir.LayerNorm: func(p *Plan[T], v *ir.Value, time int) {
			p.add(time, "", &exec.Norm[T]{Y: p.place(v), X: p.place(v.In[0]), Scales: p.scalesOf(v), Epsilon: float64(v.Attr.(ir.Epsilon))})
		},
		ir.LayerNormGrad: func(p *Plan[T], v *ir.Value, time int) {
			p.add(time, "", &exec.NormGrad[T]{DX: p.place(v), Y: p.place(v.In[1]), DY: p.place(v.In[2]), Scales: p.scalesOf(v.In[1])})
		},
		ir.Softmax: func(p *Plan[T], v *ir.Value, time int) {
			p.add(time, "", &exec.Softmax[T]{Y: p.place(v), X: p.place(v.In[0])})
		},
		ir.PadRows: func(p *Plan[T], v *ir.Value, time int) {
			dst, x := p.place(v), p.place(v.In[0])
			p.add(time, "", &exec.Pad[T]{Dst: dst, X: x, Within: dst.RowsOf(v.From(), x.Rows)})
		},
		ir.PadColumns: func(p *Plan[T], v *ir.Value, time int) {
			dst, x := p.place(v), p.place(v.In[0])
			p.add(time, "", &exec.Pad[T]{Dst: dst, X: x, Within: dst.ColumnsOf(v.From(), x.Cols)})
		},
		ir.Opaque: (*Plan[T]).opaque,
	}
}

// join plans the copies of those operands of a stack or concatenation that are not computed
// where they are wanted.
func (p *Plan[T]) join(v *ir.Value, time int) {
	row, col := 0, 0
	for _, u := range v.In {
		dst := p.place(v).RowsOf(row, u.Rows).ColumnsOf(col, u.Cols)
		stored := p.material[u.ID] || !u.Op.Is(ir.View) && u.Op != ir.Lookup
		if !stored || p.place(u) != dst {
			p.copy(time, dst, p.parts(u))
		}
		if v.Op == ir.Stack {
			row += u.Rows
		} else {
			col += u.Cols
		}
	}
}

// copy plans that rows are copied.
func (p *Plan[T]) copy(time int, dst exec.Place, from []exec.Part) {
	l := exec.NewList[T](from)
	p.copies = append(p.copies, l)
	p.add(time, "", &exec.Copy[T]{Dst: dst, X: l})
}

// scalesOf returns where the scales of a layer norm, or of some rows of one, are kept.
func (p *Plan[T]) scalesOf(norm *ir.Value) exec.Place {
	if norm.Op == ir.RowBlock {
		return p.scalesOf(norm.In[0]).RowsOf(norm.From(), norm.Rows)
	}
	at, known := p.scales[norm]
	if !known {
		at = p.newBuffer(norm.Rows, 1)
		p.scales[norm] = at
	}
	return at
}

func (p *Plan[T]) opaque(v *ir.Value, time int) {
	node := v.Attr.(ir.Foreign).Source.(*gorgonia.Node)
	s := &exec.Opaque[T]{Node: node, Out: p.place(v)}
	nodes := ops.Operands(node)
	for i, u := range v.In {
		in := exec.OpaqueInput{Place: p.place(u), Shape: nodes[i].Shape()}
		if u.Op == ir.Leaf {
			in.Leaf, _ = u.Attr.(ir.Memory).Source.(*gorgonia.Node)
		}
		s.In = append(s.In, in)
	}
	p.add(time, "", s)
}

// output plans where v is after a run: in a buffer that nothing else is written to. A leaf
// is copied, and so is what is an output already, for their owners may change them.
func (p *Plan[T]) output(v *ir.Value) {
	at := p.place(v)
	if b := &p.buffers[at.Buffer]; b.leaf != nil || b.pinned || !at.Contiguous() {
		from := at
		at = p.newBuffer(v.Rows, v.Cols)
		p.copy(2*p.stage[v.ID]+2, at, []exec.Part{{Place: from}})
	}
	p.buffers[at.Buffer].pinned = true
	p.results = append(p.results, at)
}

// order sorts the steps by their time.
func order[T kernel.Float](p *Plan[T]) int {
	slices.SortStableFunc(p.steps, func(a, b planned[T]) int { return cmp.Compare(a.time, b.time) })
	return 0
}
