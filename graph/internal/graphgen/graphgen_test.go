package graphgen

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph"
)

// A method of the Builder that no random graph calls.
func TestEveryMethod(t *testing.T) {
	builder := reflect.TypeFor[*graph.Builder]()
	for i := range builder.NumMethod() {
		method := builder.Method(i).Name
		_, drawn := operations[method]
		if reason := notDrawn[method]; drawn == (reason != "") {
			t.Errorf("method %s of graph.Builder has to be either in the table of operations or, with a reason, in notDrawn", method)
		}
	}
	for _, names := range [][]string{sortedKeys(operations), sortedKeys(notDrawn)} {
		for _, name := range names {
			if _, there := builder.MethodByName(name); !there {
				t.Errorf("graph.Builder has no method %s", name)
			}
		}
	}
}

func sortedKeys[V any](m map[string]V) (keys []string) {
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// A program that is not what its seed says, or a text that loses a part of it.
func TestTextOfPrograms(t *testing.T) {
	for seed := range uint64(200) {
		p := Draw(seed)
		q, err := Parse(p.String())
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(normal(p), normal(q)) {
			t.Fatalf("seed %d: the program\n%vis read as\n%v", seed, p, q)
		}
		if again := Draw(seed); again.String() != p.String() {
			t.Fatalf("seed %d gives two programs", seed)
		}
	}
}

// normal makes empty lists nil.
func normal(p *Program) *Program {
	p = p.clone()
	for i := range p.Statements {
		s := &p.Statements[i]
		if len(s.Operands) == 0 {
			s.Operands = nil
		}
		if len(s.Numbers) == 0 {
			s.Numbers = nil
		}
	}
	return p
}

// Texts that are taken for programs.
func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"seed x":                     "line 1",
		"v1 = Param(2, 2)\nv2":       "line 2",
		"v1 = Nonsense(2)":           "no operation",
		"v1 = Tanh(v2)":              "not known",
		"v1 = Input(2, 2)":           "distributions",
		"v1 = Param(2, 2, ones)":     "distributions",
		"v1 = Input(2, 2, any)":      "distributions",
		"v1 = Ones(1)\nv1 = Ones(1)": "second v1",
		"w = Ones(1)":                "neither a value",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives the error %v, want one of %q", text, err, want)
		}
	}
}

// A text that makes the reader or the plain loops panic.
func FuzzParse(f *testing.F) {
	for seed := range uint64(50) {
		f.Add(Draw(seed).String())
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		if err != nil {
			return
		}
		if _, err := Parse(p.String()); err != nil {
			t.Fatalf("%q is read, and not what is written of it: %v", text, err)
		}
		_ = p.check()
		e := &evaluation{program: p, world: worlds[0]}
		_, _ = e.run()
	})
}

