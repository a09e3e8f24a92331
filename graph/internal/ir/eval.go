package ir

import "math"

// A Matrix is numbers in row-major order.
type Matrix struct {
	Rows, Cols int
	Data       []float64
}

// NewMatrix returns a matrix of zeros.
func NewMatrix(rows, cols int) Matrix { return Matrix{rows, cols, make([]float64, rows*cols)} }

// At returns an element.
func (m Matrix) At(i, j int) float64 { return m.Data[i*m.Cols+j] }

// row returns row i, which shares the memory of m.
func (m Matrix) row(i int) []float64 { return m.Data[i*m.Cols : (i+1)*m.Cols] }

// spread returns the element that stands for (i, j) in a matrix of any shape.
func (m Matrix) spread(i, j int) float64 { return m.At(min(i, m.Rows-1), min(j, m.Cols-1)) }

// build returns the matrix of v's shape whose elements are f(i, j).
func build(v *Value, f func(i, j int) float64) Matrix {
	m := NewMatrix(v.Rows, v.Cols)
	for i := range m.Rows {
		for j := range m.Cols {
			m.Data[i*m.Cols+j] = f(i, j)
		}
	}
	return m
}

func evalElementwise(v *Value, in []Matrix) Matrix {
	row := v.Op.Row()
	return build(v, func(i, j int) float64 {
		var x [3]float64
		for k, m := range in {
			x[k] = m.spread(i, j)
		}
		return row.Scalar(v.Attr, x)
	})
}

func evalConstant(v *Value, _ []Matrix) Matrix {
	return build(v, func(int, int) float64 { return float64(v.Attr.(Number)) })
}

func evalSum(v *Value, in []Matrix) Matrix {
	return build(v, func(i, j int) float64 {
		sum, in := 0.0, in
		for _, t := range v.Products {
			a, b := in[0], in[1]
			in = in[2:]
			for k := range a.Cols {
				if t.Trans {
					sum += a.At(i, k) * b.At(j, k)
				} else {
					sum += a.At(i, k) * b.At(k, j)
				}
			}
		}
		for _, m := range in {
			sum += m.spread(i, j)
		}
		return sum
	})
}

func evalOuter(v *Value, in []Matrix) Matrix {
	return build(v, func(i, j int) (sum float64) {
		for k := range in[0].Rows {
			sum += in[0].At(k, i) * in[1].At(k, j)
		}
		return sum
	})
}

func evalSumRows(v *Value, in []Matrix) Matrix {
	return build(v, func(_, j int) (sum float64) {
		for i := range in[0].Rows {
			x := in[0].At(i, j)
			if len(in) == 2 {
				x *= in[1].At(i, j)
			}
			sum += x
		}
		return sum
	})
}

func evalRowBlock(v *Value, in []Matrix) Matrix {
	return build(v, func(i, j int) float64 { return in[0].At(v.From()+i, j) })
}

func evalColumnBlock(v *Value, in []Matrix) Matrix {
	return build(v, func(i, j int) float64 { return in[0].At(i, v.From()+j) })
}

func evalPadRows(v *Value, in []Matrix) Matrix {
	return build(v, func(i, j int) float64 {
		if k := i - v.From(); k >= 0 && k < in[0].Rows {
			return in[0].At(k, j)
		}
		return 0
	})
}

func evalPadColumns(v *Value, in []Matrix) Matrix {
	return build(v, func(i, j int) float64 {
		if k := j - v.From(); k >= 0 && k < in[0].Cols {
			return in[0].At(i, k)
		}
		return 0
	})
}

func evalStack(v *Value, in []Matrix) Matrix {
	m := Matrix{Rows: v.Rows, Cols: v.Cols}
	for _, part := range in {
		m.Data = append(m.Data, part.Data...)
	}
	return m
}

