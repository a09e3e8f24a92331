package cells

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/pkg/errors"
)

// This file knows cells by name: those of this package, and those that programs add.

// A constructor makes one layer of a stack.
type constructor func(layer string, inputSize, hiddenSize int, rng *rand.Rand) Cell

var registry = struct {
	sync.RWMutex
	constructors map[string]constructor
}{constructors: map[string]constructor{}}

// cellName is what a cell can be called: it begins the names of parameters in model files.
var cellName = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)

// Register adds a cell under a name, by which models are configured, saved and loaded, such as
// "lstm" for NewLSTM:
//
//	func init() { cells.Register("janet", NewJanet) }
//
// The function makes one layer with random weights that reads inputSize numbers and puts out
// hiddenSize; the names of its parameters begin with layer, and a slash. It must make a cell of
// every positive size, of the same type each time. Register panics if the name is taken, or is
// not made of lower-case letters, digits, - and _, a letter first.
func Register[C Cell](name string, construct func(layer string, inputSize, hiddenSize int, rng *rand.Rand) C) {
	switch {
	case construct == nil:
		panic(fmt.Sprintf("cells: Register of %q with a nil function", name))
	case !cellName.MatchString(name):
		panic(fmt.Sprintf("cells: Register of %q, want a name of a-z, 0-9, - and _ that begins with a letter", name))
	}
	registry.Lock()
	defer registry.Unlock()
	if registry.constructors[name] != nil {
		panic(fmt.Sprintf("cells: Register of a second cell %q", name))
	}
	registry.constructors[name] = func(layer string, in, hidden int, rng *rand.Rand) Cell {
		return construct(layer, in, hidden, rng)
	}
}

// Names returns the names under which cells are registered, sorted.
func Names() []string {
	registry.RLock()
	defer registry.RUnlock()
	var names []string
	for name := range registry.constructors {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Registered tells whether there is a cell of that name.
func Registered(name string) bool {
	registry.RLock()
	defer registry.RUnlock()
	return registry.constructors[name] != nil
}

// New makes one layer of the cell that is registered under a name, with random weights. The
// names of its parameters begin with layer. It is an error if there is no such cell, a size is
// not positive, or its constructor names parameters in another way.
func New(name, layer string, inputSize, hiddenSize int, rng *rand.Rand) (Cell, error) {
	registry.RLock()
	construct := registry.constructors[name]
	registry.RUnlock()
	if construct == nil {
		return nil, errors.Errorf("cells: no cell %q; the cells are %s", name, strings.Join(Names(), ", "))
	}
	if inputSize < 1 || hiddenSize < 1 {
		return nil, errors.Errorf("cells: a cell %q of %d inputs and %d units, want 1 or more of each", name, inputSize, hiddenSize)
	}
	cell := construct(layer, inputSize, hiddenSize, rng)
	for _, p := range cell.Params() {
		if !strings.HasPrefix(p.Name(), layer+"/") {
			return nil, errors.Errorf("cells: the cell %q has a parameter %q in layer %q, want a name that begins with %q", name, p.Name(), layer, layer+"/")
		}
	}
	return cell, nil
}

// small returns a cell of one unit.
func small(name string) (Cell, error) {
	return New(name, name, 1, 1, rand.New(rand.NewPCG(0, 0)))
}

// HasForgetGate tells whether the cell of that name has a forget gate, whose bias can be set.
func HasForgetGate(name string) bool {
	cell, err := small(name)
	return err == nil && SetForgetBias(cell, 0) == nil
}

// CheckPreset returns the error that Initialise will return for cells of that name.
func CheckPreset(name, preset string) error {
	cell, err := small(name)
	if err != nil {
		return err
	}
	return Initialise(preset, cell, rand.New(rand.NewPCG(0, 0)))
}

// TypeOf returns the Go type of a cell or layer with its package, such as
// "*github.com/seed-222a112c/lstm/cells.LSTM", and in brackets the types of the cells that it
// wraps. Cells of equal types have the same equations, but for what their fields say.
func TypeOf(of Stateful) string {
	t, stars := reflect.TypeOf(of), ""
	for t.Kind() == reflect.Pointer && t.Name() == "" {
		t, stars = t.Elem(), stars+"*"
	}
	name := stars + t.PkgPath() + "." + t.Name()
	if t.Name() == "" {
		name = stars + t.String()
	}
	if c, ok := of.(composite); ok {
		var parts []string
		for _, part := range c.parts() {
			parts = append(parts, TypeOf(part))
		}
		name += "(" + strings.Join(parts, ", ") + ")"
	}
	return name
}

// CheckType returns an error if a cell is of another type than those that New makes by that
// name: one that embeds such a cell, perhaps, with a Step of its own. A model file holds the
// name, so what is read from it would not be what was written.
func CheckType(name string, cell Cell) error {
	made, err := small(name)
	if err != nil {
		return err
	}
	if got, want := TypeOf(cell), TypeOf(made); got != want {
		return errors.Errorf("cells: a cell of type %s under the name %q, which makes a %s; register it under a name of its own", got, name, want)
	}
	return nil
}

// Builtin tells whether the cell of that name is one of this package.
func Builtin(name string) bool { return slices.Contains(builtins, name) }
