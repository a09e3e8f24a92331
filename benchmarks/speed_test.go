package benchmarks

import (
	"fmt"
	"testing"

	"github.com/seed-222a112c/lstm/cells"
	"github.com/seed-222a112c/lstm/graph"
)

var engines = []graph.Engine{graph.Fused, graph.Reference}

// BenchmarkStep is a step of each workload on each engine, of training where there is one.
func BenchmarkStep(b *testing.B) {
	for _, mode := range []Mode{Train, Forward} {
		for _, w := range Workloads(mode) {
			for _, engine := range engines {
				b.Run(fmt.Sprintf("mode=%s/workload=%s/engine=%s", mode, w.Name, engine), func(b *testing.B) {
					benchmarkStep(b, w, Config{Mode: mode, Engine: engine})
				})
			}
		}
	}
}

// BenchmarkCell is a step of training of imdb with each cell.
func BenchmarkCell(b *testing.B) {
	imdb, err := Find("imdb")
	if err != nil {
		b.Fatal(err)
	}
	for _, cell := range cells.Names() {
		b.Run("cell="+cell, func(b *testing.B) { benchmarkStep(b, imdb, Config{Cell: cell}) })
	}
}

func benchmarkStep(b *testing.B, w Workload, c Config) {
	s, err := Compile(w, c)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Load(); err != nil {
			b.Fatal(err)
		}
		if err := s.Run(); err != nil {
			b.Fatal(err)
		}
	}
	perSecond := float64(b.N) / b.Elapsed().Seconds()
	b.ReportMetric(perSecond*float64(w.Tokens()), "tokens/s")
	b.ReportMetric(perSecond*float64(s.FLOPs)/1e9, "GFLOP/s")
}

// BenchmarkCompile is building, differentiating and compiling a training step by the
// number of time steps. The reference engine's time grows with the square of it.
func BenchmarkCompile(b *testing.B) {
	for _, engine := range engines {
		for _, steps := range CompileSteps(engine) {
			b.Run(fmt.Sprintf("engine=%s/T=%d", engine, steps), func(b *testing.B) {
				for b.Loop() {
					s, err := Compile(Unrolled(steps), Config{Engine: engine})
					if err != nil {
						b.Fatal(err)
					}
					s.Close()
				}
			})
		}
	}
}
