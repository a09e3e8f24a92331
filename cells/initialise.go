package cells

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"github.com/seed-222a112c/lstm/graph"
)

// A composite is made of other cells or layers.
type composite interface{ parts() []Stateful }

// gatedParts returns the cells inside a cell or layer that have gates of their own.
func gatedParts(of Stateful) []Gated {
	if c, ok := of.(composite); ok {
		var all []Gated
		for _, part := range c.parts() {
			all = append(all, gatedParts(part)...)
		}
		return all
	}
	if g, ok := of.(Gated); ok {
		return []Gated{g}
	}
	return nil
}

// Presets describes the presets of Initialise.
const Presets = "pytorch, keras, chrono:T, zaremba:LIMIT"

// Initialise draws the gates of a cell or layer anew as a preset says:
//
//	pytorch      W, U and each of PyTorch's two biases uniform on ±1/√H
//	keras        W uniform by Glorot, U orthogonal, both over all gates of a cell
//	             together; biases 0, those of forget gates 1
//	chrono:T     leaves weights alone; biases 0, but those of forget gates log u with u
//	             uniform on [1, T−1], and those of input gates the opposite, so that
//	             memories last up to T steps (Tallec and Ollivier 2018)
//	zaremba:0.1  W, U and each of two biases uniform on ±0.1 (Zaremba, Sutskever and
//	             Vinyals 2014); see InitialiseAround
//
// Two biases are drawn as their sum. What is no gate, such as a peephole, a gain or a
// projection, keeps its values. It is an error if there is no such preset, or chrono finds
// no forget gate.
func Initialise(preset string, of Stateful, rng *rand.Rand) error {
	name, argument, _ := strings.Cut(preset, ":")
	parts := gatedParts(of)
	switch {
	case name == "pytorch" && argument == "":
		for _, part := range parts {
			initialiseTorch(part, rng)
		}
		return nil
	case name == "keras" && argument == "":
		for _, part := range parts {
			initialiseKeras(part, rng)
		}
		return nil
	case name == "chrono":
		steps, err := strconv.Atoi(argument)
		if err != nil || steps < 3 {
			return errors.Errorf("cells: preset %q: T is %q, want a number of steps of 3 or more, as in chrono:100", preset, argument)
		}
		return initialiseChrono(parts, steps, rng)
	case name == "zaremba":
		limit, err := zarembaLimit(preset, argument)
		if err != nil {
			return err
		}
		for _, part := range parts {
			for _, g := range part.Gates() {
				drawUniform(g, limit, rng)
			}
		}
		return nil
	}
	return errors.Errorf("cells: no preset %q; the presets are %s", preset, Presets)
}

// InitialiseAround draws the parameters of what stands around the cells of a model, an
// embedding and a dense layer, as a preset of Initialise says. That is for zaremba alone, of
// which all numbers of a model are uniform on ±LIMIT; the other presets leave them as they are.
func InitialiseAround(preset string, params []*graph.Param, rng *rand.Rand) error {
	name, argument, _ := strings.Cut(preset, ":")
	if name != "zaremba" {
		return nil
	}
	limit, err := zarembaLimit(preset, argument)
	if err != nil {
		return err
	}
	for _, p := range params {
		graph.Uniform(p, limit, rng)
	}
	return nil
}

func zarembaLimit(preset, argument string) (float64, error) {
	limit, err := strconv.ParseFloat(argument, 64)
	if err != nil || !(limit > 0) || math.IsInf(limit, 1) {
		return 0, errors.Errorf("cells: preset %q: the limit is %q, want a positive number, as in zaremba:0.1", preset, argument)
	}
	return limit, nil
}

// drawUniform draws W, U and the sum of two biases from the uniform distribution on ±limit.
func drawUniform(g Gate, limit float64, rng *rand.Rand) {
	graph.Uniform(g.W, limit, rng)
	if g.U != nil {
		graph.Uniform(g.U, limit, rng)
	}
	if g.B != nil {
		g.B.Fill(func() float64 { return limit * (2*rng.Float64() + 2*rng.Float64() - 2) })
	}
}

