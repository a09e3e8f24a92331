package graph_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-222a112c/lstm/graph"
	"github.com/seed-222a112c/lstm/graph/graphtest"
)

// operations lists every operation of the builder with operands as parameters, and what
// it computes as plain loops over single numbers. A scalar is a result of shape (1, 1).
var operations = []struct {
	name     string
	operands [][2]int
	build    func(b *graph.Builder, x []*graph.Node) *graph.Node
	want     func(x []matrix) matrix
}{
	{"MatMul", [][2]int{{2, 3}, {3, 4}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.MatMul(x[0], x[1]) },
		func(x []matrix) matrix {
			return newMatrix(2, 4, func(i, j int) (s float64) {
				for k := range 3 {
					s += x[0][i][k] * x[1][k][j]
				}
				return s
			})
		}},
	{"MatMul of one element", [][2]int{{1, 1}, {1, 1}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.MatMul(x[0], x[1]) },
		func(x []matrix) matrix { return matrix{{x[0][0][0] * x[1][0][0]}} }},
	{"Add", [][2]int{{2, 3}, {2, 3}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.Add(x[0], x[1]) },
		elementwise(func(x []float64) float64 { return x[0] + x[1] })},
	{"Add of one element", [][2]int{{1, 1}, {1, 1}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.Add(x[0], x[1]) },
		elementwise(func(x []float64) float64 { return x[0] + x[1] })},
	{"Sub", [][2]int{{2, 3}, {2, 3}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.Sub(x[0], x[1]) },
		elementwise(func(x []float64) float64 { return x[0] - x[1] })},
	{"Mul", [][2]int{{2, 3}, {2, 3}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.Mul(x[0], x[1]) },
		elementwise(func(x []float64) float64 { return x[0] * x[1] })},
	{"Mul by itself", [][2]int{{2, 3}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.Mul(x[0], x[0]) },
		elementwise(func(x []float64) float64 { return x[0] * x[0] })},
	{"Div", [][2]int{{2, 3}, {2, 3}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.Div(x[0], b.Affine(x[1], 1, 5)) },
		elementwise(func(x []float64) float64 { return x[0] / (x[1] + 5) })},
	{"Sigmoid", [][2]int{{3, 2}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.Sigmoid(x[0]) },
		elementwise(func(x []float64) float64 { return 1 / (1 + math.Exp(-x[0])) })},
	{"LogSigmoid", [][2]int{{3, 2}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.LogSigmoid(x[0]) },
		elementwise(func(x []float64) float64 { return -math.Log(1 + math.Exp(-x[0])) })},
	{"LogSigmoid far out", [][2]int{{3, 2}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.LogSigmoid(b.Affine(x[0], 1, -1000)) },
		elementwise(func(x []float64) float64 { return x[0] - 1000 })},
	{"Tanh", [][2]int{{3, 2}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.Tanh(x[0]) },
		elementwise(func(x []float64) float64 { return math.Tanh(x[0]) })},
	{"Exp", [][2]int{{3, 2}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.Exp(x[0]) },
		elementwise(func(x []float64) float64 { return math.Exp(x[0]) })},
	{"Log", [][2]int{{3, 2}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.Log(b.Affine(x[0], 1, 5)) },
		elementwise(func(x []float64) float64 { return math.Log(x[0] + 5) })},
	{"Affine", [][2]int{{3, 2}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.Affine(x[0], -0.5, 3) },
		elementwise(func(x []float64) float64 { return -0.5*x[0] + 3 })},
	{"AddRow", [][2]int{{3, 2}, {1, 2}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.AddRow(x[0], x[1]) },
		func(x []matrix) matrix {
			return newMatrix(3, 2, func(i, j int) float64 { return x[0][i][j] + x[1][0][j] })
		}},
	{"Max", [][2]int{{3, 2}, {3, 2}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.Max(x[0], x[1]) },
		elementwise(func(x []float64) float64 { return math.Max(x[0], x[1]) })},
	{"Max of equals", [][2]int{{3, 2}}, // the gradient arrives once
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.Max(x[0], x[0]) },
		elementwise(func(x []float64) float64 { return x[0] })},
	{"Min", [][2]int{{3, 2}, {3, 2}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.Min(x[0], x[1]) },
		elementwise(func(x []float64) float64 { return math.Min(x[0], x[1]) })},
	{"AtLeast", [][2]int{{5, 3}, {5, 3}}, // without a gradient of its own
		func(b *graph.Builder, x []*graph.Node) *graph.Node {
			return b.Mul(b.AtLeast(x[0], x[1]), b.Add(x[0], x[1]))
		},
		elementwise(func(x []float64) float64 {
			if x[0] >= x[1] {
				return x[0] + x[1]
			}
			return 0
		})},
	{"Clamp", [][2]int{{5, 3}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.Clamp(x[0], -0.3, 0.8) },
		elementwise(func(x []float64) float64 { return math.Min(math.Max(x[0], -0.3), 0.8) })},
	{"Relu", [][2]int{{5, 3}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.Relu(x[0]) },
		elementwise(func(x []float64) float64 { return math.Max(x[0], 0) })},
	{"MulRow", [][2]int{{3, 2}, {1, 2}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.MulRow(x[0], x[1]) },
		func(x []matrix) matrix {
			return newMatrix(3, 2, func(i, j int) float64 { return x[0][i][j] * x[1][0][j] })
		}},
	{"MulCol", [][2]int{{3, 2}, {3, 1}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.MulCol(x[0], x[1]) },
		func(x []matrix) matrix {
			return newMatrix(3, 2, func(i, j int) float64 { return x[0][i][j] * x[1][i][0] })
		}},
	{"OuterRows", [][2]int{{3, 2}, {3, 4}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.OuterRows(x[0], x[1]) },
		func(x []matrix) matrix {
			return newMatrix(3, 8, func(i, j int) float64 { return x[0][i][j/4] * x[1][i][j%4] })
		}},
	{"MatVecRows", [][2]int{{3, 8}, {3, 4}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.MatVecRows(x[0], x[1]) },
		func(x []matrix) matrix {
			return newMatrix(3, 2, func(i, j int) (s float64) {
				for k := range 4 {
					s += x[0][i][j*4+k] * x[1][i][k]
				}
				return s
			})
		}},
	{"MatVecRows, used again", [][2]int{{3, 4}, {3, 4}}, // the gradients' buffers are operands of builtin sums
		func(b *graph.Builder, x []*graph.Node) *graph.Node {
			return b.Add(b.MulCol(x[1], b.MatVecRows(x[0], x[1])), b.MulCol(x[0], b.MatVecRows(x[1], x[0])))
		},
		func(x []matrix) matrix {
			return newMatrix(3, 4, func(i, j int) float64 {
				s := 0.0
				for k := range 4 {
					s += x[0][i][k] * x[1][i][k]
				}
				return s * (x[0][i][j] + x[1][i][j])
			})
		}},
	{"LayerNorm", [][2]int{{3, 5}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.LayerNorm(x[0], 1e-3) },
		func(x []matrix) matrix {
			return newMatrix(3, 5, func(i, j int) float64 {
				mean, square := 0.0, 0.0
				for _, v := range x[0][i] {
					mean, square = mean+v/5, square+v*v/5
				}
				return (x[0][i][j] - mean) / math.Sqrt(square-mean*mean+1e-3)
			})
		}},
	{"ConcatColumns", [][2]int{{3, 2}, {3, 1}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.ConcatColumns(x[0], x[1], x[0]) },
		func(x []matrix) matrix {
			return newMatrix(3, 5, func(i, j int) float64 {
				return []float64{x[0][i][0], x[0][i][1], x[1][i][0], x[0][i][0], x[0][i][1]}[j]
			})
		}},
	{"ColumnBlock", [][2]int{{3, 300}}, // beyond a byte
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.ColumnBlock(x[0], 257, 259) },
		func(x []matrix) matrix {
			return newMatrix(3, 2, func(i, j int) float64 { return x[0][i][257+j] })
		}},
	{"ColumnBlock twice", [][2]int{{2, 4}}, // the padded gradients are summed in place
		func(b *graph.Builder, x []*graph.Node) *graph.Node {
			left, right := b.ColumnBlock(x[0], 0, 2), b.ColumnBlock(x[0], 2, 4)
			return b.Add(b.Mul(left, right), b.Mul(b.ColumnBlock(x[0], 1, 3), left))
		},
		func(x []matrix) matrix {
			return newMatrix(2, 2, func(i, j int) float64 { return x[0][i][j]*x[0][i][j+2] + x[0][i][j+1]*x[0][i][j] })
		}},
	{"Reshape", [][2]int{{3, 4}, {3, 4}}, // the product wants its gradient in its own shape
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.Reshape(b.Mul(x[0], x[1]), 2, 6) },
		func(x []matrix) matrix {
			return newMatrix(2, 6, func(i, j int) float64 {
				row, col := (6*i+j)/4, (6*i+j)%4
				return x[0][row][col] * x[1][row][col]
			})
		}},
	{"Transpose", [][2]int{{3, 4}, {2, 4}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.MatMul(x[0], b.Transpose(x[1])) },
		func(x []matrix) matrix {
			return newMatrix(3, 2, func(i, j int) (s float64) {
				for k := range 4 {
					s += x[0][i][k] * x[1][j][k]
				}
				return s
			})
		}},
	{"Rows", [][2]int{{4, 2}}, // row 2 twice, row 1 never
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.Rows(x[0], b.Indices("index", 4)) },
		func(x []matrix) matrix { return matrix{x[0][2], x[0][0], x[0][2], x[0][3]} }},
	{"Rows, used again", [][2]int{{4, 2}}, // the gradient's buffer is an operand of a builtin sum
		func(b *graph.Builder, x []*graph.Node) *graph.Node {
			return b.Add(b.Rows(x[0], b.Indices("index", 4)), x[0])
		},
		func(x []matrix) matrix {
			return newMatrix(4, 2, func(i, j int) float64 { return x[0][[]int{2, 0, 2, 3}[i]][j] + x[0][i][j] })
		}},
	{"Select", [][2]int{{3, 2}, {3, 2}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node {
			return b.Select(b.Input("mask", 3, 1), x[0], x[1])
		},
		func(x []matrix) matrix { return matrix{x[0][0], x[1][1], x[0][2]} }},
	{"Stack", [][2]int{{1, 2}, {3, 2}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.Stack([]*graph.Node{x[0], x[1], x[0]}) },
		func(x []matrix) matrix { return matrix{x[0][0], x[1][0], x[1][1], x[1][2], x[0][0]} }},
	{"RowBlock", [][2]int{{4, 2}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.RowBlock(x[0], 1, 3) },
		func(x []matrix) matrix { return x[0][1:3] }},
	{"RowBlock twice", [][2]int{{4, 2}}, // the padded gradients are summed in place
		func(b *graph.Builder, x []*graph.Node) *graph.Node {
			top, bottom := b.RowBlock(x[0], 0, 2), b.RowBlock(x[0], 2, 4)
			return b.Add(b.Mul(top, bottom), b.Mul(b.RowBlock(x[0], 1, 3), top))
		},
		func(x []matrix) matrix {
			return newMatrix(2, 2, func(i, j int) float64 { return x[0][i][j]*x[0][i+2][j] + x[0][i+1][j]*x[0][i][j] })
		}},
	{"RowBlock across the parts of a Stack", [][2]int{{2, 2}, {3, 2}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.RowBlock(b.Stack(x), 1, 4) },
		func(x []matrix) matrix { return slices.Concat(x[0], x[1])[1:4] }},
	{"Unstack", [][2]int{{10, 2}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node {
			s := b.Unstack(x[0], 5)
			return b.Stack([]*graph.Node{s[4], s[1], b.Mul(s[0], s[2]), s[3]})
		},
		func(x []matrix) matrix {
			s := x[0]
			product := func(i, k int) []float64 { return []float64{s[i][0] * s[k][0], s[i][1] * s[k][1]} }
			return matrix{s[8], s[9], s[2], s[3], product(0, 4), product(1, 5), s[6], s[7]}
		}},
	{"Dot", [][2]int{{2, 3}, {2, 3}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.Dot(x[0], x[1]) },
		func(x []matrix) matrix {
			s := 0.0
			for i := range x[0] {
				for j := range x[0][i] {
					s += x[0][i][j] * x[1][i][j]
				}
			}
			return matrix{{s}}
		}},
	{"AddCol", [][2]int{{3, 2}, {3, 1}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.AddCol(x[0], x[1]) },
		func(x []matrix) matrix {
			return newMatrix(3, 2, func(i, j int) float64 { return x[0][i][j] + x[1][i][0] })
		}},
	{"AddCol of one column, used again", [][2]int{{3, 1}, {3, 1}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node {
			return b.Add(b.Mul(b.AddCol(x[0], x[1]), x[1]), b.AddCol(x[1], x[1]))
		},
		elementwise(func(x []float64) float64 { return (x[0]+x[1])*x[1] + 2*x[1] })},
	{"Sqrt", [][2]int{{3, 2}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.Sqrt(b.Affine(x[0], 1, 5)) },
		elementwise(func(x []float64) float64 { return math.Sqrt(x[0] + 5) })},
	{"Sqrt of one element", [][2]int{{1, 1}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.Sqrt(b.Affine(x[0], 1, 5)) },
		elementwise(func(x []float64) float64 { return math.Sqrt(x[0] + 5) })},
	{"Abs", [][2]int{{5, 3}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.Abs(x[0]) },
		elementwise(func(x []float64) float64 { return math.Abs(x[0]) })},
	{"SumRows", [][2]int{{4, 3}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.SumRows(x[0]) },
		overRows(sum)},
	{"SumColumns", [][2]int{{4, 3}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.SumColumns(x[0]) },
		overColumns(sum)},
	{"sums, used again", [][2]int{{4, 3}}, // the repeated gradients are operands of builtin sums
		func(b *graph.Builder, x []*graph.Node) *graph.Node {
			return b.Add(b.AddCol(x[0], b.SumColumns(x[0])), b.AddRow(b.Mul(x[0], x[0]), b.SumRows(x[0])))
		},
		func(x []matrix) matrix {
			return newMatrix(4, 3, func(i, j int) float64 {
				v := x[0][i][j]
				return v + v*v + sum(x[0][i]) + sum(column(x[0], j))
			})
		}},
	{"Sum", [][2]int{{4, 3}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.Sum(x[0]) },
		func(x []matrix) matrix { return matrix{{sum(x[0].flat())}} }},
	{"MaxRows", [][2]int{{4, 3}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.MaxRows(x[0]) },
		overRows(slices.Max[[]float64])},
	{"MaxColumns", [][2]int{{4, 3}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.MaxColumns(x[0]) },
		overColumns(slices.Max[[]float64])},
	{"MaxColumns of one column", [][2]int{{4, 1}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.MaxColumns(x[0]) },
		overColumns(slices.Max[[]float64])},
	{"MaxColumns, used again", [][2]int{{4, 3}}, // the placed gradient is an operand of a builtin sum
		func(b *graph.Builder, x []*graph.Node) *graph.Node {
			return b.AddCol(b.Mul(x[0], x[0]), b.MaxColumns(x[0]))
		},
		func(x []matrix) matrix {
			return newMatrix(4, 3, func(i, j int) float64 { return x[0][i][j]*x[0][i][j] + slices.Max(x[0][i]) })
		}},
	{"LogSumExpRows", [][2]int{{4, 3}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.LogSumExpRows(x[0]) },
		overRows(logSumExp)},
	{"LogSumExpColumns", [][2]int{{4, 3}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.LogSumExpColumns(x[0]) },
		overColumns(logSumExp)},
	{"LogSumExpColumns of one row", [][2]int{{1, 3}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.LogSumExpColumns(x[0]) },
		overColumns(logSumExp)},
	{"LogSumExpColumns of one element", [][2]int{{1, 1}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.LogSumExpColumns(x[0]) },
		overColumns(logSumExp)},
	{"LogSumExpColumns far out", [][2]int{{4, 3}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node {
			return b.LogSumExpColumns(b.Affine(x[0], 1, 2048))
		},
		overColumns(func(x []float64) float64 { return logSumExp(x) + 2048 })},
	{"LogSumExpColumns, used again", [][2]int{{4, 3}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node {
			lse := b.LogSumExpColumns(x[0])
			return b.AddCol(b.Mul(x[0], x[0]), b.Mul(lse, lse))
		},
		func(x []matrix) matrix {
			return newMatrix(4, 3, func(i, j int) float64 {
				return x[0][i][j]*x[0][i][j] + logSumExp(x[0][i])*logSumExp(x[0][i])
			})
		}},
	{"Gather", [][2]int{{4, 5}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.Gather(x[0], b.Indices("index", 4)) },
		func(x []matrix) matrix { return matrix{{x[0][0][2]}, {x[0][1][0]}, {x[0][2][2]}, {x[0][3][3]}} }},
	{"Gather, used again", [][2]int{{4, 5}}, // the placed gradient is an operand of a builtin sum
		func(b *graph.Builder, x []*graph.Node) *graph.Node {
			return b.MulCol(x[0], b.Gather(x[0], b.Indices("index", 4)))
		},
		func(x []matrix) matrix {
			return newMatrix(4, 5, func(i, j int) float64 { return x[0][i][j] * x[0][i][[]int{2, 0, 2, 3}[i]] })
		}},
	{"StopGradient", [][2]int{{3, 2}, {3, 2}}, // the constant is the second operand; a sum of its own feels the gradient
		func(b *graph.Builder, x []*graph.Node) *graph.Node {
			return b.Add(b.Sub(x[0], b.StopGradient(x[0])), b.Add(b.StopGradient(x[0]), x[1]))
		},
		elementwise(func(x []float64) float64 { return x[0] + x[1] })},
	{"reductions of one element", [][2]int{{1, 1}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node {
			y := b.Add(b.AddCol(x[0], b.SumColumns(x[0])), b.Mul(b.MaxColumns(x[0]), b.SumRows(x[0])))
			return b.Add(y, b.Mul(b.Gather(x[0], b.Indices("index", 1)), b.MaxRows(b.LogSumExpRows(x[0]))))
		},
		elementwise(func(x []float64) float64 { return 2*x[0] + 2*x[0]*x[0] })},
	{"scalars", [][2]int{{2, 3}, {2, 3}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node {
			u, v := b.Sum(x[0]), b.Dot(x[0], x[1])
			return b.Add(b.Affine(u, 0.3, 2), b.Sub(b.Scale(u, v), b.Div(b.Tanh(v), b.Affine(b.Mul(u, u), 1, 1))))
		},
		func(x []matrix) matrix {
			u, v := sum(x[0].flat()), 0.0
			for i, w := range x[0].flat() {
				v += w * x[1].flat()[i]
			}
			return matrix{{0.3*u + 2 + u*v - math.Tanh(v)/(u*u+1)}}
		}},
	{"functions of a scalar", [][2]int{{2, 3}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node {
			u := b.Sum(x[0])
			positive := b.Affine(b.Sigmoid(u), 2, 1)
			return b.Add(b.Sqrt(positive), b.Sub(b.Log(positive), b.Exp(b.Tanh(u))))
		},
		func(x []matrix) matrix {
			u := sum(x[0].flat())
			positive := 2/(1+math.Exp(-u)) + 1
			return matrix{{math.Sqrt(positive) + math.Log(positive) - math.Exp(math.Tanh(u))}}
		}},
	{"Scale of a matrix", [][2]int{{2, 3}, {2, 3}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.Scale(x[0], b.Dot(x[0], x[1])) },
		func(x []matrix) matrix {
			return newMatrix(2, 3, func(i, j int) (y float64) {
				for k, w := range x[0].flat() {
					y += w * x[1].flat()[k] * x[0][i][j]
				}
				return y
			})
		}},
	{"Softmax", [][2]int{{3, 4}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node { return b.Softmax(x[0]) },
		func(x []matrix) matrix {
			return newMatrix(3, 4, func(i, j int) float64 { return probability(x[0][i], j) })
		}},
	{"CrossEntropy", [][2]int{{4, 3}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node {
			return b.CrossEntropy(x[0], b.Indices("targets", 4), b.Input("weights", 4, 1), graph.CrossEntropySettings{})
		},
		func(x []matrix) matrix { return matrix{{meanCrossEntropy(x[0], []float64{1, 1, 1}, 0)}} }},
	{"CrossEntropy with class weights and smoothing", [][2]int{{4, 3}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node {
			return b.CrossEntropy(x[0], b.Indices("targets", 4), b.Input("weights", 4, 1),
				graph.CrossEntropySettings{ClassWeights: []float64{0.5, 2, 3}, Smoothing: 0.2})
		},
		func(x []matrix) matrix { return matrix{{meanCrossEntropy(x[0], []float64{0.5, 2, 3}, 0.2)}} }},
	{"BinaryCrossEntropy", [][2]int{{4, 3}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node {
			return b.BinaryCrossEntropy(x[0], b.Input("labels", 4, 3), b.Input("weights", 4, 1))
		},
		func(x []matrix) matrix {
			sum, total := 0.0, 0.0
			for i, w := range rowWeights {
				for j, logit := range x[0][i] {
					p, y := 1/(1+math.Exp(-logit)), rowLabels[3*i+j]
					sum -= w * (y*math.Log(p) + (1-y)*math.Log(1-p))
				}
				total += w
			}
			return matrix{{sum / total}}
		}},
	{"SquaredError", [][2]int{{4, 3}, {4, 3}},
		func(b *graph.Builder, x []*graph.Node) *graph.Node {
			return b.SquaredError(x[0], x[1], b.Input("weights", 4, 1))
		},
		func(x []matrix) matrix {
			sum, total := 0.0, 0.0
			for i, w := range rowWeights {
				for j := range 3 {
					sum += w * (x[0][i][j] - x[1][i][j]) * (x[0][i][j] - x[1][i][j]) / 3
				}
				total += w
			}
			return matrix{{sum / total}}
		}},
}

var (
	rowTargets = []int{2, 0, 1, 1}
	rowWeights = []float64{1, 0.5, 0, 2} // one row is left out
	rowLabels  = []float64{1, 0, 0.25, 0, 0, 1, 1, 1, 1, 0, 1, 1}
)

func meanCrossEntropy(logits matrix, classWeights []float64, smoothing float64) float64 {
	sum, total := 0.0, 0.0
	for i, w := range rowWeights {
		k := rowTargets[i]
		loss := -(1 - smoothing) * classWeights[k] * math.Log(probability(logits[i], k))
		for j := range logits[i] {
			loss -= smoothing / 3 * classWeights[j] * math.Log(probability(logits[i], j))
		}
		sum += w * loss
		total += w * classWeights[k]
	}
	return sum / total
}

func probability(logits []float64, k int) float64 {
	sum := 0.0
	for _, x := range logits {
		sum += math.Exp(x)
	}
	return math.Exp(logits[k]) / sum
}

type matrix [][]float64

func newMatrix(n, m int, at func(i, j int) float64) matrix {
	x := make(matrix, n)
	for i := range x {
		for j := range m {
			x[i] = append(x[i], at(i, j))
		}
	}
	return x
}

func (x matrix) flat() (y []float64) {
	for _, row := range x {
		y = append(y, row...)
	}
	return y
}

func elementwise(f func(x []float64) float64) func([]matrix) matrix {
	return func(x []matrix) matrix {
		return newMatrix(len(x[0]), len(x[0][0]), func(i, j int) float64 {
			var at []float64
			for _, m := range x {
				at = append(at, m[i][j])
			}
			return f(at)
		})
	}
}

// overRows and overColumns make a row or a column of what f makes of each column or row.
func overRows(f func([]float64) float64) func([]matrix) matrix {
	return func(x []matrix) matrix {
		return newMatrix(1, len(x[0][0]), func(_, j int) float64 { return f(column(x[0], j)) })
	}
}

func overColumns(f func([]float64) float64) func([]matrix) matrix {
	return func(x []matrix) matrix {
		return newMatrix(len(x[0]), 1, func(i, _ int) float64 { return f(x[0][i]) })
	}
}

func column(x matrix, j int) (y []float64) {
	for _, row := range x {
		y = append(y, row[j])
	}
	return y
}

func sum(x []float64) (s float64) {
	for _, v := range x {
		s += v
	}
	return s
}

func logSumExp(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += math.Exp(v)
	}
	return math.Log(s)
}

// On either engine, each operation gives the numbers of plain loops, in float64 to 1e-12 and in float32 to
// its precision, and its gradient is its derivative. The objective is a random linear
// function of the result, so no error in one element cancels in a sum; the program runs
// three times, so no buffer may hold what an earlier run left.
func TestOperations(t *testing.T) {
	for _, op := range operations {
		for _, settings := range []graph.Settings{
			{Dtype: graph.Float64, Engine: graph.Reference}, {Dtype: graph.Float32, Engine: graph.Reference},
			{Dtype: graph.Float64, Engine: graph.Fused}, {Dtype: graph.Float32, Engine: graph.Fused},
		} {
			dtype := settings.Dtype
			t.Run(fmt.Sprintf("%s/%v/%s", op.name, dtype, settings.Engine), func(t *testing.T) {
				rng := rand.New(rand.NewPCG(7, 1))
				params := make([]*graph.Param, len(op.operands))
				for i, s := range op.operands {
					params[i] = graph.NewParam(fmt.Sprintf("x%d", i), s[0], s[1])
					graph.Convert(dtype, params[i])
				}
				p, err := graph.Compile(func(b *graph.Builder) {
					var x []*graph.Node
					for _, param := range params {
						x = append(x, b.Param(param))
					}
					y := op.build(b, x)
					b.Output("y", y)
					if shape := b.Shape(y); len(shape) == 2 {
						y = b.Dot(y, b.Input("direction", shape[0], shape[1]))
					}
					b.Minimize(y)
				}, settings)
				if err != nil {
					t.Fatal(err)
				}
				defer p.Close()
				p.SetInts("index", []int{2, 0, 2, 3})
				p.SetInts("targets", rowTargets)
				p.SetFloats("mask", []float64{1, 0, 1})
				p.SetFloats("weights", rowWeights)
				p.SetFloats("labels", rowLabels)
				for range 3 {
					for _, param := range params {
						graph.Normal(param, 1, rng)
					}
					want := op.want(values(params)).flat()
					p.SetFloats("direction", normals(len(want), rng))
					if err := p.Run(); err != nil {
						t.Fatal(err)
					}
					graphtest.CheckClose(t, "value", p.Floats("y"), want, map[graph.Dtype]float64{graph.Float64: 1e-12, graph.Float32: 1e-5}[dtype])
					if dtype == graph.Float64 {
						graphtest.CheckGradient(t, p)
					}
				}
			})
		}
	}
}

func values(params []*graph.Param) []matrix {
	var x []matrix
	for _, p := range params {
		rows, cols := p.Shape()
		x = append(x, newMatrix(rows, cols, p.At))
	}
	return x
}

func normals(n int, rng *rand.Rand) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}

// Gorgonia's softmax is NaN in these rows, because it starts the search for the largest
// element from the first one of the whole matrix.
func TestSoftmaxOfDistantRows(t *testing.T) {
	x := graph.NewParam("x", 4, 3)
	x.SetFloats([]float64{200, 0, 0, 0, 0, 0, -1000, 0, 1000, -3000, -2000, -3000})
	p := compile(t, graph.Settings{}, func(b *graph.Builder) {
		b.Output("p", b.Softmax(b.Param(x)))
		b.Minimize(b.CrossEntropy(b.Param(x), b.Indices("k", 4), b.Ones(4), graph.CrossEntropySettings{}))
	})
	p.SetInts("k", []int{0, 1, 0, 1})
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	third := 1.0 / 3
	graphtest.CheckClose(t, "softmax", p.Floats("p"), []float64{1, 0, 0, third, third, third, 0, 0, 1, 0, 1, 0}, 1e-7)
	graphtest.CheckClose(t, "loss", []float64{p.Scalar("loss")}, []float64{(0 + math.Log(3) + 2000 + 0) / 4}, 1e-6)
}

// A sum of a million float32 tenths is 1 % off without a float64 accumulator.
func TestSumsAccumulateInFloat64(t *testing.T) {
	const n = 1 << 20
	x := graph.NewParam("x", n, 1)
	graph.Constant(x, 0.1)
	row := graph.NewParam("row", 1, 1)
	p := compile(t, graph.Settings{}, func(b *graph.Builder) {
		b.Minimize(b.Dot(b.AddRow(b.Param(x), b.Param(row)), b.Constant(0.1, n, 1)))
	})
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	tenth := float64(float32(0.1))
	graphtest.CheckClose(t, "dot", []float64{p.Scalar("loss")}, []float64{n * tenth * tenth}, 1e-7)
	graphtest.CheckClose(t, "row gradient", p.Grad(row), []float64{n * tenth}, 1e-7)
}

// A row of weight 0 is out of loss and gradient, whatever its logits hold.
func TestCrossEntropyIgnoresRowsOfWeightZero(t *testing.T) {
	x := graph.NewParam("x", 2, 2)
	x.SetFloats([]float64{math.NaN(), math.Inf(1), 0, 0})
	p := compile(t, graph.Settings{}, func(b *graph.Builder) {
		b.Minimize(b.CrossEntropy(b.Param(x), b.Indices("k", 2), b.Input("w", 2, 1), graph.CrossEntropySettings{}))
	})
	p.SetFloats("w", []float64{0, 1})
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	graphtest.CheckClose(t, "loss", []float64{p.Scalar("loss")}, []float64{math.Log(2)}, 1e-7)
	graphtest.CheckClose(t, "gradient", p.Grad(x), []float64{0, 0, -0.5, 0.5}, 1e-7)
	p.SetFloats("w", []float64{0, 0})
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	graphtest.CheckClose(t, "loss of no rows", []float64{p.Scalar("loss")}, []float64{0}, 0)
	graphtest.CheckClose(t, "gradient of no rows", p.Grad(x), make([]float64, 4), 0)
}

// Logits at which exp overflows, or of rows that are left out, give the loss of their
// limit: 0 where they are right, their distance from 0 where they are wrong.
func TestBinaryCrossEntropyOfLargeLogits(t *testing.T) {
	x := graph.NewParam("x", 3, 2)
	x.SetFloats([]float64{1000, -1000, -1000, 2000, math.NaN(), math.Inf(1)})
	p := compile(t, graph.Settings{}, func(b *graph.Builder) {
		b.Minimize(b.BinaryCrossEntropy(b.Param(x), b.Input("y", 3, 2), b.Input("w", 3, 1)))
	})
	p.SetFloats("y", []float64{1, 0, 1, 0, 1, 0})
	p.SetFloats("w", []float64{1, 1, 0})
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	graphtest.CheckClose(t, "loss", []float64{p.Scalar("loss")}, []float64{3000.0 / 2}, 1e-4)
	graphtest.CheckClose(t, "gradient", p.Grad(x), []float64{0, 0, -0.5, 0.5, 0, 0}, 1e-7)
	p.SetFloats("w", make([]float64, 3))
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	graphtest.CheckClose(t, "loss of no rows", []float64{p.Scalar("loss")}, []float64{0}, 0)
	graphtest.CheckClose(t, "gradient of no rows", p.Grad(x), make([]float64, 6), 0)
}

// Gradients follow the indices and masks of each run; rows that were written in the run
// before, and are not in this one, are zero again.
func TestGradientsFollowIndicesAndMasks(t *testing.T) {
	x, y := graph.NewParam("x", 3, 1), graph.NewParam("y", 3, 1)
	p := compile(t, graph.Settings{}, func(b *graph.Builder) {
		chosen := b.Select(b.Input("mask", 3, 1), b.Rows(b.Param(x), b.Indices("i", 3)), b.Param(y))
		b.Minimize(b.Dot(chosen, b.Constant(1, 3, 1)))
	})
	for _, run := range []struct {
		index  []int
		mask   []float64
		dx, dy []float64
	}{
		{[]int{0, 1, 1}, []float64{1, 1, 1}, []float64{1, 2, 0}, []float64{0, 0, 0}},
		{[]int{2, 2, 2}, []float64{1, 0, 0}, []float64{0, 0, 1}, []float64{0, 1, 1}},
		{[]int{1, 0, 2}, []float64{0, 1, 0}, []float64{1, 0, 0}, []float64{1, 0, 1}},
	} {
		p.SetInts("i", run.index)
		p.SetFloats("mask", run.mask)
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		graphtest.CheckClose(t, "dx", p.Grad(x), run.dx, 0)
		graphtest.CheckClose(t, "dy", p.Grad(y), run.dy, 0)
	}
}
