package graph

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// Constant sets every element of p to x.
func Constant(p *Param, x float64) {
	p.Fill(func() float64 { return x })
}

// Uniform draws the elements of p from the uniform distribution on [-limit, limit).
func Uniform(p *Param, limit float64, rng *rand.Rand) {
	p.Fill(func() float64 { return limit * (2*rng.Float64() - 1) })
}

// Normal draws the elements of p from the normal distribution with mean 0 and the
// given standard deviation.
func Normal(p *Param, deviation float64, rng *rand.Rand) {
	p.Fill(func() float64 { return deviation * rng.NormFloat64() })
}

// Glorot draws the elements of p, of shape (I, O), uniformly from ±√(6/(I+O)), which
// keeps the variance of signals and of gradients through it (Glorot and Bengio 2010).
func Glorot(p *Param, rng *rand.Rand) {
	Uniform(p, math.Sqrt(6/float64(p.rows+p.cols)), rng)
}

// Orthogonal sets p to a random matrix with orthonormal rows or columns, whichever
// are fewer: the Q of the QR decomposition of a normal matrix, its columns' signs
// set so that the distribution is uniform (Saxe, McClelland and Ganguli 2014).
func Orthogonal(p *Param, rng *rand.Rand) {
	tall, wide := max(p.rows, p.cols), min(p.rows, p.cols)
	normal := mat.NewDense(tall, wide, nil)
	for i := range tall {
		for j := range wide {
			normal.Set(i, j, rng.NormFloat64())
		}
	}
	var qr mat.QR
	qr.Factorize(normal)
	var q, r mat.Dense
	qr.QTo(&q)
	qr.RTo(&r)
	for i := range p.rows {
		for j := range p.cols {
			row, col := i, j
			if p.rows < p.cols {
				row, col = j, i
			}
			p.Set(i, j, math.Copysign(1, r.At(col, col))*q.At(row, col))
		}
	}
}
