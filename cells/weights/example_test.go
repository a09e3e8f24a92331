package weights_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/cells/weights"
	"github.com/seed-222a112c/lstm/graph/safetensors"
)

// A layer of PyTorch, as torch.nn.RNN(2, 1).state_dict() holds it, becomes one of Keras. The
// two biases become one, and the weights lie the other way.
func Example() {
	cell := cells.NewRNN("rnn", 2, 1, rand.New(rand.NewPCG(1, 1)))
	torch, err := weights.Torch("", cell)
	if err != nil {
		fmt.Println(err)
		return
	}
	err = weights.Load(torch, &safetensors.File{Tensors: []safetensors.Tensor{
		safetensors.FromFloat32s("weight_ih_l0", []int{1, 2}, []float32{0.5, -0.25}),
		safetensors.FromFloat32s("weight_hh_l0", []int{1, 1}, []float32{0.75}),
		safetensors.FromFloat32s("bias_ih_l0", []int{1}, []float32{1}),
		safetensors.FromFloat32s("bias_hh_l0", []int{1}, []float32{2}),
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	keras, err := weights.Keras("rnn", cell)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range keras {
		fmt.Println(t.Name, t.Shape, t.Floats())
	}
	// Output:
	// rnn/kernel [2 1] [0.5 -0.25]
	// rnn/recurrent_kernel [1 1] [0.75]
	// rnn/bias [1] [3]
}
