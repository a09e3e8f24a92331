package graph

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// UnsetInput is Input without a value: until it has been set, Run returns an error that says
// what to do, such as "call Draw before Run".
func (b *Builder) UnsetInput(name string, rows, cols int, do string) *Node {
	n := b.Input(name, rows, cols)
	if n != nil {
		b.inputs[name].unset = do
		b.unset = true
	}
	return n
}

// checkInputs returns an error if an input has no value yet. After the first time that all
// have one it looks no more.
func (p *Program) checkInputs() error {
	if !p.unset {
		return nil
	}
	var missing []string
	do := map[string]bool{}
	for name, in := range p.inputs {
		if in.unset != "" {
			missing = append(missing, fmt.Sprintf("%q", name))
			do[in.unset] = true
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		return errors.Errorf("graph: Run of a program with inputs that have no value: %s; %s", strings.Join(missing, ", "), names(do))
	}
	p.unset = false
	return nil
}