// Values worked out by hand.
func TestPlainLoops(t *testing.T) {
	for _, c := range []struct {
		text string
		want []float64
	}{
		{"v1 = Constant(1, 2, 0.5)\nv2 = Affine(v1, 2, 1)\nv3 = Output(v2)", []float64{2, 2}},
		{"v1 = Constant(2, 3, 2)\nv2 = Ones(3)\nv3 = MatMul(v1, v2)\nv4 = Output(v3)", []float64{6, 6}},
		{"v1 = Constant(1, 4, 3)\nv2 = Softmax(v1)\nv3 = Output(v2)", []float64{.25, .25, .25, .25}},
		{"v1 = Ones(2)\nv2 = Constant(1, 1, 3)\nv3 = Stack(v1, v2)\nv4 = RowBlock(v3, 1, 3)\nv5 = Output(v4)", []float64{1, 3}},
		{"v1 = Ones(2)\nv2 = Transpose(v1)\nv3 = MulRow(v2, v2)\nv4 = ConcatColumns(v3, v2)\nv5 = ColumnBlock(v4, 1, 4)\nv6 = Output(v5)", []float64{1, 1, 1}},
		{"v1 = Input(2, 1, zeros)\nv2 = Ones(2)\nv3 = Constant(2, 1, 5)\nv4 = Select(v1, v2, v3)\nv5 = Output(v4)", []float64{5, 5}},
		{"v1 = Constant(2, 2, 1)\nv2 = Indices(2, 2, any)\nv3 = Ones(2)\nv4 = CrossEntropy(v1, v2, v3, 0)\nv5 = Output(v4)", []float64{math.Ln2}},
		{"v1 = Constant(2, 2, 1)\nv2 = Indices(2, 2, any)\nv3 = Input(2, 1, zeros)\nv4 = CrossEntropy(v1, v2, v3, 0)\nv5 = Output(v4)", []float64{0}},
		{"v1 = Constant(2, 2, 1)\nv2 = Constant(2, 2, 3)\nv3 = Ones(2)\nv4 = SquaredError(v1, v2, v3)\nv5 = Output(v4)", []float64{4}},
		{"v1 = Constant(1, 2, 2)\nv2 = OuterRows(v1, v1)\nv3 = MatVecRows(v2, v1)\nv4 = Output(v3)", []float64{16, 16}},
	} {
		p, err := Parse(c.text)
		if err != nil {
			t.Fatal(err)
		}
		e := &evaluation{program: p, world: worlds[0]}
		values, err := e.run()
		if err != nil {
			t.Errorf("%s\n%v", c.text, err)
			continue
		}
		got := values[p.Statements[len(p.Statements)-1].ID].x
		if far, _, where := farthest("value", got, c.want); !(far <= 1e-12) {
			t.Errorf("%s\n%s", c.text, where)
		}
	}
}

// A program that fails for what is in three of its statements, and of which more is left.
func TestMinimise(t *testing.T) {
	fails := func(p *Program) *Failure {
		if p.check() != nil {
			return nil
		}
		e := &evaluation{program: p, world: worlds[0]}
		values, err := e.run()
		if err != nil {
			return nil
		}
		for i := range p.Statements {
			if s := &p.Statements[i]; s.Op == "Transpose" && p.find(s.Operands[0]).Op == "MatMul" && values[s.ID].cols > 1 {
				return &Failure{Program: p, What: "a transposed product"}
			}
		}
		return nil
	}
	made := 0
	for seed := uint64(0); made < 20; seed++ {
		f := fails(Draw(seed))
		if f == nil {
			continue
		}
		made++
		small := minimise(f, fails).Program
		if n := len(small.Statements); n > 5 {
			t.Errorf("seed %d: %d statements are left of %d:\n%v", seed, n, len(f.Program.Statements), small)
		}
	}
}

// mended are programs that once failed.
var mended = []struct{ what, text string }{
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
		v61 = Output(v60)`},
	{"weights of a cross-entropy that are a column of a matrix are read as if its rows had no gaps", `
		seed 72566
		v3 = Input(2, 2, uniform)
		v15 = Indices(2, 2, rising)
		v16 = Input(2, 2, ones)
		v17 = ColumnBlock(v16, 1, 2)
		v18 = CrossEntropy(v3, v15, v17, 0)
		v40 = Minimize(v18)`},
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
		v116 = Output(v36)`},
	{"a row that is looked up is written over by the matrix that it is added to", `
		seed 1232581
		v3 = Input(1, 1, uniform)
		v12 = Indices(1, 1, any)
		v13 = Rows(v3, v12)
		v20 = Input(2, 1, uniform)
		v26 = Input(1, 1, uniform)
		v27 = MatMul(v20, v26)
		v28 = AddRow(v27, v13)
		v42 = Output(v28)`},
	{"pieces of one Unstack are one node for gradients inside the graph", `
		seed 1304066
		v3 = Input(2, 2, ones)
		v4 = Unstack(v3, 2, 0)
		v5 = Unstack(v3, 2, 0)
		v6 = Dot(v5, v4)
		v7 = Gradients(v6, v5)
		v19 = Output(v7)`},
}

// A fault that is back.
func TestMended(t *testing.T) {
	for _, m := range mended {
		if failure, err := CheckText(m.text); failure != nil || err != nil {
			t.Errorf("%s: %v %v", m.what, failure, err)
		}
	}
}
