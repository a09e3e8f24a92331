package cells

import (
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/graph"
)

// An OriginalGRU is the gated recurrent unit as it was published, with the reset before the
// product:
//
//	r = σ(x·Wr + h·Ur + br)           reset gate
//	z = σ(x·Wz + h·Uz + bz)           update gate
//	n = tanh(x·Wn + (r ⊙ h)·Un + bn)  candidate
//	h′ = (1 − z) ⊙ n + z ⊙ h
//
// (Cho et al. 2014). Keras calls it reset_after=False.
type OriginalGRU struct {
	Reset, Update, Candidate Gate
}

var (
	_ Cell  = (*OriginalGRU)(nil)
	_ Gated = (*OriginalGRU)(nil)
)

// NewOriginalGRU returns an OriginalGRU cell whose gates are named name/r, name/z and
// name/n. Weights are drawn from the uniform distribution on ±1/√H and biases are zero. It
// panics if a size is not positive.
func NewOriginalGRU(name string, inputSize, hiddenSize int, rng *rand.Rand) *OriginalGRU {
	checkSizes("NewOriginalGRU", inputSize, hiddenSize)
	return &OriginalGRU{
		Reset:     drawnGate(name, "r", inputSize, hiddenSize, rng),
		Update:    drawnGate(name, "z", inputSize, hiddenSize, rng),
		Candidate: drawnGate(name, "n", inputSize, hiddenSize, rng),
	}
}

// Step adds one time step to the graph and returns the new state. The input x has shape
// (B, I).
func (u *OriginalGRU) Step(b *graph.Builder, x *graph.Node, prev State) State {
	h := prev.Hidden

	r := b.Named("r", b.Sigmoid(u.Reset.Of(b, x, h)))
	z := b.Named("z", b.Sigmoid(u.Update.Of(b, x, h)))
	n := b.Named("n", b.Tanh(u.Candidate.Of(b, x, b.Mul(r, h))))

	h = b.Named("h", mix(b, z, h, n))
	return State{Hidden: h}
}

// Begin returns a state of the memory h.
func (u *OriginalGRU) Begin(node func(name string, width int) *graph.Node) State {
	return State{Hidden: node("h", u.Reset.hiddenSize())}
}

// Params returns the parameters of r, z and n.
func (u *OriginalGRU) Params() []*graph.Param { return gateParams(u.Gates()...) }

// Gates returns r, z and n.
func (u *OriginalGRU) Gates() []Gate { return []Gate{u.Reset, u.Update, u.Candidate} }

// HiddenIsMemory says that h is carried on.
func (u *OriginalGRU) HiddenIsMemory() bool { return true }
