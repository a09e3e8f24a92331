package schedule

import (
	"cmp"

	"github.com/seed-222a112c/lstm/graph/internal/exec"
	"github.com/seed-222a112c/lstm/graph/internal/ir"
)

// losses plans the losses, each in one step with its gradient if the gradient of the
// loss is known before.
func (p *Plan[T]) losses() {
	type key struct{ logits, targets, weights *ir.Value }
	grads := map[key]*ir.Value{}
	for _, v := range p.Values {
		if v.Op == ir.CrossEntropyGrad && p.stage[v.In[3].ID] == 0 {
			grads[key{v.In[0], v.In[1], v.In[2]}] = v
		}
	}
	done := map[*ir.Value]bool{}
	for _, v := range p.Values {
		if v.Op == ir.CrossEntropy {
			g := grads[key{v.In[0], v.In[1], v.In[2]}]
			done[g] = true
			p.loss(v, g)
		}
	}
	for _, v := range p.Values {
		if v.Op == ir.CrossEntropyGrad && !done[v] {
			p.loss(nil, v)
		}
	}
}

// loss plans a loss, a gradient or both; either may be nil.
func (p *Plan[T]) loss(loss, grad *ir.Value) {
	v := cmp.Or(grad, loss)
	s := &exec.Loss[T]{Logits: p.place(v.In[0]), Targets: p.place(v.In[1]).Buffer, Weights: p.withoutGaps(v.In[2], 2*p.stage[v.ID]),
		Losses: p.newBuffer(v.In[0].Rows, 1), Gradient: grad != nil}
	if grad != nil {
		s.DY, s.Exps = p.place(grad.In[3]), p.place(grad)
	} else {
		s.Exps = p.newBuffer(v.In[0].Rows, v.In[0].Cols)
	}
	p.add(2*p.stage[v.ID], "", s)
	if loss != nil {
		p.add(2*p.stage[loss.ID]+1, "", &exec.Mean[T]{Losses: s.Losses, Weights: s.Weights, Mean: p.place(loss)})
	}
}

// withoutGaps returns where v lies with its rows one after the other: a copy, if it is a part
// of something, which is made at that time.
func (p *Plan[T]) withoutGaps(v *ir.Value, time int) exec.Place {
	at := p.place(v)
	if at.Contiguous() {
		return at
	}
	dst := p.newBuffer(v.Rows, v.Cols)
	p.copy(time, dst, []exec.Part{{Place: at}})
	return dst
}
