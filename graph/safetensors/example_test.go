package safetensors_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/seed-222a112c/lstm/graph/safetensors"
)

func Example() {
	folder, err := os.MkdirTemp("", "safetensors")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "model.safetensors")

	err = safetensors.WriteFile(path, &safetensors.File{
		Metadata: map[string]string{"task": "char"},
		Tensors: []safetensors.Tensor{
			safetensors.FromFloat32s("lstm.bias_ih_l0", []int{4}, []float32{0, 1, 0, 0}),
			safetensors.FromInt64s("step", nil, []int64{1200}),
		},
	})
	if err != nil {
		log.Fatal(err)
	}

	f, err := safetensors.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	bias, ok := f.Tensor("lstm.bias_ih_l0")
	if !ok {
		log.Fatal("no bias")
	}
	values, err := bias.Float32s()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(f.Metadata["task"], bias.Dtype, bias.Shape, values)
	fmt.Println("checksum verified:", f.Verified)
	// Output:
	// char F32 [4] [0 1 0 0]
	// checksum verified: true
}
