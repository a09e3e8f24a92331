package fuse

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/seed-222a112c/lstm/graph/internal/kernel"
	"github.com/seed-222a112c/lstm/graph/internal/ops"
)

// A planner turns the values of a module into steps.
type planner[T Float] struct {
	*module
	buffers  []buffer
	places   map[*value]place
	material []bool // by value: it must lie in one place, row after row
	lists    map[*value]*list[T]
	packs    map[string]*packed[T]
	steps    []scheduled[T]
	scratch  int // most temporaries of a cluster
	operands int // most places and temporaries of a cluster
	programs map[string]*clusterProgram
	gathered map[string]int // steps that more values may join, by what they share
	results  []place
	homes    map[*value]home
	kept     map[*value]place // scales of layer norms
	workers  int
	bfloat16 bool // parameters are rounded where they are right operands
}

// A home is where a part lies in what it is put together to.
type home struct {
	whole      *value
	row, col   int
	rows, cols int
}

func (h home) of(p interface{ place(*value) place }) place {
	return p.place(h.whole).rowsOf(h.row, h.rows).columnsOf(h.col, h.cols)
}

// settle finds the parts of stacks and of matrices side by side that can be computed where
// they are wanted.
func (p *planner[T]) settle() {
	outputs := p.outputSet()
	for _, v := range p.values {
		if v.op != stack && v.op != concat || !p.material[v.id] {
			continue
		}
		h := home{whole: v}
		for _, u := range v.in {
			h.rows, h.cols = u.rows, u.cols
			free := !u.op.view() && u.op != leaf && u.op != constant && !u.inPlace && u.op != opaque
			if _, taken := p.homes[u]; free && !taken && !outputs[u] {
				p.homes[u] = h
			}
			if v.op == stack {
				h.row += u.rows
			} else {
				h.col += u.cols
			}
		}
	}
}

// A scheduled step has a time: twice the stage of its values, and one more if it gets
// something ready for later stages.
type scheduled[T Float] struct {
	step[T]
	time    int
	barrier bool // all workers must have done what is before it
}

func newPlanner[T Float](m *module, workers int) *planner[T] {
	return &planner[T]{module: m, workers: workers, places: map[*value]place{}, lists: map[*value]*list[T]{}, packs: map[string]*packed[T]{},
		programs: map[string]*clusterProgram{}, gathered: map[string]int{}, homes: map[*value]home{}, kept: map[*value]place{}}
}

// plan makes the steps and puts them in order.
func (p *planner[T]) plan() {
	p.demand()
	p.settle()
	clusters := p.module.clusters()
	p.fuseLosses()
	next := 0
	for _, v := range p.values {
		for next < len(clusters) && clusters[next].values[0] == v {
			p.cluster(clusters[next])
			next++
		}
		p.value(v)
	}
	for _, v := range p.outputs {
		p.output(v)
	}
	slices.SortStableFunc(p.steps, func(a, b scheduled[T]) int { return cmp.Compare(a.time, b.time) })
	for _, s := range p.steps {
		if product, ok := s.step.(*productStep[T]); ok {
			product.divide()
		}
	}
}

func (p *planner[T]) add(time int, s step[T]) {
	p.steps = append(p.steps, scheduled[T]{step: s, time: time})
}

// demand finds out which values must lie in one place. Stacks, blocks of rows and lookups
// that only products read are lists of pointers.
func (p *planner[T]) demand() {
	p.material = make([]bool, p.made)
	for _, v := range p.outputs {
		p.material[v.id] = true
	}
	for i := len(p.values) - 1; i >= 0; i-- {
		v := p.values[i]
		for _, t := range v.products {
			p.material[t.right.id] = true
		}
		switch v.op {
		case sum:
		case outer, sumRows, stack:
			continue
		case concat:
			p.material[v.id] = true
			continue
		case rowBlock:
			if !p.material[v.id] {
				continue
			}
		case scatter:
			continue
		}
		for _, u := range v.in {
			p.material[u.id] = true
		}
	}
}

