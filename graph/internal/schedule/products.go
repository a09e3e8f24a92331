package schedule

import (
	"fmt"

	"github.com/seed-222a112c/lstm/graph/internal/exec"
	"github.com/seed-222a112c/lstm/graph/internal/ir"
	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

// sum plans the products of a sum.
func (p *Plan[T]) sum(v *ir.Value, time int) {
	item := exec.ProductItem[T]{C: p.place(v)}
	if len(v.In) > 0 {
		start := p.place(v.In[0])
		item.Start = &start
	}
	with := fmt.Sprint("product ", v.Rows, v.Steady())
	if v.Steady() {
		p.buffers[item.C.Buffer].pinned = true
	}
	s := &exec.Product[T]{Once: v.Steady()}
	for _, t := range v.Products {
		s.Lefts = append(s.Lefts, p.list(t.Left))
		item.Rights = append(item.Rights, p.packed(t, time-1))
		with = fmt.Sprint(with, " ", t.Left.ID)
	}
	s.Items = []exec.ProductItem[T]{item}
	p.add(time, with, s)
}

// A packing is what a packed right operand is of.
type packing struct {
	right *ir.Value
	trans bool
}

// packed plans that the right operand of a product is packed, for that product alone.
func (p *Plan[T]) packed(t ir.Product, time int) *exec.Packed[T] {
	r := &exec.Packed[T]{From: p.place(t.Right), Trans: t.Trans, Rows: t.Right.Rows, Cols: t.Right.Cols}
	if t.Trans {
		r.Rows, r.Cols = r.Cols, r.Rows
	}
	if r.BFloat16 = p.bfloat16 && isParam(t.Right) && !t.Trans; r.BFloat16 {
		r.To = p.newBuffer(1, 1) // only to order the steps
	} else {
		r.To = p.newBuffer(1, kernel.PackedLen(r.Rows, r.Cols))
	}
	p.packings[r] = packing{t.Right, t.Trans}
	p.add(time, "", &exec.Pack[T]{Items: []*exec.Packed[T]{r}})
	return r
}

func isParam(v *ir.Value) bool { return v.Op == ir.Leaf && v.Steady() }

// pack packs a right operand once a run for all products that have it, as soon as it is there;
// parameters once while they are frozen.
func pack[T kernel.Float](p *Plan[T]) int {
	first := map[packing]*exec.Packed[T]{}
	kept := p.steps[:0]
	merged := 0
	for _, step := range p.steps {
		switch s := step.Step.(type) {
		case *exec.Pack[T]:
			r := s.Items[0]
			key := p.packings[r]
			if first[key] != nil {
				merged++
				continue
			}
			first[key] = r
			once := isParam(key.right)
			p.buffers[r.To.Buffer].pinned = once
			step.time, step.with = 2*p.stage[key.right.ID]+1, "pack"
			if s.Once = once; !once { // it may have to wait for what else is done at that time
				step.with = ""
			}
		case *exec.Product[T]:
			for _, item := range s.Items {
				for i, r := range item.Rights {
					item.Rights[i] = first[p.packings[r]]
				}
			}
		}
		kept = append(kept, step)
	}
	p.steps = kept
	return merged
}

// share makes one step of those that compute the same kind of thing at the same time: products
// with the same left operands, the gates of a cell; sums of outer products, of which those with
// the same left operand pack it once; sums of rows.
func share[T kernel.Float](p *Plan[T]) int {
	type key struct {
		time int
		with string
	}
	first := map[key]interface{ Absorb(exec.Step[T]) }{}
	kept := p.steps[:0]
	for _, step := range p.steps {
		if step.with != "" {
			k := key{step.time, step.with}
			if s := first[k]; s != nil {
				s.Absorb(step.Step)
				continue
			}
			first[k] = step.Step.(interface{ Absorb(exec.Step[T]) })
		}
		kept = append(kept, step)
	}
	merged := len(p.steps) - len(kept)
	p.steps = kept
	return merged
}
