package kernel

import (
	"fmt"
	"math"
)

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

// ExpCrossEntropy is [CrossEntropy] in fewer passes over the logits, for
// [ExpCrossEntropyGrad], which divides: it sets
//
//	exps[i,j] = e^(logits[i,j]-mᵢ)    mᵢ the row's largest number
//	sums[i] = Σⱼ exps[i,j]
//	losses[i] = ln sums[i] + mᵢ - logits[i,targets[i]]
//
// Rows whose weight is zero are left out: their logits are not looked at, exps is not
// touched, sums and losses are zero. Weights that are nil stand for ones. exps may be
// logits. ExpCrossEntropy panics if the shapes differ or a target is not a column.
func ExpCrossEntropy[T Float](losses, sums []float64, exps, logits Matrix[T], targets []int, weights []T) {
	checkSameShape("cross-entropy", exps, logits)
	checkTargets(logits, targets, losses)
	checkLengths(len(targets), len(sums))
	if weights != nil {
		checkLengths(len(targets), len(weights))
	}
	for i, target := range targets {
		if weights != nil && weights[i] == 0 {
			losses[i], sums[i] = 0, 0
			continue
		}
		score := float64(logits.Row(i)[target])
		largest, sum := ExpSum(exps.Row(i), logits.Row(i))
		losses[i], sums[i] = math.Log(sum)+float64(largest)-score, sum
	}
}

// ExpCrossEntropyGrad sets dst to the gradient of Σᵢ scales[i]·losses[i] with respect
// to the logits of [ExpCrossEntropy],
//
//	dst[i,j] = scales[i] · (exps[i,j]/sums[i] - [j = targets[i]])
//
// and to zero, whatever exps holds, in the rows whose scale is zero. dst may be exps.
// ExpCrossEntropyGrad panics if the shapes differ or a target is not a column.
func ExpCrossEntropyGrad[T Float](dst, exps Matrix[T], sums []float64, targets []int, scales []float64) {
	checkSameShape("gradient of cross-entropy", dst, exps)
	checkTargets(dst, targets, scales)
	checkLengths(len(targets), len(sums))
	for i, target := range targets {
		row := dst.Row(i)
		if scales[i] == 0 {
			clear(row)
			continue
		}
		p := float64(exps.Row(i)[target]) / sums[i]
		Scale(row, exps.Row(i), T(scales[i]/sums[i]))
		row[target] = T((p - 1) * scales[i])
	}
}

// checkTargets panics unless there is one target, which is no further than the
// last column, and one other number for every row of m.
func checkTargets[T, U Float](m Matrix[T], targets []int, others []U) {
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
