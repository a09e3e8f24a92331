package cells

import (
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/graph"
)

// A GRU is a gated recurrent unit in the form of [torch.nn.GRU], which resets after the
// product and therefore has a second bias in the candidate:
//
//	r = σ(x·Wr + h·Ur + br)                 reset gate
//	z = σ(x·Wz + h·Uz + bz)                 update gate
//	n = tanh(x·Wn + bn + r ⊙ (h·Un + cn))  candidate
//	h′ = (1 − z) ⊙ n + z ⊙ h
//
// The form with the reset before the product is OriginalGRU.
//
// [torch.nn.GRU]: https://pytorch.org/docs/stable/generated/torch.nn.GRU.html
type GRU struct {
	Reset, Update, Candidate Gate

	RecurrentBias *graph.Param // cn, of shape (1, H)
}

var (
	_ Cell  = (*GRU)(nil)
	_ Gated = (*GRU)(nil)
)

// NewGRU returns a GRU cell whose gates are named name/r, name/z and name/n, the candidate's
// second bias name/n/c. Weights are drawn from the uniform distribution on ±1/√H and biases
// are zero. It panics if a size is not positive.
func NewGRU(name string, inputSize, hiddenSize int, rng *rand.Rand) *GRU {
	checkSizes("NewGRU", inputSize, hiddenSize)
	return &GRU{
		Reset:         drawnGate(name, "r", inputSize, hiddenSize, rng),
		Update:        drawnGate(name, "z", inputSize, hiddenSize, rng),
		Candidate:     drawnGate(name, "n", inputSize, hiddenSize, rng),
		RecurrentBias: graph.NewParam(name+"/n/c", 1, hiddenSize),
	}
}

// Step adds one time step to the graph and returns the new state. The input x has shape
// (B, I).
func (u *GRU) Step(b *graph.Builder, x *graph.Node, prev State) State {
	h := prev.Hidden

	r := b.Named("r", b.Sigmoid(u.Reset.Of(b, x, h)))
	z := b.Named("z", b.Sigmoid(u.Update.Of(b, x, h)))
	fresh := b.AddRow(b.MatMul(x, b.Param(u.Candidate.W)), b.Param(u.Candidate.B))
	past := b.AddRow(b.MatMul(h, b.Param(u.Candidate.U)), b.Param(u.RecurrentBias))
	n := b.Named("n", b.Tanh(b.Add(fresh, b.Mul(r, past))))

	h = b.Named("h", mix(b, z, h, n))
	return State{Hidden: h}
}

// mix returns z ⊙ old + (1 − z) ⊙ new.
func mix(b *graph.Builder, z, old, fresh *graph.Node) *graph.Node {
	return b.Add(b.Mul(z, old), b.Mul(b.Affine(z, -1, 1), fresh))
}

// Begin returns a state of the memory h.
func (u *GRU) Begin(node func(name string, width int) *graph.Node) State {
	return State{Hidden: node("h", u.Reset.hiddenSize())}
}

// Params returns the parameters of r, z and n, and the second bias of n.
func (u *GRU) Params() []*graph.Param { return append(gateParams(u.Gates()...), u.RecurrentBias) }

// Gates returns r, z and n, PyTorch's order.
func (u *GRU) Gates() []Gate { return []Gate{u.Reset, u.Update, u.Candidate} }

// HiddenIsMemory says that h is carried on.
func (u *GRU) HiddenIsMemory() bool { return true }

// candidateBiases returns the two biases of the candidate, which stand on both sides of r.
func (u *GRU) candidateBiases() []*graph.Param {
	return []*graph.Param{u.Candidate.B, u.RecurrentBias}
}