// place returns where v lies.
func (p *planner[T]) place(v *value) place {
	if at, ok := p.places[v]; ok {
		return at
	}
	var at place
	switch {
	case v.op == rowBlock:
		at = p.place(v.in[0]).rowsOf(v.from, v.rows)
	case v.op == columnBlock:
		at = p.place(v.in[0]).columnsOf(v.from, v.cols)
	case v.op == reshape && p.place(v.in[0]).contiguous():
		at = p.place(v.in[0])
		at.rows, at.cols, at.stride = v.rows, v.cols, v.cols
	case p.homes[v] != home{}:
		at = p.homes[v].of(p)
	case v.op == sum && v.inPlace:
		at = p.place(v.in[0])
	default:
		at = p.newBuffer(v.rows, v.cols)
		if v.op == leaf || v.op == constant {
			p.buffers[at.buffer].leaf = v
		}
	}
	p.places[v] = at
	return at
}

func (p *planner[T]) newBuffer(rows, cols int) place {
	p.buffers = append(p.buffers, buffer{size: rows * cols, first: -1})
	return place{len(p.buffers) - 1, 0, rows, cols, cols}
}

// list returns the rows of v.
func (p *planner[T]) list(v *value) *list[T] {
	l := p.lists[v]
	if l == nil {
		l = newList[T](p.parts(v))
		p.lists[v] = l
	}
	return l
}

func (p *planner[T]) parts(v *value) []part {
	if !p.material[v.id] {
		switch v.op {
		case stack:
			var all []part
			for _, u := range v.in {
				all = append(all, p.parts(u)...)
			}
			return all
		case lookup:
			return p.looked(v)
		case rowBlock:
			return cut(p.parts(v.in[0]), v.from, v.rows)
		}
	}
	return []part{{place: p.place(v)}}
}

// looked returns the rows that a lookup takes.
func (p *planner[T]) looked(v *value) []part {
	return []part{{place: p.place(v.in[0]), lookup: true, index: p.place(v.in[1]).buffer, from: v.from, num: v.rows}}
}

// cut returns n rows of parts from from on.
func cut(parts []part, from, n int) []part {
	var all []part
	for _, p := range parts {
		lo, hi := max(from, 0), min(from+n, p.height())
		if lo < hi {
			q := p
			if p.lookup {
				q.from, q.num = p.from+lo, hi-lo
			} else {
				q.place = p.rowsOf(lo, hi-lo)
			}
			all = append(all, q)
		}
		from -= p.height()
	}
	return all
}

// value makes the steps of a value that is not elementwise.
func (p *planner[T]) value(v *value) {
	time := 2 * v.stage
	switch v.op {
	case sum:
		p.sum(v)
	case outer:
		a, item := p.list(v.in[0]), outerItem[T]{p.place(v), p.list(v.in[1])}
		addTo(p, time, "outer", func() *outerStep[T] { return &outerStep[T]{parts: make([]outerPart[T], p.workers)} },
			func(s *outerStep[T]) { s.add(a, item) })
	case sumRows:
		item := sumRowsItem[T]{dst: p.place(v), x: p.list(v.in[0]), sums: make([]float64, v.cols)}
		if len(v.in) == 2 {
			item.y = p.list(v.in[1])
		}
		addTo(p, time, "sumRows", func() *sumRowsStep[T] { return &sumRowsStep[T]{} }, func(s *sumRowsStep[T]) { s.items = append(s.items, item) })
	case scatter:
		p.add(time, &scatterStep[T]{dst: p.place(v), x: p.list(v.in[0]), index: p.place(v.in[1]).buffer})
	case lookup:
		if p.material[v.id] {
			p.copy(time, p.place(v), p.looked(v))
		}
	case stack:
		if p.material[v.id] {
			p.join(v, time+1)
		}
	case concat:
		p.join(v, time+1)
	case reshape:
		if p.place(v).buffer != p.place(v.in[0]).buffer {
			p.add(time+1, &reshapeStep[T]{p.place(v), p.place(v.in[0])})
		}
	case transpose:
		p.add(time, &transposeStep[T]{p.place(v), p.place(v.in[0])})
	case layerNorm:
		p.add(time, &normStep[T]{p.place(v), p.place(v.in[0]), p.scales(v), v.scale})
	case layerNormGrad:
		p.add(time, &normGradStep[T]{p.place(v), p.place(v.in[1]), p.place(v.in[2]), p.scales(v.in[1])})
	case softmax:
		p.add(time, &softmaxStep[T]{p.place(v), p.place(v.in[0])})
	case padRows, padColumns:
		s := &padStep[T]{dst: p.place(v), x: p.place(v.in[0])}
		if s.within = s.dst.columnsOf(v.from, v.in[0].cols); v.op == padRows {
			s.within = s.dst.rowsOf(v.from, v.in[0].rows)
		}
		p.add(time, s)
	case opaque:
		p.opaque(v)
	}
}

