// Command draw writes the two graphs of docs/engine.md in the language of Graphviz: that of
// a recurrent cell over five time steps as it was differentiated, and what the fused engine
// makes of it.
//
//	go run ./docs/draw before | dot -Tsvg > docs/engine-before.svg
//	go run ./docs/draw after | dot -Tsvg > docs/engine-after.svg
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/seed-222a112c/lstm/graph"
)

const steps, batch, inputs, hidden = 5, 8, 16, 32

// build is h_t = tanh(x_t·W + h_{t−1}·U + b) and the sum of the squares of the last h.
func build(w, u, bias *graph.Param, whole *graph.Builder) func(b *graph.Builder) {
	return func(b *graph.Builder) {
		h := b.Constant(0, batch, hidden)
		for t := range steps {
			x := b.Input(fmt.Sprintf("x%d", t+1), batch, inputs)
			z := b.Add(b.MatMul(x, b.Param(w)), b.MatMul(h, b.Param(u)))
			h = b.Tanh(b.AddRow(z, b.Param(bias)))
		}
		b.Minimize(b.Dot(h, h))
		*whole = *b
	}
}

func main() {
	if len(os.Args) != 2 || os.Args[1] != "before" && os.Args[1] != "after" {
		fmt.Fprintln(os.Stderr, "usage: draw before|after")
		os.Exit(2)
	}
	var whole graph.Builder
	w, u, bias := graph.NewParam("W", inputs, hidden), graph.NewParam("U", hidden, hidden), graph.NewParam("b", 1, hidden)
	p, err := graph.Compile(build(w, u, bias, &whole), graph.Settings{Workers: 1})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("digraph {\n  rankdir=TB; node [shape=box, style=rounded, fontname=sans, fontsize=11, margin=0.08]; edge [arrowsize=0.6]")
	if os.Args[1] == "before" {
		before(&whole)
	} else {
		after(p.Report())
	}
	fmt.Println("}")
}

func before(b *graph.Builder) {
	for _, n := range b.ExprGraph().AllNodes() {
		label := n.Name()
		style := ""
		if op := n.Op(); op != nil {
			label = strings.TrimSuffix(op.String(), " false")
		} else {
			_, label, _ = strings.Cut(label, "~")
			label = strings.TrimPrefix(strings.TrimPrefix(label, "parameter "), "input ")
			style = ", style=filled, fillcolor=\"#e8eef7\""
		}
		fmt.Printf("  n%d [label=%q%s]\n", n.ID(), label, style)
		for it := b.ExprGraph().From(n.ID()); it.Next(); {
			fmt.Printf("  n%d -> n%d\n", it.Node().ID(), n.ID())
		}
	}
}

func after(r *graph.Report) {
	fmt.Println("  leaves [label=\"x1 … x5  W U b\", style=filled, fillcolor=\"#e8eef7\"]")
	last := "leaves"
	for i, s := range r.Segments {
		name := fmt.Sprintf("s%d", i)
		fmt.Printf("  %s [label=%q]\n  %s -> %s\n", name, strings.ReplaceAll(s, "; ", "\n"), last, name)
		last = name
	}
}