func initialiseTorch(part Gated, rng *rand.Rand) {
	for _, g := range part.Gates() {
		drawUniform(g, 1/math.Sqrt(float64(g.hiddenSize())), rng)
	}
	if u, ok := part.(interface{ candidateBiases() []*graph.Param }); ok { // a GRU, whose two are not one
		for _, bias := range u.candidateBiases() {
			_, size := bias.Shape()
			graph.Uniform(bias, 1/math.Sqrt(float64(size)), rng)
		}
	}
}

func initialiseKeras(part Gated, rng *rand.Rand) {
	var ws, us []*graph.Param
	for _, g := range part.Gates() {
		ws = append(ws, g.W)
		if g.U != nil {
			us = append(us, g.U)
		}
		if g.B != nil {
			graph.Constant(g.B, 0)
		}
	}
	together(ws, func(joint *graph.Param) { graph.Glorot(joint, rng) })
	together(us, func(joint *graph.Param) { graph.Orthogonal(joint, rng) })
	setForgetBias(part, func() float64 { return 1 })
}

// together fills matrices of as many rows as if they stood side by side in one.
func together(params []*graph.Param, fill func(joint *graph.Param)) {
	for len(params) > 0 {
		rows, _ := params[0].Shape()
		cols, n := 0, 0
		for _, p := range params {
			r, c := p.Shape()
			if r != rows {
				break
			}
			cols, n = cols+c, n+1
		}
		joint := graph.NewParam("joint", rows, cols)
		graph.Convert(params[0].Dtype(), joint)
		fill(joint)
		from := 0
		for _, p := range params[:n] {
			_, c := p.Shape()
			for i := range rows {
				for j := range c {
					p.Set(i, j, joint.At(i, from+j))
				}
			}
			from += c
		}
		params = params[n:]
	}
}

func initialiseChrono(parts []Gated, steps int, rng *rand.Rand) error {
	found := false
	for _, part := range parts {
		for _, g := range part.Gates() {
			if g.B != nil {
				graph.Constant(g.B, 0)
			}
		}
		draw := func() float64 { return math.Log(1 + float64(steps-2)*rng.Float64()) }
		found = setForgetBias(part, draw) || found
		oppose(part)
	}
	if !found {
		return errors.New("cells: preset chrono of cells without a forget gate")
	}
	return nil
}

// oppose makes the biases of input gates the negatives of those of forget gates.
func oppose(part Gated) {
	var input, forget *graph.Param
	for _, g := range part.Gates() {
		switch g.Letter() {
		case "i":
			input = g.B
		case "f":
			forget = g.B
		}
	}
	if input == nil || forget == nil {
		return
	}
	_, cols := input.Shape()
	for j := range cols {
		input.Set(0, j, -forget.At(0, j))
	}
}

// SetForgetBias sets the bias of every forget gate of a cell or layer to x, and that of the
// input gate of a CIFG, which is its opposite, to −x. It is an error if there is none.
func SetForgetBias(of Stateful, x float64) error {
	found := false
	for _, part := range gatedParts(of) {
		found = setForgetBias(part, func() float64 { return x }) || found
	}
	if !found {
		return errors.New("cells: a forget bias for cells without a forget gate")
	}
	return nil
}

// setForgetBias fills the biases of a cell's forget gate and reports whether it has one.
func setForgetBias(part Gated, next func() float64) bool {
	if l, ok := part.(interface{ setForgetBias(func() float64) }); ok { // a CIFG, which has no gate f
		l.setForgetBias(next)
		return true
	}
	if len(part.Gates()) == 1 { // a plain RNN, whatever its name
		return false
	}
	for _, g := range part.Gates() {
		if g.Letter() == "f" && g.B != nil {
			g.B.Fill(next)
			return true
		}
	}
	return false
}
