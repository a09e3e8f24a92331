package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// checkedDocs are the documents whose links and names are held against the code.
var checkedDocs = []string{"docs/architecture.md", "docs/engine.md", "docs/glossary.md", "README.md", "CONTRIBUTING.md"}

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
	term = regexp.MustCompile(`(?m)^- \*\*(.+?)\*\*`)
	// Blocks of code: of Go, and in a list.
	fenced   = regexp.MustCompile("(?s)```go\n(.*?)```")
	indented = regexp.MustCompile(`(?m)((?:^      \S.*\n)+)`)

	file = regexp.MustCompile(`^[\w./-]+/[\w./-]*$|^[\w-]+\.(?:go|md|json|s)$`)
)

// Every file that the architecture's documents link to or name is there, and every name in code
// font is declared. Would catch a document that has been left behind by a renaming.
func TestDocsNameWhatIsThere(t *testing.T) {
	all := declarations(t)
	for _, doc := range checkedDocs {
		text := indented.ReplaceAllString(string(read(t, filepath.Join(root, doc))), "")
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

// The architecture names every package. Would catch one that has been added or moved.
func TestDocsNameEveryPackage(t *testing.T) {
	text := string(read(t, filepath.Join(root, "docs/architecture.md")))
	for path := range listPackages(t) {
		if !strings.HasPrefix(path, "docs/examples/") && !strings.Contains(text, "`"+path+"`") {
			t.Errorf("docs/architecture.md does not name package %s", path)
		}
	}
}

// The terms of the glossary are in alphabetical order, each once. Would catch one that is not found
// where readers look.
func TestGlossaryIsSorted(t *testing.T) {
	terms := term.FindAllStringSubmatch(string(read(t, filepath.Join(root, "docs/glossary.md"))), -1)
	if len(terms) < 50 {
		t.Fatalf("only %d terms found", len(terms))
	}
	for i := 1; i < len(terms); i++ {
		if before, after := strings.ToLower(terms[i-1][1]), strings.ToLower(terms[i][1]); before >= after {
			t.Errorf("docs/glossary.md: %q stands before %q", before, after)
		}
	}
}

// The Go code of the README, and what the architecture says the compiler prints, stand in a file of
// the module, where tests compile and run them; … stands for what is left out. Would catch an
// example that has been left behind.
func TestDocsCodeIsCompiled(t *testing.T) {
	var files []string
	eachGoFile(t, func(path string) { files = append(files, bare(string(read(t, path)))) })
	for doc, block := range map[string]*regexp.Regexp{"README.md": fenced, "docs/architecture.md": indented} {
		found := block.FindAllStringSubmatch(string(read(t, filepath.Join(root, doc))), -1)
		if len(found) < 3 {
			t.Errorf("%s: only %d blocks of code found", doc, len(found))
		}
		for _, m := range found {
			for _, chunk := range strings.Split(bare(m[1]), "\n…\n") {
				if !slices.ContainsFunc(files, func(text string) bool { return strings.Contains(text, chunk) }) {
					t.Errorf("%s: no Go file has the lines%s", doc, chunk)
				}
			}
		}
	}
}

// bare returns a text with every line trimmed, and without the marks of comments.
func bare(text string) string {
	all := strings.Split(strings.Trim(text, "\n"), "\n")
	for i, line := range all {
		all[i] = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "//"))
	}
	return "\n" + strings.Join(all, "\n") + "\n"
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

// written are the extensions of files that the program writes, and of the names of tensors in them.
var written = map[string]bool{".safetensors": true, ".jsonl": true, ".csv": true, ".weight": true, ".bias": true}

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
	eachGoFile(t, func(path string) {
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		d.add(parsed)
	})
	return d
}

// eachGoFile calls f for every Go file of the module.
func eachGoFile(t *testing.T, f func(path string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() && strings.HasPrefix(e.Name(), ".") && path != root {
			return fs.SkipDir
		}
		if !e.IsDir() && strings.HasSuffix(path, ".go") {
			f(path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
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