// join plans the copies of those operands of a stack or concatenation that are not computed
// where they are wanted.
func (p *planner[T]) join(v *value, time int) {
	row, col := 0, 0
	for _, u := range v.in {
		dst := p.place(v).rowsOf(row, u.rows).columnsOf(col, u.cols)
		stored := p.material[u.id] || !u.op.view() && u.op != lookup
		if !stored || p.place(u) != dst {
			p.copy(time, dst, p.parts(u))
		}
		if v.op == stack {
			row += u.rows
		} else {
			col += u.cols
		}
	}
}

// copy plans that rows are copied.
func (p *planner[T]) copy(time int, dst place, from []part) {
	l := newList[T](from)
	p.lists[&value{}] = l
	p.add(time, &copyStep[T]{dst, l})
}

// scales returns where the scales of a layer norm, or of some rows of one, are kept.
func (p *planner[T]) scales(norm *value) place {
	if norm.op == rowBlock {
		return p.scales(norm.in[0]).rowsOf(norm.from, norm.rows)
	}
	at, known := p.kept[norm]
	if !known {
		at = p.newBuffer(norm.rows, 1)
		p.kept[norm] = at
	}
	return at
}

// addTo adds to the step of the same time and kind, or makes it.
func addTo[T Float, S step[T]](p *planner[T], time int, kind string, create func() S, add func(S)) {
	key := fmt.Sprint(time, " ", kind)
	i, known := p.gathered[key]
	if !known || p.off["share"] {
		i = len(p.steps)
		p.gathered[key] = i
		p.add(time, create())
	}
	add(p.steps[i].step.(S))
}

// sum plans the products of a sum: in one step with those that have the same left operands.
func (p *planner[T]) sum(v *value) {
	item := productItem[T]{c: p.place(v)}
	if len(v.in) > 0 {
		start := p.place(v.in[0])
		item.start = &start
	}
	key := fmt.Sprint("product ", v.rows, v.steady)
	if v.steady {
		p.buffers[item.c.buffer].pinned = true
	}
	var lefts []*list[T]
	for _, t := range v.products {
		lefts = append(lefts, p.list(t.left))
		item.rights = append(item.rights, p.pack(v, t))
		key = fmt.Sprint(key, " ", t.left.id)
	}
	addTo(p, 2*v.stage, key, func() *productStep[T] { return &productStep[T]{lefts: lefts, once: v.steady} },
		func(s *productStep[T]) { s.items = append(s.items, item) })
}

// pack returns the packed right operand of a product of v.
func (p *planner[T]) pack(v *value, t product) *packed[T] {
	key, time := fmt.Sprint(t.right.id, t.transR), 2*t.right.stage+1
	if p.off["pack"] { // anew for each product
		key, time = fmt.Sprint(key, v.id), 2*v.stage-1
	}
	if known := p.packs[key]; known != nil {
		return known
	}
	r := &packed[T]{from: p.place(t.right), transR: t.transR, rows: t.right.rows, cols: t.right.cols}
	if t.transR {
		r.rows, r.cols = r.cols, r.rows
	}
	if p.bfloat16 && t.right.steady && !t.transR {
		half := kernel.NewPacked16(r.rows, r.cols)
		r.half, r.to = &half, p.newBuffer(1, 1) // only to order the steps
	} else {
		r.to = p.newBuffer(1, kernel.PackedLen(r.rows, r.cols))
	}
	once := t.right.steady && !p.off["pack"]
	p.buffers[r.to.buffer].pinned = once
	p.packs[key] = r
	kind := "pack"
	if !t.right.steady { // it may have to wait for what else is done at that time
		kind += key
	}
	addTo(p, time, kind, func() *packStep[T] { return &packStep[T]{once: once} },
		func(s *packStep[T]) { s.items = append(s.items, r) })
	return r
}

