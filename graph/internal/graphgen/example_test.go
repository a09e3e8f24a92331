package graphgen_test

import (
	"fmt"

	"github.com/seed-222a112c/lstm/graph/internal/graphgen"
)

func ExampleCheckText() {
	failure, err := graphgen.CheckText(`
		seed 7
		v1 = Input(3, 5, uniform)
		v2 = Param(5, 4)
		v3 = MatMul(v1, v2)
		v4 = Dot(v3, v3)
		v5 = Output(v3)
		v6 = Minimize(v4)`)
	fmt.Println(failure == nil, err)
	// Output: true <nil>
}
