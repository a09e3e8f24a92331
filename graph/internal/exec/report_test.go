package exec_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed-222a112c/lstm/graph/internal/exec"
)

// Work that is counted twice, left out, or of a step of another name. With float64 a number is 8
// bytes: a product of (3, 2)·(2, 5) takes 2·3·2·5 operations, and reads and writes 6 + 10 + 15
// numbers.
func TestWork(t *testing.T) {
	const text = `
		x = input 3x2
		w = param 2x5
		v = param 7x5
		h = input 3x7
		d = input 3x5
		k = index 1x3
		g = input 3x1
		z = sum(x*w + h*v)
		y = sum(x*w)
		o = outer(x, d)
		q = outer(h, d)
		r = outer(x, h)
		s = sumrows(d)
		m = sumrows(d, d)
		c = scatter[4](d, k)
		a = tanh(d)
		b = mul(a, d)
		n = layernorm[0.1](d)
		f = layernormgrad[0.1](d, n, d)
		p = softmax(d)
		i = transpose(d)
		e = padrows[1 of 6](d)
		j = columns[1:3](d)
		u = reshape[1x6](j)
		l = crossentropy(d, k, g)
		ld = crossentropygrad(x, k, g, l)
		return z, y, o, q, r, s, m, c, b, f, p, i, e, j, u, l, ld
	`
	want := map[string]string{
		"product 3×[2×5+7×5]": fmt.Sprint(2*3*2*5+2*3*7*5, 8*(6+21+10+35+15)),
		"product 3×[2×5]":     fmt.Sprint(2*3*2*5, 8*(6+10+15)),
		"pack 2":              fmt.Sprint(0, 8*2*(10+35)),
		"outer products 3×[2×5 2×7] 3×[7×5]": fmt.Sprint(2*3*(10+14)+2*3*35, 8*(6+15+10+21+14+21+15+35)),
		"sum rows 3×5 3×5 of products":       fmt.Sprint(0, 8*3*15),
		"scatter 3 rows to 4×5":              fmt.Sprint(0, 8*(3*15+20)),
		"cluster 3×5: tanh ⊙":                fmt.Sprint(0, 8*2*15),
		"layer norm 3×5":                     fmt.Sprint(0, 8*2*15),
		"layer norm gradient 3×5":            fmt.Sprint(0, 8*3*15),
		"softmax 3×5":                        fmt.Sprint(0, 8*2*15),
		"transpose 3×5":                      fmt.Sprint(0, 8*2*15),
		"pad to 6×5":                         fmt.Sprint(0, 8*2*30),
		"copy 3×2":                           fmt.Sprint(0, 8*2*6),
		"reshape 3×2":                        fmt.Sprint(0, 8*2*6),
		"cross-entropy 3×5":                  fmt.Sprint(0, 8*2*15),
		"cross-entropy and its gradient 3×2": fmt.Sprint(0, 8*2*6),
		"mean of losses":                     fmt.Sprint(0, 0),
	}
	c := compiledOf(sampleOf(text, 2), true)
	s := scheduleOf[float64](t, c, 2)
	got := map[string]string{}
	flops, bytes := 0, 0
	for _, step := range s.Steps {
		f, b := step.Work()
		got[step.Kind()] = fmt.Sprint(f, b)
		flops, bytes = flops+f, bytes+b
	}
	for kind, work := range got {
		if work != want[kind] {
			t.Errorf("%s: operations and bytes are %s, want %s", kind, work, want[kind])
		}
	}
	if len(got) != len(want) {
		t.Errorf("the steps are\n%v\nwant one of each of %v", s, want)
	}
	p, err := exec.New(s)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	r := p.Report()
	if r.FLOPs != flops || r.Bytes != bytes || r.Steps != len(s.Steps) || r.Arena != 8*s.Arena || r.Workers != 2 ||
		r.Merged != 3 || r.Clusters != 1 || r.Elementwise != 2 || r.Barriers != strings.Count(s.String(), "|") ||
		r.NodesAfter != 7+len(s.Segments) {
		t.Errorf("the report is\n%+v", r)
	}
}

// A report that says something else than what it counts.
func TestReport(t *testing.T) {
	r := exec.Report{NodesBefore: 1, NodesAfter: 2, Steps: 3, Barriers: 4, Clusters: 5, Elementwise: 6, Products: 7, Merged: 8,
		FLOPs: 9_500_000, Bytes: 10_600_000, Arena: 11_700_000, Workers: 12, Segments: []string{"a", "3× {b; c}"}}
	want := `nodes       1 before, 2 after
steps       3, 4 barriers for 12 workers
products    7 as 8 operations
elementwise 6 operations in 5 clusters
a run       0.009 GFLOP in products, 10.6 MB read and written
arena       11.7 MB
  1  a
  2  3× {b; c}
`
	if got := r.String(); got != want {
		t.Errorf("the report is\n%s\nwant\n%s", got, want)
	}
}

// Segments that are not steps of the program, or a loop whose pattern is another's.
func TestTitles(t *testing.T) {
	c := compiledOf(sampleOf("x = input 2x3\na = softmax(x)\nb = transpose(a)\nc = softmax(b)\nd = transpose(c)\ne = softmax(d)\nf = transpose(e)\ng = tanh(f)\nreturn g", 1), true)
	for without, want := range map[string][]string{
		"":       {"softmax 2×3; transpose 2×3; softmax 3×2; transpose 3×2; softmax 2×3; transpose 2×3; cluster 3×2: tanh"},
		"period": {"softmax 2×3", "transpose 2×3", "softmax 3×2", "transpose 3×2", "softmax 2×3", "transpose 2×3", "cluster 3×2: tanh"},
	} {
		s := scheduleOf[float64](t, c, 1, strings.Fields(without)...)
		p, err := exec.New(s)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Report().Segments; !slices.Equal(got, want) {
			t.Errorf("without %q the segments are %q, want %q", without, got, want)
		}
		p.Close()
	}
	c = compiledOf(sampleOf("x = input 3x3\na = softmax(x)\nb = transpose(a)\nc = softmax(b)\nd = transpose(c)\ne = softmax(d)\nf = transpose(e)\ng = tanh(f)\nreturn g", 1), true)
	p, err := exec.New(scheduleOf[float64](t, c, 1))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if got, want := p.Report().Segments, []string{"3× {softmax 3×3; transpose 3×3}", "cluster 3×3: tanh"}; !slices.Equal(got, want) {
		t.Errorf("the segments are %q, want %q", got, want)
	}
}
