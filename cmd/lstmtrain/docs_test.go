package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// checkedDocs are the documents whose links and names are held against the code.
var checkedDocs = []string{"docs/architecture.md", "docs/engine.md", "CONTRIBUTING.md"}

// root is the top of the repository, seen from this package.
const root = "../.."

// A declared is what the Go files of the module declare.
type declared struct {
	packages map[string]map[string]bool // by package name: its top-level names
	members  map[string]map[string]bool // by type name, over all packages: fields and methods
	names    map[string]bool            // all of these
}

var (
	link = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	code = regexp.MustCompile("`([^`\n]+)`")
	name = regexp.MustCompile(`^\*?([A-Za-z]\w*)(?:\.([A-Za-z]\w*))?(?:\.([A-Za-z]\w*))?(?:\(\))?$`)
	file = regexp.MustCompile(`^[\w./-]+/[\w./-]*$|^[\w-]+\.(?:go|md|json|s)$`)
)

// Every file that the architecture's documents link to or name is there, and every name in code
// font is declared. Would catch a document that has been left behind by a renaming.
func TestDocsNameWhatIsThere(t *testing.T) {
	all := declarations(t)
	for _, doc := range checkedDocs {
		text := string(read(t, filepath.Join(root, doc)))
		checked := 0
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			checked++
			if _, err := os.Stat(filepath.Join(root, filepath.Dir(doc), m[1])); err != nil {
				t.Errorf("%s links to %s: %v", doc, m[1], err)
			}
		}
		for _, m := range code.FindAllStringSubmatch(text, -1) {
			if problem := all.check(m[1]); problem != "" {
				t.Errorf("%s: `%s`: %s", doc, m[1], problem)
			}
			checked++
		}
		if checked < 20 {
			t.Errorf("%s: only %d links and names found", doc, checked)
		}
	}
}

// check says what is wrong with a piece in code font, or nothing. Words with no capital letter
// and no dot may be anything: a flag, a command, a letter of an equation.
func (d *declared) check(piece string) string {
	switch {
	case written[filepath.Ext(piece)]:
		return ""
	case file.MatchString(piece):
		return d.checkFile(piece)
	}
	m := name.FindStringSubmatch(piece)
	switch {
	case m == nil || m[2] == "" && strings.ToLower(m[1]) == m[1]:
		return ""
	case m[2] == "":
		if !d.names[m[1]] && !gorgonias[m[1]] && len(m[1]) > 1 {
			return "nothing of this name is declared"
		}
	case d.packages[m[1]] != nil:
		if !d.packages[m[1]][m[2]] {
			return "package " + m[1] + " declares no " + m[2]
		}
		if m[3] != "" && !d.members[m[2]][m[3]] {
			return m[2] + " has no " + m[3]
		}
	case d.members[m[1]] != nil:
		if !d.members[m[1]][m[2]] {
			return m[1] + " has no " + m[2]
		}
	}
	return ""
}

// written are the extensions of files that the program writes.
var written = map[string]bool{".safetensors": true, ".jsonl": true, ".csv": true}

// gorgonias are names of Gorgonia's that documents use without the package.
var gorgonias = map[string]bool{"TapeMachine": true, "ExprGraph": true, "SymDiff": true, "Do": true}

// checkFile looks for a file or folder from the top of the repository or, of a plain name, anywhere.
func (d *declared) checkFile(path string) string {
	if strings.Contains(path, "/") {
		if _, err := os.Stat(filepath.Join(root, strings.TrimSuffix(path, "..."))); err == nil || strings.Contains(path, "NAME") || strings.HasPrefix(path, "/") || strings.Contains(path, ".org/") || strings.Contains(path, ".com/") {
			return ""
		}
		if !strings.Contains(path, ".") {
			return "" // such as the name of an input, start/h
		}
		return "no such file"
	}
	found := false
	filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
		if found = found || err == nil && e.Name() == path; found {
			return fs.SkipAll
		}
		return nil
	})
	if !found && !strings.Contains(path, "NAME") {
		return "no file of this name"
	}
	return ""
}

// declarations parses the module.
func declarations(t *testing.T) *declared {
	t.Helper()
	d := &declared{map[string]map[string]bool{}, map[string]map[string]bool{}, map[string]bool{}}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() && strings.HasPrefix(e.Name(), ".") && path != root {
			return fs.SkipDir
		}
		if e.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		d.add(parsed)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *declared) add(f *ast.File) {
	pkg := strings.TrimSuffix(f.Name.Name, "_test")
	if d.packages[pkg] == nil {
		d.packages[pkg] = map[string]bool{}
	}
	top := func(name string) { d.packages[pkg][name], d.names[name] = true, true }
	for _, decl := range f.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Recv == nil {
				top(decl.Name.Name)
			} else {
				d.member(receiver(decl.Recv.List[0].Type), decl.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				switch spec := spec.(type) {
				case *ast.ValueSpec:
					for _, n := range spec.Names {
						top(n.Name)
					}
				case *ast.TypeSpec:
					top(spec.Name.Name)
					d.addType(spec)
				}
			}
		}
	}
}

// addType adds the fields of a struct and the methods of an interface.
func (d *declared) addType(spec *ast.TypeSpec) {
	d.member(spec.Name.Name, "")
	var fields *ast.FieldList
	switch of := spec.Type.(type) {
	case *ast.StructType:
		fields = of.Fields
	case *ast.InterfaceType:
		fields = of.Methods
	default:
		return
	}
	for _, field := range fields.List {
		for _, n := range field.Names {
			d.member(spec.Name.Name, n.Name)
		}
		if len(field.Names) == 0 {
			d.member(spec.Name.Name, receiver(field.Type))
		}
	}
}

func (d *declared) member(of, name string) {
	if d.members[of] == nil {
		d.members[of] = map[string]bool{}
	}
	d.members[of][name], d.names[name] = true, true
}

// receiver is the name of a type without pointer, package and parameters.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.Ident:
		return e.Name
	}
	return ""
}
