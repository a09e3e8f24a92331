package graph_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
)

// This file writes the losses of models that the library does not have with the builder alone,
// and checks each against plain loops over numbers and its gradient against differences.

// checkModel compiles a model for each engine and format, and for each of three draws of the
// parameters checks the loss against plain loops, its gradient in float64 against differences,
// and that in float32 against the one in float64.
func checkModel(t *testing.T, params []*graph.Param, build func(b *graph.Builder) *graph.Node, set func(p *graph.Program) error, want func() float64) {
	t.Helper()
	exact := map[string][]float64{} // gradients in float64, by draw and parameter
	for _, dtype := range []graph.Dtype{graph.Float64, graph.Float32} {
		graph.Convert(dtype, params...)
		tolerance := map[graph.Dtype]float64{graph.Float64: 1e-12, graph.Float32: 1e-5}[dtype]
		for _, engine := range engines {
			p := compile(t, graph.Settings{Dtype: dtype, Engine: engine}, func(b *graph.Builder) { b.Minimize(build(b)) })
			if err := set(p); err != nil {
				t.Fatal(err)
			}
			rng := rand.New(rand.NewPCG(5, 6))
			for draw := range 3 {
				for _, param := range params {
					graph.Normal(param, 1, rng)
				}
				if err := p.Run(); err != nil {
					t.Fatal(err)
				}
				graphtest.CheckClose(t, fmt.Sprintf("%s, %v: loss", engine, dtype), []float64{p.Scalar("loss")}, []float64{want()}, tolerance)
				for _, param := range params {
					at := fmt.Sprint(param.Name(), draw)
					if exact[at] == nil {
						exact[at] = p.Grad(param)
					}
					graphtest.CheckClose(t, fmt.Sprintf("%s, %v: gradient of %s", engine, dtype, param.Name()), p.Grad(param), exact[at], 10*tolerance)
				}
				if dtype == graph.Float64 {
					graphtest.CheckGradient(t, p)
				}
			}
		}
	}
}

// inputs sets inputs, float64s or ints, by name.
type inputs map[string]any

