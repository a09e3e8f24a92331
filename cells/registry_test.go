package cells_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
)

func init() {
	cells.Register("test-cornn", NewCoRNN)
	cells.Register("test-anonymous", func(_ string, in, hidden int, rng *rand.Rand) cells.Cell {
		return NewCoRNN("always", in, hidden, rng)
	})
	cells.Register("test-residual", func(layer string, in, hidden int, rng *rand.Rand) cells.Cell {
		return cells.Residual{Of: cells.NewGRU(layer, in, hidden, rng)}
	})
}

// Every cell of the package has a name, and a program's own is made like them, with its sizes and
// the names of its layer.
func TestRegister(t *testing.T) {
	builtin := []string{"cifg", "fgr", "gru", "gru-original", "layernorm", "lstm", "lstm-1997", "mlstm", "nfg", "niaf", "nig",
		"noaf", "nog", "peephole", "rnn", "rnn-relu", "slstm"}
	for _, name := range builtin {
		if !cells.Builtin(name) || !cells.Registered(name) {
			t.Errorf("%q is not a cell of the package", name)
		}
		cell, err := cells.New(name, name+"/1", 3, 4, rand.New(rand.NewPCG(1, 2)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if rows, _ := cell.Params()[0].Shape(); rows != 3 {
			t.Errorf("%s of 3 inputs reads %d", name, rows)
		}
		if want := slices.Contains([]string{"cifg", "fgr", "layernorm", "lstm", "mlstm", "niaf", "nig", "noaf", "nog", "peephole", "slstm"}, name); cells.HasForgetGate(name) != want {
			t.Errorf("%s has a forget gate: %v", name, !want)
		}
	}
	names := slices.DeleteFunc(cells.Names(), func(name string) bool { return strings.HasPrefix(name, "test-") })
	if !slices.Equal(names, builtin) {
		t.Errorf("the cells are %q, want %q", names, builtin)
	}
	own, err := cells.New("test-cornn", "test-cornn/0", 3, 4, rand.New(rand.NewPCG(1, 2)))
	check(t, err)
	rows, cols := own.Params()[0].Shape()
	if own.Params()[0].Name() != "test-cornn/0/W" || rows != 3 || cols != 4 {
		t.Errorf("parameter %q of shape (%d, %d)", own.Params()[0].Name(), rows, cols)
	}
	if cells.Builtin("test-cornn") || !slices.Contains(cells.Names(), "test-cornn") || cells.HasForgetGate("test-cornn") || cells.HasForgetGate("none") {
		t.Error("a cell of a program is not what it is")
	}
	if err := cells.CheckPreset("test-cornn", "keras"); err != nil {
		t.Error(err)
	}
	if pairs, err := cells.New("lstm-1997", "a", 3, 4, rand.New(rand.NewPCG(1, 2))); err != nil || cells.Memories(pairs)[2] != "i" || len(pairs.Params()[2].Floats()) != 2 {
		t.Errorf("four cells of 1997 are not two blocks of two: %v", err)
	}
}

// What cannot be registered panics, and what cannot be made is an error, which names it.
func TestRegisterErrors(t *testing.T) {
	for want, name := range map[string]string{
		`second cell "lstm"`:       "lstm",
		`second cell "test-cornn"`: "test-cornn",
		`Register of ""`:           "",
		`Register of "a/b"`:        "a/b",
		`Register of "LSTM"`:       "LSTM",
		`Register of "9a"`:         "9a",
		`Register of "a b"`:        "a b",
	} {
		func() {
			defer func() {
				if r := recover(); r == nil || !strings.Contains(fmt.Sprint(r), want) {
					t.Errorf("panic %v, want one with %q", r, want)
				}
			}()
			cells.Register(name, NewCoRNN)
		}()
	}
	func() {
		defer func() {
			if r := recover(); r == nil || !strings.Contains(fmt.Sprint(r), "nil function") {
				t.Errorf("panic %v", r)
			}
		}()
		cells.Register[CoRNN]("test-nil", nil)
	}()
	for want, err := range map[string]error{
		`no cell "lsmt"; the cells are cifg, fgr,`: newError("lsmt", 1, 1),
		`"gru" of 0 inputs and 2 units`:            newError("gru", 0, 2),
		`"gru" of 1 inputs and -1 units`:           newError("gru", 1, -1),
		`parameter "always/W" in layer "x/0"`:      newError("test-anonymous", 1, 1),
		`no cell "lsmt"`:                           cells.CheckPreset("lsmt", "keras"),
		`no preset "best"`:                         cells.CheckPreset("gru", "best"),
		"without a forget gate":                    cells.CheckPreset("gru", "chrono:9"),
		`no cell "what"`:                           cells.CheckType("what", NewCoRNN("a", 1, 1, rand.New(rand.NewPCG(1, 2)))),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

func newError(name string, in, hidden int) error {
	_, err := cells.New(name, "x/0", in, hidden, rand.New(rand.NewPCG(1, 2)))
	return err
}

// A louder cell is a Peephole but for its Step.
type louder struct{ *cells.Peephole }

func (l louder) Step(b *graph.Builder, x *graph.Node, prev cells.State) cells.State {
	return l.Peephole.Step(b, b.Affine(x, 2, 0), prev)
}

// A cell that embeds another, or wraps another than its name makes, is not taken for it.
func TestCheckType(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	peephole, gru, lstm := cells.NewPeephole("a", 2, 3, rng), cells.NewGRU("a", 2, 2, rng), cells.NewLSTM("a", 2, 2, rng)
	const own = "github.com/seed-222a112c/lstm/cells"
	for _, c := range []struct {
		name, want string // what the error says, or empty
		cell       cells.Cell
	}{
		{"peephole", "", peephole},
		{"test-cornn", "", NewCoRNN("a", 2, 3, rng)},
		{"test-residual", "", cells.Residual{Of: gru}},
		{"peephole", `of type ` + own + `_test.louder under the name "peephole", which makes a *` + own + ".Peephole", louder{peephole}},
		{"peephole", "of type *" + own + "_test.louder", &louder{peephole}},
		{"lstm", `of type *` + own + `.Peephole under the name "lstm"`, peephole},
		{"gru", "of type " + own + ".Residual(*" + own + ".GRU)", cells.Residual{Of: gru}},
		{"test-residual", ".Residual(*" + own + `.LSTM) under the name "test-residual", which makes a ` + own + ".Residual(*" + own + ".GRU)", cells.Residual{Of: lstm}},
		{"test-residual", ".Skip(*" + own + ".GRU, ", cells.Skip{gru, lstm}},
	} {
		err := cells.CheckType(c.name, c.cell)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%T as %q: error %v, want %q", c.cell, c.name, err, c.want)
		}
	}
}
