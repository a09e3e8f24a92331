package kernel

import (
	"fmt"
	"math"
)

// Softmax sets every row of dst to the softmax of that row of x,
//
//	dst[i,j] = e^(x[i,j]-m) / Σⱼ e^(x[i,j]-m)
//
// with m the row's largest number. If logSumExp is not nil, its element i becomes
// ln Σⱼ e^x[i,j]. dst may be x. Softmax panics if the shapes differ.
func Softmax[T Float](dst, x Matrix[T], logSumExp []float64) {
	dst.check()
	x.check()
	if dst.Rows != x.Rows || dst.Cols != x.Cols || logSumExp != nil && len(logSumExp) != x.Rows {
		panic(fmt.Sprintf("kernel: softmax of %d×%d into %d×%d and %d sums", x.Rows, x.Cols, dst.Rows, dst.Cols, len(logSumExp)))
	}
	for i := range x.Rows {
		sum := softmaxRow(dst.Row(i), x.Row(i))
		if logSumExp != nil {
			logSumExp[i] = sum
		}
	}
}

// softmaxRow sets dst to the softmax of x and returns ln Σ eˣ.
func softmaxRow[T Float](dst, x []T) float64 {
	largest := Max(x)
	ExpShifted(dst, x, -largest)
	sum := Sum(dst)
	Scale(dst, dst, T(1/sum))
	return float64(largest) + math.Log(sum)
}

// CrossEntropy sets losses[i] = -ln p[i,targets[i]], where p = softmax(logits),
// and keeps p in probabilities for [CrossEntropyGrad]; that may be logits. A
// negative target leaves a row out: its loss and its probabilities are zero. It
// panics if the shapes differ or a target is not a column.
func CrossEntropy[T Float](losses []T, probabilities, logits Matrix[T], targets []int) {
	logits.check()
	checkTargets(probabilities, targets, losses)
	if logits.Rows != probabilities.Rows || logits.Cols != probabilities.Cols {
		panic(fmt.Sprintf("kernel: cross-entropy of %d×%d with probabilities of %d×%d",
			logits.Rows, logits.Cols, probabilities.Rows, probabilities.Cols))
	}
	for i, target := range targets {
		if target < 0 {
			losses[i] = 0
			Fill(probabilities.Row(i), 0)
			continue
		}
		score := float64(logits.Row(i)[target])
		losses[i] = T(softmaxRow(probabilities.Row(i), logits.Row(i)) - score)
	}
}

// CrossEntropyGrad sets dst to the gradient of Σᵢ scales[i]·losses[i] with respect
// to the logits of [CrossEntropy], (p - onehot(target))·scale; zero for the rows
// left out. dst may be probabilities. It panics if the shapes differ or a target
// is not a column.
func CrossEntropyGrad[T Float](dst, probabilities Matrix[T], targets []int, scales []T) {
	probabilities.check()
	checkTargets(dst, targets, scales)
	if dst.Rows != probabilities.Rows || dst.Cols != probabilities.Cols {
		panic(fmt.Sprintf("kernel: gradient of %d×%d for probabilities of %d×%d",
			dst.Rows, dst.Cols, probabilities.Rows, probabilities.Cols))
	}
	for i, target := range targets {
		if target < 0 {
			Fill(dst.Row(i), 0)
			continue
		}
		p := probabilities.Row(i)[target]
		Scale(dst.Row(i), probabilities.Row(i), scales[i])
		dst.Row(i)[target] = (p - 1) * scales[i]
	}
}

// checkTargets panics unless there is one target, which is no further than the
// last column, and one other number for every row of m.
func checkTargets[T Float](m Matrix[T], targets []int, others []T) {
	m.check()
	if len(targets) != m.Rows || len(others) != m.Rows {
		panic(fmt.Sprintf("kernel: %d targets and %d numbers for %d rows", len(targets), len(others), m.Rows))
	}
	for i, target := range targets {
		if target >= m.Cols {
			panic(fmt.Sprintf("kernel: target %d of row %d is not one of %d columns", target, i, m.Cols))
		}
	}
}
