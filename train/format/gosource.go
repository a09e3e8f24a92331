package format

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// GoSource returns Go source text: what a model can learn from where no data is at
// hand. It is the standard library of the Go toolchain on this machine, found at root,
// the toolchain's GOROOT.
//
// The files of the packages in readFirst come first, in that order, then those of the
// other packages by path; a package's files come by name. Left out are tests, testdata,
// vendor, internal and cmd, generated files, files above 200 kB and files with bytes
// that are not ASCII. The text ends after maxBytes bytes, or with the last file if
// maxBytes is 0. It is the same wherever the toolchain's version is.
//
// It is an *Error if no toolchain with its source is found.
func GoSource(maxBytes int) (content []byte, root string, err error) {
	if maxBytes < 0 {
		return nil, "", errors.Errorf("format: %d bytes of Go source; it is at least 1, or 0 for all", maxBytes)
	}
	root, err = goRoot()
	if err != nil {
		return nil, "", err
	}
	content, err = goSource(os.DirFS(filepath.Join(root, "src")), maxBytes)
	if err == nil && len(content) == 0 {
		err = &Error{File: root, Problem: "the Go toolchain's standard library has no source files; pass --data FILE"}
	}
	return content, root, err
}

// readFirst are the packages that show Go at its most readable.
var readFirst = []string{
	"strings", "bytes", "bufio", "io", "fmt", "sort", "strconv", "errors", "slices", "maps",
	"container/heap", "container/list", "container/ring", "context", "flag", "log", "path", "path/filepath",
	"os", "time", "text/scanner", "text/tabwriter", "text/template", "text/template/parse",
	"encoding/csv", "encoding/json", "encoding/xml", "go/ast", "go/scanner", "go/parser", "go/printer",
	"net/url", "net/http",
}

// goRoot asks the go command, then the environment, where the toolchain is.
func goRoot() (string, error) {
	command := exec.Command("go", "env", "GOROOT")
	// Neither a go.mod nor a go.work here may choose, or even download, another
	// toolchain.
	command.Dir = os.TempDir()
	command.Env = append(os.Environ(), "GOTOOLCHAIN=local")
	answer, _ := command.Output()
	return firstWithSource(strings.TrimSpace(string(answer)), os.Getenv("GOROOT"))
}

func firstWithSource(roots ...string) (string, error) {
	for _, root := range roots {
		if info, err := os.Stat(filepath.Join(root, "src", "fmt")); root != "" && err == nil && info.IsDir() {
			return root, nil
		}
	}
	return "", &Error{Problem: "no Go toolchain with its source is on this machine, and so no text to train on; pass --data FILE"}
}

// goSource returns the text of GoSource from the src directory of a toolchain.
func goSource(src fs.FS, maxBytes int) ([]byte, error) {
	packages, err := goPackages(src)
	if err != nil {
		return nil, err
	}
	var text []byte
	for _, dir := range packages {
		files, err := fs.ReadDir(src, dir)
		if err != nil {
			return nil, unreadable(dir, err)
		}
		for _, file := range files {
			source, err := goFile(src, path.Join(dir, file.Name()), file)
			if err != nil {
				return nil, err
			}
			text = append(text, source...)
			if maxBytes > 0 && len(text) >= maxBytes {
				return text[:maxBytes], nil
			}
		}
	}
	return text, nil
}

// goPackages returns the directories that GoSource reads, in its order.
func goPackages(src fs.FS) ([]string, error) {
	var all []string
	err := fs.WalkDir(src, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return unreadable(name, err)
		}
		if !d.IsDir() {
			return nil
		}
		if slices.Contains([]string{"testdata", "vendor", "internal", "cmd"}, d.Name()) {
			return fs.SkipDir
		}
		all = append(all, name)
		return nil
	})
	if err != nil {
		return nil, err
	}
	var packages []string
	for _, name := range readFirst {
		if slices.Contains(all, name) {
			packages = append(packages, name)
		}
	}
	for _, name := range all {
		if !slices.Contains(readFirst, name) {
			packages = append(packages, name)
		}
	}
	return packages, nil
}

// goFile returns the content of a file, or nothing if GoSource leaves it out.
func goFile(src fs.FS, name string, entry fs.DirEntry) ([]byte, error) {
	const largest = 200_000
	if entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
		return nil, nil
	}
	source, err := fs.ReadFile(src, name)
	if err != nil {
		return nil, unreadable(name, err)
	}
	notASCII := bytes.ContainsFunc(source, func(r rune) bool { return r > 127 })
	if len(source) > largest || notASCII || generated(source) {
		return nil, nil
	}
	return source, nil
}

// generated looks for the mark of generated code above the package clause.
func generated(source []byte) bool {
	head, _, _ := bytes.Cut(source, []byte("\npackage "))
	return bytes.Contains(head, []byte("Code generated"))
}
