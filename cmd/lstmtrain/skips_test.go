package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// skips are all places where a test of the module may be skipped. In continuous integration, where
// the environment variable CI is set, those remain whose reason is the machine or the flag -short.
var skips = map[string]string{
	"train/datatest/datatest.go Skipf":                     `"the data set %s is not on this machine"`, // fails where CI is set
	"benchmarks/parity_test.go Skip":                       `"importing PyTorch takes seconds", "there is no benchmarks/.venv; peers/install makes it"`,
	"benchmarks/peer_test.go Skip":                         `"importing a peer takes seconds", "there is no benchmarks/.venv; peers/install makes it"`,
	"cmd/lstmtrain/recipe_test.go Skip":                    `"trains every recipe, which takes some seconds"`,
	"graph/peak_test.go Skip":                              `"there is no vector assembly for this processor"`,
	"graph/internal/kernel/roofline/roofline_test.go Skip": `"there are no vector instructions to measure"`,
	"train/checkpoint_test.go Skip":                        `"not JSON"`, // of the fuzzer's input
	"train/format/temporary_test.go Skip":                  `"no files are mapped here", "this system has no /dev/full"`,
	"train/schema/encoded_test.go Skip":                    `"files are not mapped on this system"`,
}

// Every place where a test may be skipped is listed. Would catch a test that is skipped in silence on
// a machine where it was meant to run: a new reason is a decision, and stands in the list.
func TestSkipsAreListed(t *testing.T) {
	found := map[string]string{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && strings.HasPrefix(d.Name(), ".") && d.Name() != ".." && d.Name() != "." {
			if d != nil && d.IsDir() && err == nil {
				return fs.SkipDir
			}
			return err
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		return findSkips(path, found)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, place := range slices.Sorted(maps.Keys(found)) {
		if skips[place] != found[place] {
			t.Errorf("%s: %s, and the list has %s", place, found[place], skips[place])
		}
	}
	for place := range skips {
		if found[place] == "" {
			t.Errorf("%s: there is none", place)
		}
	}
}

// findSkips adds the calls in a file by which tests are skipped, with their first arguments.
func findSkips(path string, found map[string]string) error {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		method, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || !slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, method.Sel.Name) {
			return true
		}
		reason := "no reason"
		if len(call.Args) > 0 {
			if text, ok := call.Args[0].(*ast.BasicLit); ok {
				reason = text.Value
			}
		}
		place := strings.TrimPrefix(filepath.ToSlash(path), "../../") + " " + method.Sel.Name
		if found[place] != "" {
			reason = found[place] + ", " + reason
		}
		found[place] = reason
		return true
	})
	return nil
}
