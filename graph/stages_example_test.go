package graph_test

import (
	"fmt"
	"strings"

	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/internal/importer"
	"github.com/seed-222a112c/lstm/graph/internal/pass"
	"github.com/seed-222a112c/lstm/graph/internal/schedule"
)

// What each stage of the compiler hands to the next, printed: here for two steps of a recurrence
// h′ = tanh(x·W + h·U + b).
func Example_stages() {
	w, u, bias := graph.NewParam("W", 3, 5), graph.NewParam("U", 5, 5), graph.NewParam("b", 1, 5)
	var h *graph.Node
	var params []*graph.Node
	p, err := graph.Compile(func(b *graph.Builder) {
		params = []*graph.Node{b.Param(w), b.Param(u), b.Param(bias)}
		h = b.Input("h", 4, 5)
		for _, x := range b.Unstack(b.Input("x", 8, 3), 2) {
			h = b.Tanh(b.AddRow(b.Add(b.MatMul(x, params[0]), b.MatMul(h, params[1])), params[2]))
		}
		b.Output("h", h)
	}, graph.Settings{Workers: 1})
	if err != nil {
		panic(err)
	}
	defer p.Close()

	imported, err := importer.Import([]*graph.Node{h}, params)
	if err != nil {
		panic(err)
	}
	fmt.Printf("importer\n%s\n", imported.Program)
	rewritten, _ := pass.Run(imported.Program, pass.Pipeline(pass.Settings{}), nil)
	fmt.Printf("pass\n%s\n", rewritten)
	steps, _ := schedule.Run(rewritten, schedule.Pipeline[float32](schedule.Settings{Workers: 1}))
	fmt.Printf("schedule\n%s\n", steps)
	fmt.Printf("exec\n%s\n", strings.Join(p.Report().Segments, "\n"))
	// Output:
	// importer
	// v0 = input 8x3 "0~input x"
	// v1 = rows[4:8](v0)
	// v2 = param 3x5 "0~parameter W"
	// v3 = sum(v1*v2)
	// v4 = rows[0:4](v0)
	// v5 = sum(v4*v2)
	// v6 = input 4x5 "0~input h"
	// v7 = param 5x5 "0~parameter U"
	// v8 = sum(v6*v7)
	// v9 = add(v5, v8)
	// v10 = param 1x5 "0~parameter b" row
	// v11 = add(v9, v10)
	// v12 = tanh(v11)
	// v13 = sum(v12*v7)
	// v14 = add(v3, v13)
	// v15 = add(v14, v10)
	// v16 = tanh(v15)
	// return v16
	//
	// pass
	// v0 = input 4x5 "0~input h"
	// v1 = param 5x5 "0~parameter U"
	// v2 = input 8x3 "0~input x"
	// v3 = param 3x5 "0~parameter W"
	// v4 = param 1x5 "0~parameter b" row
	// v5 = sum(v2*v3 + v4)
	// v6 = rows[0:4](v5)
	// v7 = sum[in place true](v0*v1 + v6)
	// v8 = tanh(v7)
	// v9 = rows[4:8](v5)
	// v10 = sum[in place true](v8*v1 + v9)
	// v11 = tanh(v10)
	// return v11
	//
	// schedule
	//   pack 2
	// | product 8×[3×5]
	// | product 4×[5×5]
	//   cluster 4×5: tanh
	//   product 4×[5×5]
	//   cluster 4×5: tanh
	//
	// exec
	// pack 2; product 8×[3×5]; product 4×[5×5]; cluster 4×5: tanh; product 4×[5×5]; cluster 4×5: tanh
}
