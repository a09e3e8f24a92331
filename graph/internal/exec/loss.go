package exec

import (
	"math"

	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

// A Loss computes what the categorical cross-entropy and its gradient take: with
// p = softmax(logits), in one pass over the logits,
//
//	losses[i] = w_i·(−log p_i[k_i])
//	exps[i][j] = dy · w_i/Σw · (p_i[j] − [j = k_i])   if the gradient is wanted
//
// A row of weight 0 is left out exactly.
type Loss[T kernel.Float] struct {
	Logits, Weights, DY Place
	Targets             int   // buffer of the class numbers
	Losses              Place // of the rows
	Exps                Place // of the logits' shape: the gradient, or memory for the exponentials
	Gradient            bool
}

func (s *Loss[T]) run(m *memory[T], worker, workers int) {
	w, targets := m.at(s.Weights), m.ints[s.Targets]
	total := kernel.Sum(w)
	from, to := share(s.Logits.Rows, worker, workers)
	logits, exps, losses := m.matrix(s.Logits), m.matrix(s.Exps), m.at(s.Losses)
	for i := from; i < to; i++ {
		if w[i] == 0 || total == 0 {
			losses[i] = 0
			clear(exps.Row(i))
			continue
		}
		x, e, k := logits.Row(i), exps.Row(i), targets[i]
		score := float64(x[k])
		largest, sum := kernel.ExpSum(e, x)
		losses[i] = T(float64(w[i]) * (float64(largest) + math.Log(sum) - score))
		if s.Gradient {
			scale, p := float64(m.at(s.DY)[0])*float64(w[i])/total, float64(e[k])/sum
			kernel.Scale(e, e, T(scale/sum))
			e[k] = T(scale * (p - 1))
		}
	}
}

func (s *Loss[T]) Touches() []Touch {
	all := []Touch{{s.Logits, false, true}, {s.Weights, false, false}, {s.Losses, true, true}, {s.Exps, true, true}}
	if s.Gradient {
		all = append(all, Touch{s.DY, false, false})
	}
	return all
}

func (s *Loss[T]) Kind() string {
	if s.Gradient {
		return "cross-entropy and its gradient " + s.Logits.shape()
	}
	return "cross-entropy " + s.Logits.shape()
}

func (s *Loss[T]) Work() (flops, bytes int) { return 0, 2 * s.Logits.Size() * bytesOf[T]() }

// A Mean is the mean of the losses of the rows, weighted. Where all weights are 0 it
// is 0.
type Mean[T kernel.Float] struct{ Losses, Weights, Mean Place }

func (s *Mean[T]) run(m *memory[T], worker, _ int) {
	if worker != 0 {
		return
	}
	mean := 0.0
	if total := kernel.Sum(m.at(s.Weights)); total != 0 {
		mean = kernel.Sum(m.at(s.Losses)) / total
	}
	m.at(s.Mean)[0] = T(mean)
}

func (s *Mean[T]) Touches() []Touch {
	return []Touch{{s.Losses, false, false}, {s.Weights, false, false}, {s.Mean, true, false}}
}

func (s *Mean[T]) Kind() string             { return "mean of losses" }
func (s *Mean[T]) Work() (flops, bytes int) { return 0, 0 }
