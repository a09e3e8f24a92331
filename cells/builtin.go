package cells

import "math/rand/v2"

// builtins are the names of the cells of this package.
var builtins []string

// The cells of this package by the names under which models are saved.
func init() {
	Register("lstm", NewLSTM)
	Register("peephole", NewPeephole)
	Register("cifg", NewCIFG)
	Register("nig", NewNIG)
	Register("nfg", NewNFG)
	Register("nog", NewNOG)
	Register("niaf", NewNIAF)
	Register("noaf", NewNOAF)
	Register("fgr", NewFGR)
	Register("layernorm", NewLayerNormLSTM)
	Register("gru", NewGRU)
	Register("gru-original", NewOriginalGRU)
	Register("rnn", NewRNN)
	Register("rnn-relu", NewReluRNN)
	Register("lstm-1997", newPairs)
	Register("slstm", ofOneHead(NewSLSTM))
	Register("mlstm", ofOneHead(NewMLSTM))
	builtins = Names() // no other package has been able to add any yet
}

// ofOneHead returns the constructor of a cell with heads as that of one with a single head.
func ofOneHead[C Cell](construct func(name string, inputSize, hiddenSize, heads int, rng *rand.Rand) C) func(string, int, int, *rand.Rand) C {
	return func(layer string, in, hidden int, rng *rand.Rand) C { return construct(layer, in, hidden, 1, rng) }
}

// newPairs makes memory blocks of two cells, as in most tasks of the paper, or of one if the
// number of cells is odd.
func newPairs(layer string, in, hidden int, rng *rand.Rand) *MemoryBlocks {
	if hidden%2 == 1 {
		return NewMemoryBlocks(layer, in, hidden, 1, rng)
	}
	return NewMemoryBlocks(layer, in, hidden/2, 2, rng)
}