func evalConcat(v *Value, in []Matrix) Matrix {
	m := Matrix{Rows: v.Rows, Cols: v.Cols}
	for i := range v.Rows {
		for _, part := range in {
			m.Data = append(m.Data, part.row(i)...)
		}
	}
	return m
}

func evalReshape(v *Value, in []Matrix) Matrix { return Matrix{v.Rows, v.Cols, in[0].Data} }

func evalTranspose(v *Value, in []Matrix) Matrix {
	return build(v, func(i, j int) float64 { return in[0].At(j, i) })
}

// moments returns the mean of numbers and √(v + ε) of their mean squared deviation v.
func moments(x []float64, epsilon float64) (mean, deviation float64) {
	for _, a := range x {
		mean += a / float64(len(x))
	}
	for _, a := range x {
		deviation += (a - mean) * (a - mean) / float64(len(x))
	}
	return mean, math.Sqrt(deviation + epsilon)
}

func evalLayerNorm(v *Value, in []Matrix) Matrix {
	return build(v, func(i, j int) float64 {
		mean, deviation := moments(in[0].row(i), float64(v.Attr.(Epsilon)))
		return (in[0].At(i, j) - mean) / deviation
	})
}

// dx = (dy − mean(dy) − y ⊙ mean(dy ⊙ y))/√(v + ε), with means over the row.
func evalLayerNormGrad(v *Value, in []Matrix) Matrix {
	x, y, dy := in[0], in[1], in[2]
	return build(v, func(i, j int) float64 {
		_, deviation := moments(x.row(i), float64(v.Attr.(Epsilon)))
		mean, inner, n := 0.0, 0.0, float64(v.Cols)
		for k, d := range dy.row(i) {
			mean += d / n
			inner += d * y.At(i, k) / n
		}
		return (dy.At(i, j) - mean - y.At(i, j)*inner) / deviation
	})
}

// softmax returns the probabilities of a row of logits.
func softmax(x []float64) []float64 {
	p, sum, most := make([]float64, len(x)), 0.0, math.Inf(-1)
	for _, a := range x {
		most = max(most, a)
	}
	for j, a := range x {
		p[j] = math.Exp(a - most)
		sum += p[j]
	}
	for j := range p {
		p[j] /= sum
	}
	return p
}

func evalSoftmax(v *Value, in []Matrix) Matrix {
	return build(v, func(i, j int) float64 { return softmax(in[0].row(i))[j] })
}

func evalLookup(v *Value, in []Matrix) Matrix {
	return build(v, func(i, j int) float64 { return in[0].At(int(in[1].Data[v.From()+i]), j) })
}

func evalScatter(v *Value, in []Matrix) Matrix {
	m := NewMatrix(v.Rows, v.Cols)
	for i, k := range in[1].Data {
		for j, x := range in[0].row(i) {
			m.Data[int(k)*m.Cols+j] += x
		}
	}
	return m
}

// The weighted mean over rows of −log p[target], 0 if all weights are.
func evalCrossEntropy(v *Value, in []Matrix) Matrix {
	logits, targets, weights := in[0], in[1], in[2]
	loss, total := 0.0, 0.0
	for i, w := range weights.Data {
		if total += w; w != 0 {
			loss -= w * math.Log(softmax(logits.row(i))[int(targets.Data[i])])
		}
	}
	if total != 0 {
		loss /= total
	}
	return build(v, func(int, int) float64 { return loss })
}

// dy · w_i/Σw · (p_i[j] − [j = k_i]); 0 in rows of weight 0.
func evalCrossEntropyGrad(v *Value, in []Matrix) Matrix {
	logits, targets, weights, dy := in[0], in[1], in[2], in[3].Data[0]
	total := 0.0
	for _, w := range weights.Data {
		total += w
	}
	return build(v, func(i, j int) float64 {
		w := weights.Data[i]
		if w == 0 || total == 0 {
			return 0
		}
		p := softmax(logits.row(i))[j]
		if j == int(targets.Data[i]) {
			p--
		}
		return dy * w / total * p
	})
}
