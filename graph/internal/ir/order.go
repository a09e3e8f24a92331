package ir

import "slices"

// Order sets the values to those that the outputs need, operands before users: the first
// output first, and of a value the first operand first.
func (p *Program) Order() {
	p.Values = make([]*Value, 0, len(p.Values))
	p.users, p.uses, p.outputs = nil, nil, nil
	const open, done = 1, 2
	state := zeroed(p.scratch.state, p.made)
	todo := p.scratch.todo[:0]
	for _, out := range p.Outputs {
		todo = append(todo, out)
		for len(todo) > 0 {
			v := todo[len(todo)-1]
			switch state[v.ID] {
			case done:
				todo = todo[:len(todo)-1]
			case open:
				todo = todo[:len(todo)-1]
				state[v.ID] = done
				p.Values = append(p.Values, v)
			default:
				state[v.ID] = open
				from := len(todo)
				v.Operands(func(u *Value) {
					if state[u.ID] == 0 {
						todo = append(todo, u)
					}
				})
				slices.Reverse(todo[from:])
			}
		}
	}
	p.scratch.state, p.scratch.todo = state, todo
}

// Users returns the users of a value of the program, one entry a use, in the order of the
// values.
func (p *Program) Users(v *Value) []*Value {
	if p.users == nil {
		p.findUsers()
	}
	if v.ID+1 >= len(p.first) { // made since
		return nil
	}
	return p.users[p.first[v.ID]:p.first[v.ID+1]]
}

func (p *Program) findUsers() {
	p.countUses()
	p.first = zeroed(p.scratch.first, len(p.uses)+1)
	p.scratch.first = nil
	total := int32(0)
	for id, n := range p.uses {
		total += n
		p.first[id] = total
	}
	p.first[len(p.uses)] = total
	p.users = zeroed(p.scratch.users, int(total))
	p.scratch.users = nil
	for _, v := range slices.Backward(p.Values) { // first[id] goes from the end of a value's users to their start
		v.Operands(func(u *Value) {
			p.first[u.ID]--
			p.users[p.first[u.ID]] = v
		})
	}
}

func (p *Program) countUses() {
	if p.uses != nil {
		return
	}
	p.uses = zeroed(p.scratch.uses, p.made)
	p.scratch.uses = nil
	for _, v := range p.Values {
		v.Operands(func(u *Value) { p.uses[u.ID]++ })
	}
}

// IsOutput tells whether a value survives a run.
func (p *Program) IsOutput(v *Value) bool {
	if p.outputs == nil {
		p.outputs = make([]bool, p.made)
		for _, out := range p.Outputs {
			p.outputs[out.ID] = true
		}
	}
	return v.ID < len(p.outputs) && p.outputs[v.ID]
}

// Single tells whether a value has one use and nobody else wants it.
func (p *Program) Single(v *Value) bool {
	p.countUses()
	return v.ID < len(p.uses) && p.uses[v.ID] == 1 && !p.IsOutput(v)
}

// A scratch is memory that programs made of one another use in turn: each of its slices belongs to
// the one that took it, until that gives it back.
type scratch struct {
	of    []*Value // of a Rewriter
	state []uint8  // of Order
	todo  []*Value
	uses  []int32 // of a Program
	first []int32
	users []*Value
}

// release gives back what is known of a program of which another has been made. It is found again
// if it is asked for again.
func (p *Program) release() {
	if p.uses != nil {
		p.scratch.uses = p.uses
	}
	if p.users != nil {
		p.scratch.first, p.scratch.users = p.first, p.users
	}
	p.uses, p.first, p.users, p.outputs = nil, nil, nil, nil
}

// zeroed returns n zeros, in the memory of s if there is room.
func zeroed[E any](s []E, n int) []E {
	if cap(s) < n {
		return make([]E, n, n+n/4)
	}
	s = s[:n]
	clear(s)
	return s
}
