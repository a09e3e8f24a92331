package graphgen

import (
	"maps"
	"slices"
)

// Minimise returns a smaller program that fails in the same variant. It tries, until nothing
// helps: to leave statements out, to put inputs in their place, to shrink sizes.
func Minimise(f *Failure) *Failure {
	return minimise(f, func(p *Program) *Failure {
		if g, err := p.Check([]Variant{f.Variant}, nil); err == nil && g != nil && g.Variant == f.Variant {
			return g
		}
		return nil
	})
}

// minimise is Minimise for any kind of failure.
func minimise(f *Failure, check func(*Program) *Failure) *Failure {
	m := &minimiser{best: f, check: check}
	for before := (*Failure)(nil); before != m.best; {
		before = m.best
		m.roots()
		m.leaveOut()
		m.makeLeaves()
		m.shrink()
		m.simplify()
	}
	return m.best
}

type minimiser struct {
	best  *Failure
	check func(*Program) *Failure // of a smaller program, or nil if it does not fail
}

// try makes q the best program if it fails.
func (m *minimiser) try(q *Program) bool {
	q.prune()
	if f := m.check(q); f != nil {
		m.best = f
		return true
	}
	return false
}

// each calls f with each statement's number, last first, of what is there at the time.
func (m *minimiser) each(f func(id int)) {
	var ids []int
	for _, s := range m.best.Program.Statements {
		ids = append(ids, s.ID)
	}
	for _, id := range slices.Backward(ids) {
		if m.best.Program.find(id) != nil {
			f(id)
		}
	}
}

// roots leaves out outputs and the objective.
func (m *minimiser) roots() {
	m.each(func(id int) {
		q := m.best.Program.clone()
		if s := q.find(id); isRoot(s.Op) {
			isMinimize := s.Op == "Minimize"
			q.Statements = slices.DeleteFunc(q.Statements, func(s Statement) bool { return s.ID == id })
			if isMinimize {
				q.dropProbes()
			}
			m.try(q)
		}
	})
}

// leaveOut replaces statements by one of their operands.
func (m *minimiser) leaveOut() {
	m.each(func(id int) {
		for _, operand := range m.best.Program.find(id).Operands {
			q := m.best.Program.clone()
			if s := q.find(id); !isRoot(s.Op) {
				q.replace(id, operand)
				if m.try(q) {
					return
				}
			}
		}
		q := m.best.Program.clone()
		if s := q.find(id); len(s.Operands) > 2 && operations[s.Op].operands < 0 {
			for k := range s.Operands {
				q := m.best.Program.clone()
				s := q.find(id)
				s.Operands = slices.Delete(s.Operands, k, k+1)
				if m.try(q) {
					return
				}
			}
		}
	})
}

// makeLeaves replaces statements by inputs and parameters by inputs.
func (m *minimiser) makeLeaves() {
	m.each(func(id int) {
		q := m.best.Program.clone()
		plain, err := (&evaluation{program: q, world: worlds[0], lenient: true}).run()
		s := q.find(id)
		if err != nil || isRoot(s.Op) || s.Op == "Input" || plain[id].scalar || plain[id].ints != nil {
			return
		}
		*s = Statement{ID: id, Op: "Input", Numbers: []float64{float64(plain[id].rows), float64(plain[id].cols)}, Kind: "uniform"}
		m.try(q)
	})
}

// shrink replaces a size, wherever it stands, by a smaller one.
func (m *minimiser) shrink() {
	sizes := map[int]bool{}
	for i := range m.best.Program.Statements {
		s := &m.best.Program.Statements[i]
		for k := range min(2, len(s.Numbers)) {
			if n := s.Numbers[k]; n > 1 && n == float64(int(n)) && hasSizes(s.Op) {
				sizes[int(n)] = true
			}
		}
	}
	for _, n := range slices.Backward(slices.Sorted(maps.Keys(sizes))) {
		for _, to := range []int{1, 2, 3, n / 2, n - 1} {
			if to < 1 || to >= n {
				continue
			}
			q := m.best.Program.clone()
			for i := range q.Statements {
				s := &q.Statements[i]
				for k := range min(2, len(s.Numbers)) {
					if hasSizes(s.Op) && s.int(k) == n {
						s.Numbers[k] = float64(to)
					}
				}
			}
			if m.try(q) {
				break
			}
		}
	}
}

// hasSizes tells operations whose first numbers are sizes, offsets or counts.
func hasSizes(op string) bool {
	switch op {
	case "Input", "UnsetInput", "InputWith", "Constant", "Ones", "Param", "Indices", "RowBlock", "ColumnBlock", "Reshape", "Unstack":
		return true
	}
	return false
}

// simplify makes constants and distributions the plainest.
func (m *minimiser) simplify() {
	m.each(func(id int) {
		q := m.best.Program.clone()
		switch s := q.find(id); {
		case s.Op == "CrossEntropy" && (len(s.Numbers) > 1 || s.Numbers[0] != 0):
			s.Numbers = []float64{0}
		case s.Op == "Input" && s.Kind != "uniform" && s.Kind != "ones":
			s.Kind = "ones"
		case s.Op == "UnsetInput":
			s.Op = "Input"
		case s.Op == "InputWith":
			*s = Statement{ID: id, Op: "Input", Numbers: s.Numbers[:2], Kind: "uniform"}
		default:
			return
		}
		m.try(q)
	})
}
