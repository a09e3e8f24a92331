package fuse

import (
	"math"

	"github.com/seed-222a112c/lstm/graph/internal/kernel"
)

// A lossStep computes what the categorical cross-entropy and its gradient take: with
// p = softmax(logits), in one pass over the logits,
//
//	losses[i] = w_i·(−log p_i[k_i])
//	exps[i][j] = dy · w_i/Σw · (p_i[j] − [j = k_i])   if the gradient is wanted
//
// A row of weight 0 is left out exactly.
type lossStep[T Float] struct {
	logits, weights, dy place
	targets             int   // buffer of the class numbers
	losses              place // of the rows
	exps                place // of the logits' shape: the gradient, or memory for the exponentials
	gradient            bool
}

func (s *lossStep[T]) run(m *memory[T], worker, workers int) {
	w, targets := m.at(s.weights), m.ints[s.targets]
	total := sumOf(w)
	from, to := share(s.logits.rows, worker, workers)
	logits, exps, losses := m.matrix(s.logits), m.matrix(s.exps), m.at(s.losses)
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
		if s.gradient {
			scale, p := float64(m.at(s.dy)[0])*float64(w[i])/total, float64(e[k])/sum
			kernel.Scale(e, e, T(scale/sum))
			e[k] = T(scale * (p - 1))
		}
	}
}

func sumOf[T Float](x []T) (sum float64) {
	for _, v := range x {
		sum += float64(v)
	}
	return sum
}

func (s *lossStep[T]) touches() []touch {
	all := []touch{{s.logits, false, true}, {s.weights, false, false}, {s.losses, true, true}, {s.exps, true, true}}
	if s.gradient {
		all = append(all, touch{s.dy, false, false})
	}
	return all
}

func (s *lossStep[T]) kind() string {
	if s.gradient {
		return "cross-entropy and its gradient " + shape(s.logits)
	}
	return "cross-entropy " + shape(s.logits)
}

func (s *lossStep[T]) work() (flops, bytes int) { return 0, 2 * s.logits.size() * size[T]() }

// A meanStep is the mean of the losses of the rows, weighted. Where all weights are 0 it
// is 0.
type meanStep[T Float] struct{ losses, weights, mean place }

func (s *meanStep[T]) run(m *memory[T], worker, _ int) {
	if worker != 0 {
		return
	}
	mean := 0.0
	if total := sumOf(m.at(s.weights)); total != 0 {
		mean = sumOf(m.at(s.losses)) / total
	}
	m.at(s.mean)[0] = T(mean)
}

func (s *meanStep[T]) touches() []touch {
	return []touch{{s.losses, false, false}, {s.weights, false, false}, {s.mean, true, false}}
}

func (s *meanStep[T]) kind() string             { return "mean of losses" }
func (s *meanStep[T]) work() (flops, bytes int) { return 0, 0 }
