package graphgen

// A fault is a known one of the fused engine. Programs that would meet it are not checked.
type fault struct {
	what  string
	text  string // a small program that fails
	meets func(*Program) bool
}

// faults are the known faults. The list is empty when there are none: a fault that is mended
// goes from here to the programs of TestMended.
var faults = []fault{
	{"a row that is added twice to a sum is added once", `
		seed 253
		v15 = Input(1, 1, uniform)
		v16 = Input(1, 1, uniform)
		v19 = Input(1, 1, uniform)
		v20 = MatMul(v15, v19)
		v21 = Input(1, 1, uniform)
		v22 = AddRow(v20, v21)
		v23 = AddRow(v22, v21)
		v44 = MatMul(v16, v19)
		v45 = AddRow(v44, v21)
		v60 = Mul(v23, v45)
		v61 = Output(v60)`, (*Program).addsRowTwice},
	{"weights of a cross-entropy that are a column of a matrix are read as if its rows had no gaps", `
		seed 72566
		v3 = Input(2, 2, uniform)
		v15 = Indices(2, 2, rising)
		v16 = Input(2, 2, ones)
		v17 = ColumnBlock(v16, 1, 2)
		v18 = CrossEntropy(v3, v15, v17, 0)
		v40 = Minimize(v18)`, (*Program).computesWeights},
	{"compiling panics where a matrix and a lookup in it are multiplied by one weight", `
		seed 7760
		v4 = Input(1, 2, uniform)
		v5 = Indices(2, 1, rising)
		v9 = Rows(v4, v5)
		v12 = Input(2, 1, uniform)
		v13 = MatMul(v4, v12)
		v14 = Input(2, 1, uniform)
		v15 = MatMul(v4, v14)
		v16 = Add(v13, v15)
		v17 = MatMul(v4, v14)
		v18 = Add(v16, v17)
		v21 = Transpose(v12)
		v33 = Transpose(v21)
		v34 = MatMul(v9, v33)
		v36 = AddRow(v34, v18)
		v116 = Output(v36)`, (*Program).multipliesTableAndLookup},
}

// multipliesTableAndLookup tells whether a matrix is multiplied by a weight and what is looked up
// in it by the same or its transpose.
func (p *Program) multipliesTableAndLookup() bool {
	source := map[int]int{} // what rows were looked up in, or cut from
	weight := map[int]int{} // a matrix without its transposes
	looked := map[int]bool{}
	by := map[[2]int][2]bool{} // products by their left operand's source and the weight: direct, looked up
	of := func(known map[int]int, id int) int {
		if x, ok := known[id]; ok {
			return x
		}
		return id
	}
	for i := range p.Statements {
		s := &p.Statements[i]
		switch s.Op {
		case "Rows", "RowBlock", "Unstack":
			source[s.ID] = of(source, s.Operands[0])
			looked[s.ID] = s.Op == "Rows" || looked[s.Operands[0]]
		case "Transpose":
			weight[s.ID] = of(weight, s.Operands[0])
		case "MatMul":
			key := [2]int{of(source, s.Operands[0]), of(weight, s.Operands[1])}
			met := by[key]
			met[0], met[1] = met[0] || !looked[s.Operands[0]], met[1] || looked[s.Operands[0]]
			if by[key] = met; met[0] && met[1] {
				return true
			}
		}
	}
	return false
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
