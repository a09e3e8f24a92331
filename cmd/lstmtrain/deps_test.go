package main

import (
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"
)

const module = "github.com/seed-222a112c/lstm"

// layers are the module's packages, bottom up. A package may import packages of lower
// layers only. A new layer or arrow is a design decision, with an ADR under docs/adr.
var layers = [][]string{
	{"graph/atomicfile", "graph/internal/kernel/simd", "graph/internal/workers", "graph/internal/crew", "graph/internal/pages", "train/audio", "train/metrics", "train/datatest", "cmd/lstmtrain/recipes"},
	{"graph/safetensors", "graph/internal/kernel"},
	{"graph/internal/ir", "graph/update", "graph/internal/kernel/roofline", "train/format"},
	{"graph/internal/ops", "graph/internal/ir/irtest", "train/schema"},
	{"graph/internal/importer", "graph/internal/pass", "graph/internal/exec", "train/optim", "train/data", "train/format/formattest"},
	{"graph/internal/schedule"},
	{"graph", "train/optim/optimtest"},
	{"graph/graphtest", "graph/internal/graphgen", "cells"},
	{"graph/internal/graphgen/run", "cells/celltest", "cells/weights", "train/bptt"},
	{"train"},
	{"train/task", "train/record", "train/report"},
	{"train/dataset", "train/inspect"},
	{"train/run", "benchmarks"},
	{"cmd/lstmtrain", "benchmarks/ablation", "benchmarks/blocks", "benchmarks/compiletime", "docs/draw"},
}

// stages are the packages of the compiler, with all that each may import of the module: a stage
// knows the program that it is handed and not who made it.
var stages = map[string][]string{
	"graph/internal/ir":       {"graph/internal/kernel"},
	"graph/internal/importer": {"graph/internal/ir", "graph/internal/ops"},
	"graph/internal/pass":     {"graph/internal/ir"},
	"graph/internal/schedule": {"graph/internal/ir", "graph/internal/ops", "graph/internal/exec", "graph/internal/kernel"},
	"graph/internal/exec":     {"graph/internal/ir", "graph/internal/kernel", "graph/internal/crew", "graph/internal/workers", "graph/internal/pages"},
}

// mayImportGorgonia tells which packages are written against Gorgonia itself.
func mayImportGorgonia(path string) bool {
	return path == "graph" || strings.HasPrefix(path, "graph/") || strings.HasPrefix(path, "train/optim")
}

// An import that points up, a package that is on no layer, Gorgonia where it is to be hidden.
func TestImportsPointDown(t *testing.T) {
	layerOf := map[string]int{}
	for i, paths := range layers {
		for _, path := range paths {
			layerOf[path] = i
		}
	}
	packages := listPackages(t)
	if len(packages) < 10 {
		t.Fatalf("go list found only %d packages", len(packages))
	}
	for path, imports := range packages {
		layer, ok := layerOf[path]
		if strings.HasPrefix(path, "docs/examples/") {
			layer, ok = len(layers), true // programs of users, who import what they like
		}
		if !ok {
			t.Errorf("package %s is on no layer", path)
		}
		for _, imported := range imports {
			if strings.HasPrefix(imported, "gorgonia.org/") && !mayImportGorgonia(path) {
				t.Errorf("%s imports %s, which only graph/... and train/optim may", path, imported)
			}
			ours, found := strings.CutPrefix(imported, module+"/")
			if below, known := layerOf[ours]; found && (!known || below >= layer) {
				t.Errorf("%s, on layer %d, imports %s, on layer %d", path, layer, ours, below)
			}
			if allowed, isStage := stages[path]; isStage && found && !slices.Contains(allowed, ours) {
				t.Errorf("%s, a stage of the compiler, imports %s; it may import %v", path, ours, allowed)
			}
		}
	}
}

// listPackages returns the imports, without those of tests, of each package of the module.
func listPackages(t *testing.T) map[string][]string {
	t.Helper()
	list := exec.Command("go", "list", "-json=ImportPath,Imports", module+"/...")
	output, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := map[string][]string{}
	for decoder := json.NewDecoder(strings.NewReader(string(output))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages[strings.TrimPrefix(p.ImportPath, module+"/")] = p.Imports
	}
}