// cluster plans the elementwise values of a cluster.
func (p *planner[T]) cluster(c *cluster) {
	outputs := p.outputSet()
	program, values := newCluster(c, func(v *value) bool {
		return outputs[v] || slices.ContainsFunc(v.users, func(u *value) bool { return u.cluster != c })
	})
	if known := p.programs[program.text]; known != nil {
		program = known
	}
	p.programs[program.text] = program
	s := &clusterStep[T]{program: program, rows: c.values[0].rows, cols: c.values[0].cols}
	for i, v := range values {
		s.places = append(s.places, p.place(v))
		s.gaps = s.gaps || program.places[i] == full && !s.places[i].contiguous()
	}
	p.scratch = max(p.scratch, program.temps)
	p.operands = max(p.operands, len(values)+program.temps)
	p.add(2*c.values[0].stage, s)
}

// fuseLosses plans the losses, each in one step with its gradient if the gradient of the
// loss is known before.
func (p *planner[T]) fuseLosses() {
	type key struct{ logits, targets, weights *value }
	grads := map[key]*value{}
	for _, v := range p.values {
		if v.op == crossEntropyGrad && v.in[3].stage == 0 {
			grads[key{v.in[0], v.in[1], v.in[2]}] = v
		}
	}
	done := map[*value]bool{}
	for _, v := range p.values {
		if v.op == crossEntropy {
			g := grads[key{v.in[0], v.in[1], v.in[2]}]
			done[g] = true
			p.loss(v, g)
		}
	}
	for _, v := range p.values {
		if v.op == crossEntropyGrad && !done[v] {
			p.loss(nil, v)
		}
	}
}

// loss plans a loss, a gradient or both; either may be nil.
func (p *planner[T]) loss(loss, grad *value) {
	v := cmp.Or(grad, loss)
	s := &lossStep[T]{logits: p.place(v.in[0]), targets: p.place(v.in[1]).buffer, weights: p.place(v.in[2]),
		losses: p.newBuffer(v.in[0].rows, 1), gradient: grad != nil}
	if grad != nil {
		s.dy, s.exps = p.place(grad.in[3]), p.place(grad)
	} else {
		s.exps = p.newBuffer(v.in[0].rows, v.in[0].cols)
	}
	p.add(2*v.stage, s)
	if loss != nil {
		p.add(2*loss.stage+1, &meanStep[T]{s.losses, s.weights, p.place(loss)})
	}
}

func (p *planner[T]) opaque(v *value) {
	s := &opaqueStep[T]{node: v.node, out: p.place(v)}
	nodes := ops.Operands(v.node)
	for i, u := range v.in {
		in := opaqueInput{place: p.place(u), shape: nodes[i].Shape()}
		if u.op == leaf {
			in.leaf = u.node
		}
		s.in = append(s.in, in)
	}
	p.add(2*v.stage, s)
}

// output plans where v is after a run: in a buffer that nothing else is written to. A leaf
// is copied, and so is what is an output already, for their owners may change them.
func (p *planner[T]) output(v *value) {
	at := p.place(v)
	if b := &p.buffers[at.buffer]; b.leaf != nil || b.pinned || !at.contiguous() {
		from := at
		at = p.newBuffer(v.rows, v.cols)
		p.copy(2*v.stage+2, at, []part{{place: from}})
	}
	p.buffers[at.buffer].pinned = true
	p.results = append(p.results, at)
}
