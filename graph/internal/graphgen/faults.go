package graphgen

// A fault is a known one of the fused engine, which programs that would meet it are not checked
// for.
type fault struct {
	what  string
	meets func(*Program) bool
}

// faults are the known faults. The list is empty when there are none.
var faults = []fault{
	{"a row that is added twice to a sum is added once", (*Program).addsRowTwice},
	{"weights of a cross-entropy that are a column of a matrix are read as if its rows had no gaps", (*Program).computesWeights},
}

// computesWeights tells whether the weights of a cross-entropy are not a leaf.
func (p *Program) computesWeights() bool {
	for i := range p.Statements {
		if s := &p.Statements[i]; s.Op == "CrossEntropy" && len(p.find(s.Operands[2]).Operands) > 0 {
			return true
		}
	}
	return false
}

// addsRowTwice tells whether a chain of sums adds one row more than once.
func (p *Program) addsRowTwice() bool {
	type sum = map[int]bool // rows added
	rows := map[int]sum{}
	for i := range p.Statements {
		s := &p.Statements[i]
		added := sum{}
		switch s.Op {
		case "AddRow":
			if rows[s.Operands[0]][s.Operands[1]] {
				return true
			}
			added[s.Operands[1]] = true
			fallthrough
		case "Add", "Sub":
			for _, id := range s.Operands {
				for row := range rows[id] {
					if added[row] && s.Op != "AddRow" {
						return true
					}
					added[row] = true
				}
			}
		}
		rows[s.ID] = added
	}
	return false
}

// knownFault tells whether a program would meet a known fault.
func (p *Program) knownFault() bool {
	for _, f := range faults {
		if f.meets(p) {
			return true
		}
	}
	return false
}