func (in inputs) set(p *graph.Program) error {
	for name, x := range in {
		var err error
		switch x := x.(type) {
		case []float64:
			err = p.SetFloats(name, x)
		case []int:
			err = p.SetInts(name, x)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sequences calls f with every sequence of n numbers below k.
func sequences(n, k int, f func(s []int)) {
	s := make([]int, n)
	var fill func(i int)
	fill = func(i int) {
		if i == n {
			f(s)
			return
		}
		for s[i] = 0; s[i] < k; s[i]++ {
			fill(i + 1)
		}
	}
	fill(0)
}

// The loss of a linear-chain conditional random field (Lafferty, McCallum and Pereira 2001): of B
// sequences of K tags, of as many steps as each has, the mean of log Z − score of the true tags, where
// a score is the sum of what each tag emits and of the transitions, and log Z is by the
// forward algorithm. Against the sum over all sequences of tags.
func TestConditionalRandomField(t *testing.T) {
	const T, B, K = 4, 3, 3
	emissions, transitions, start := graph.NewParam("emissions", T*B, K), graph.NewParam("transitions", K, K), graph.NewParam("start", 1, K)
	lengths := []int{4, 2, 1}
	tags := [T][]int{{0, 2, 1}, {1, 2, 0}, {1, 0, 0}, {2, 0, 0}} // by step; what is beyond a length does not matter
	in := inputs{}
	for step := range T {
		in[fmt.Sprint("tags ", step)] = tags[step]
	}
	for step := 1; step < T; step++ {
		in[fmt.Sprint("mask ", step)] = maskOf(lengths, step)
	}
	build := func(b *graph.Builder) *graph.Node {
		steps := b.Unstack(b.Param(emissions), T)
		from := b.Param(transitions)
		intoEach := b.Reshape(b.Transpose(from), 1, K*K) // element k·K+j is the transition from j to k
		alpha := b.AddRow(steps[0], b.Param(start))
		tag := b.Indices("tags 0", B)
		score := b.Gather(alpha, tag)
		for step := 1; step < T; step++ {
			mask := b.Input(fmt.Sprint("mask ", step), B, 1)
			before := b.AddRow(b.ConcatColumns(alpha, alpha, alpha), intoEach)
			next := b.Reshape(b.LogSumExpColumns(b.Reshape(before, B*K, K)), B, K)
			alpha = b.Select(mask, b.Add(next, steps[step]), alpha)

			last := tag
			tag = b.Indices(fmt.Sprint("tags ", step), B)
			gain := b.Add(b.Gather(b.Rows(from, last), tag), b.Gather(steps[step], tag))
			score = b.Add(score, b.MulCol(mask, gain))
		}
		return b.Affine(b.Sum(b.Sub(b.LogSumExpColumns(alpha), score)), 1.0/B, 0)
	}
	want := func() (loss float64) {
		score := func(i int, s []int) float64 {
			x := start.At(0, s[0])
			for step, k := range s {
				x += emissions.At(step*B+i, k)
				if step > 0 {
					x += transitions.At(s[step-1], k)
				}
			}
			return x
		}
		for i, n := range lengths {
			z, truth := 0.0, make([]int, n)
			sequences(n, K, func(s []int) { z += math.Exp(score(i, s)) })
			for step := range truth {
				truth[step] = tags[step][i]
			}
			loss += (math.Log(z) - score(i, truth)) / B
		}
		return loss
	}
	checkModel(t, []*graph.Param{emissions, transitions, start}, build, in.set, want)
}

// maskOf returns 1 for each sequence that has the step.
func maskOf(lengths []int, step int) []float64 {
	mask := make([]float64, len(lengths))
	for i, n := range lengths {
		if step < n {
			mask[i] = 1
		}
	}
	return mask
}

// Connectionist temporal classification (Graves et al. 2006): the negative logarithm of the
// probability of all alignments of T steps that collapse to a label sequence, repeats first
// and then blanks, by the forward algorithm over the labels with blanks between them. Against
// the sum over all alignments.
func TestConnectionistTemporalClassification(t *testing.T) {
	const T, B, V, L, blank = 4, 4, 3, 2, 0
	const S = 2*L + 1
	logits := graph.NewParam("logits", T*B, V)
	lengths := []int{4, 3, 4, 3}
	labels := [B][]int{{1, 2}, {1, 1}, {2}, {}}
	in := inputs{}
	for s := range S {
		at := make([]int, B)
		for i, l := range labels {
			if s%2 == 1 && s/2 < len(l) {
				at[i] = l[s/2]
			}
		}
		in[fmt.Sprint("label ", s)] = at
	}
	first, skip, last, beforeLast := make([]float64, B*S), make([]float64, B*S), make([]int, B), make([]int, B)
	noLabel := make([]float64, B)
	for i, l := range labels {
		for s := range S {
			first[i*S+s], skip[i*S+s] = -inf, -inf
			if s < 2 {
				first[i*S+s] = 0
			}
			if s%2 == 1 && s >= 3 && s/2 < len(l) && l[s/2] != l[s/2-1] { // over a blank between unequal labels
				skip[i*S+s] = 0
			}
		}
		last[i], beforeLast[i] = 2*len(l), max(2*len(l)-1, 0)
		if len(l) == 0 { // ends in a blank only
			noLabel[i] = -inf
		}
	}
	in["first"], in["skip"], in["last"], in["before last"], in["no label"] = first, skip, last, beforeLast, noLabel
	for step := 1; step < T; step++ {
		in[fmt.Sprint("mask ", step)] = maskOf(lengths, step)
	}

	build := func(b *graph.Builder) *graph.Node {
		x := b.Param(logits)
		steps := b.Unstack(b.AddCol(x, b.Affine(b.LogSumExpColumns(x), -1, 0)), T) // log softmax
		var at []*graph.Node
		for s := range S {
			at = append(at, b.Indices(fmt.Sprint("label ", s), B))
		}
		emit := func(step int) *graph.Node {
			var columns []*graph.Node
			for s := range S {
				columns = append(columns, b.Gather(steps[step], at[s]))
			}
			return b.ConcatColumns(columns...)
		}
		shifted := func(x *graph.Node, by int) *graph.Node {
			return b.ConcatColumns(b.Constant(-inf, B, by), b.ColumnBlock(x, 0, S-by))
		}
		skips := b.Input("skip", B, S)
		alpha := b.Add(emit(0), b.Input("first", B, S))
		for step := 1; step < T; step++ {
			from := b.ConcatColumns(
				b.Reshape(alpha, B*S, 1),
				b.Reshape(shifted(alpha, 1), B*S, 1),
				b.Reshape(b.Add(shifted(alpha, 2), skips), B*S, 1))
			next := b.Add(b.Reshape(b.LogSumExpColumns(from), B, S), emit(step))
			alpha = b.Select(b.Input(fmt.Sprint("mask ", step), B, 1), next, alpha)
		}
		ends := b.ConcatColumns(
			b.Gather(alpha, b.Indices("last", B)),
			b.Add(b.Gather(alpha, b.Indices("before last", B)), b.Input("no label", B, 1)))
		return b.Affine(b.Sum(b.LogSumExpColumns(ends)), -1.0/B, 0)
	}
	want := func() (loss float64) {
		for i, n := range lengths {
			total := 0.0
			sequences(n, V, func(s []int) {
				if fmt.Sprint(collapse(s, blank)) != fmt.Sprint(labels[i]) {
					return
				}
				p := 1.0
				for step, k := range s {
					row := make([]float64, V)
					for j := range row {
						row[j] = logits.At(step*B+i, j)
					}
					p *= probability(row, k)
				}
				total += p
			})
			loss -= math.Log(total) / B
		}
		return loss
	}
	checkModel(t, []*graph.Param{logits}, build, in.set, want)
}

// collapse returns the labels of an alignment: repeats once, and no blanks.
func collapse(s []int, blank int) []int {
	labels := []int{}
	for i, k := range s {
		if k != blank && (i == 0 || k != s[i-1]) {
			labels = append(labels, k)
		}
	}
	return labels
}

// The pinball loss of quantiles (Koenker and Bassett 1978).
func TestPinballLoss(t *testing.T) {
	const n = 5
	quantiles := []float64{0.1, 0.5, 0.9}
	predictions, truth := graph.NewParam("predictions", n, 3), graph.NewParam("truth", n, 1)
	build := func(b *graph.Builder) *graph.Node {
		q := b.Input("quantiles", 1, 3)
		above := b.AddCol(b.Affine(b.Param(predictions), -1, 0), b.Param(truth)) // y − ŷ
		loss := b.Max(b.MulRow(above, q), b.MulRow(above, b.Affine(q, 1, -1)))
		return b.Affine(b.Sum(loss), 1.0/(3*n), 0)
	}
	want := func() (loss float64) {
		for i := range n {
			for j, q := range quantiles {
				above := truth.At(i, 0) - predictions.At(i, j)
				if above >= 0 {
					loss += q * above / (3 * n)
				} else {
					loss += (q - 1) * above / (3 * n)
				}
			}
		}
		return loss
	}
	checkModel(t, []*graph.Param{predictions, truth}, build, inputs{"quantiles": quantiles}.set, want)
}

// The contrastive loss of pairs of encodings by one encoder (Hadsell, Chopra and LeCun 2006): d² of
// pairs that are alike, and max(0, margin − d)² of others, with d their distance.
func TestContrastiveLoss(t *testing.T) {
	const n, I, H, margin = 4, 3, 2, 1.5
	rng := rand.New(rand.NewPCG(8, 8))
	left, right := normals(n*I, rng), normals(n*I, rng)
	alike := []float64{1, 0, 0, 1}
	w := graph.NewParam("w", I, H)
	build := func(b *graph.Builder) *graph.Node {
		encode := func(name string) *graph.Node { return b.Tanh(b.MatMul(b.Input(name, n, I), b.Param(w))) }
		apart := b.Sub(encode("left"), encode("right"))
		square := b.SumColumns(b.Mul(apart, apart))
		far := b.Relu(b.Affine(b.Sqrt(b.Affine(square, 1, 1e-8)), -1, margin))
		yes := b.Input("alike", n, 1)
		loss := b.Add(b.Mul(yes, square), b.Mul(b.Affine(yes, -1, 1), b.Mul(far, far)))
		return b.Affine(b.Sum(loss), 1.0/n, 0)
	}
	want := func() (loss float64) {
		encode := func(x []float64, j int) float64 {
			z := 0.0
			for k, v := range x {
				z += v * w.At(k, j)
			}
			return math.Tanh(z)
		}
		for i := range n {
			square := 0.0
			for j := range H {
				d := encode(left[i*I:(i+1)*I], j) - encode(right[i*I:(i+1)*I], j)
				square += d * d
			}
			if alike[i] == 1 {
				loss += square / n
			} else {
				far := math.Max(0, margin-math.Sqrt(square+1e-8))
				loss += far * far / n
			}
		}
		return loss
	}
	checkModel(t, []*graph.Param{w}, build, inputs{"left": left, "right": right, "alike": alike}.set, want)
}

// Two tasks on one encoder, each weighed by its own uncertainty, which is learned (Kendall, Gal and
// Cipolla 2018), and a penalty of a fixed weight: Σ exp(−s_k)·L_k + s_k, and 0.01·Σ|w|.
func TestMultiTaskLoss(t *testing.T) {
	const n, I, C = 4, 3, 3
	rng := rand.New(rand.NewPCG(9, 9))
	x, y := normals(n*I, rng), normals(n, rng)
	w, v, s := graph.NewParam("w", I, C), graph.NewParam("v", I, 1), graph.NewParam("s", 1, 2)
	build := func(b *graph.Builder) *graph.Node {
		in, ones := b.Input("x", n, I), b.Ones(n)
		losses := []*graph.Node{
			b.CrossEntropy(b.MatMul(in, b.Param(w)), b.Indices("k", n), ones, graph.CrossEntropySettings{}),
			b.SquaredError(b.MatMul(in, b.Param(v)), b.Input("y", n, 1), ones),
		}
		total := b.Affine(b.Sum(b.Abs(b.Param(w))), 0.01, 0)
		for k, loss := range losses {
			uncertainty := b.Sum(b.ColumnBlock(b.Param(s), k, k+1))
			total = b.Add(total, b.Add(b.Scale(loss, b.Exp(b.Affine(uncertainty, -1, 0))), uncertainty))
		}
		return total
	}
	want := func() (loss float64) {
		logits := newMatrix(n, C, func(i, j int) (z float64) {
			for k := range I {
				z += x[i*I+k] * w.At(k, j)
			}
			return z
		})
		first, second := 0.0, 0.0
		for i, k := range rowTargets {
			first -= math.Log(probability(logits[i], k)) / n
			z := -y[i]
			for k := range I {
				z += x[i*I+k] * v.At(k, 0)
			}
			second += z * z / n
		}
		for _, z := range w.Floats() {
			loss += 0.01 * math.Abs(z)
		}
		return loss + math.Exp(-s.At(0, 0))*first + s.At(0, 0) + math.Exp(-s.At(0, 1))*second + s.At(0, 1)
	}
	checkModel(t, []*graph.Param{w, v, s}, build, inputs{"x": x, "y": y, "k": rowTargets}.set, want)
}

// Additive attention over time (Bahdanau, Cho and Bengio 2015) of one query a sequence, with steps
// beyond its length masked: context_i = Σ_t softmax_t(v·tanh(h_it·W + q_i))·h_it.
func TestAttention(t *testing.T) {
	const T, B, H = 3, 2, 2
	lengths := []int{3, 2}
	states, query := graph.NewParam("states", T*B, H), graph.NewParam("query", B, H)
	w, v := graph.NewParam("w", H, H), graph.NewParam("v", 1, H)
	target := []float64{0.5, -1, 1, 0.25}
	mask := []float64{0, 0, 0, 0, 0, -inf} // (B, T)
	build := func(b *graph.Builder) *graph.Node {
		steps := b.Unstack(b.Param(states), T)
		var scores []*graph.Node
		for _, h := range steps {
			hidden := b.Tanh(b.Add(b.MatMul(h, b.Param(w)), b.Param(query)))
			scores = append(scores, b.SumColumns(b.MulRow(hidden, b.Param(v))))
		}
		shares := b.Softmax(b.Add(b.ConcatColumns(scores...), b.Input("mask", B, T)))
		var context *graph.Node
		for step, h := range steps {
			part := b.MulCol(h, b.ColumnBlock(shares, step, step+1))
			if step == 0 {
				context = part
			} else {
				context = b.Add(context, part)
			}
		}
		apart := b.Sub(context, b.Input("target", B, H))
		return b.Sum(b.Mul(apart, apart))
	}
	want := func() (loss float64) {
		for i, n := range lengths {
			scores := make([]float64, n)
			for step := range scores {
				for j := range H {
					z := query.At(i, j)
					for k := range H {
						z += states.At(step*B+i, k) * w.At(k, j)
					}
					scores[step] += v.At(0, j) * math.Tanh(z)
				}
			}
			for j := range H {
				d := -target[i*H+j]
				for step := range scores {
					d += probability(scores, step) * states.At(step*B+i, j)
				}
				loss += d * d
			}
		}
		return loss
	}
	checkModel(t, []*graph.Param{states, query, w, v}, build, inputs{"mask": mask, "target": target}.set, want)
}

// The penalty on the gradient of a critic with respect to its input (Gulrajani et al. 2017):
// mean D(x) + 10·mean (‖∇D(x)‖ − 1)², with D(x) = tanh(x·W + b)·v; the second derivative
// of the critic is in the gradient.
func TestGradientPenalty(t *testing.T) {
	const n, I, H = 3, 2, 4
	x := normals(n*I, rand.New(rand.NewPCG(10, 10)))
	w, bias, v := graph.NewParam("w", I, H), graph.NewParam("b", 1, H), graph.NewParam("v", H, 1)
	build := func(b *graph.Builder) *graph.Node {
		in := b.Input("x", n, I)
		critic := b.Sum(b.MatMul(b.Tanh(b.AddRow(b.MatMul(in, b.Param(w)), b.Param(bias))), b.Param(v)))
		slope := b.Gradients(critic, in)[0]
		steep := b.Affine(b.Sqrt(b.SumColumns(b.Mul(slope, slope))), 1, -1)
		return b.Affine(b.Add(critic, b.Affine(b.Sum(b.Mul(steep, steep)), 10, 0)), 1.0/n, 0)
	}
	want := func() (loss float64) {
		for i := range n {
			slope := make([]float64, I)
			for j := range H {
				z := bias.At(0, j)
				for k := range I {
					z += x[i*I+k] * w.At(k, j)
				}
				y := math.Tanh(z)
				loss += y * v.At(j, 0) / n
				for k := range I {
					slope[k] += (1 - y*y) * v.At(j, 0) * w.At(k, j)
				}
			}
			steep := math.Hypot(slope[0], slope[1]) - 1
			loss += 10 * steep * steep / n
		}
		return loss
	}
	checkModel(t, []*graph.Param{w, bias, v}, build, inputs{"x": x}.set, want)
}
