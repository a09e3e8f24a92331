//go:build !amd64 || purego

package kernel

import "github.com/seed-222a112c/lstm/graph/internal/kernel/simd"

func fastest() Path { return Portable }

func tilePanels[T Float](pairs bool) []uint8 { return tilePanelsPortable }

func multiplyGrids[T Float](_, _ target[T], _ *Rows[T], _ rightOperand[T], _ int) bool {
	return false
}

func (o *outerBuffer[T]) addGrids(_, _ target[T], _, _, _, _, _ int) bool { return false }

func directOuter[T Float](_, _ int) bool                        { return false }
func addOuterGrid[T Float](_ *Matrix[T], _, _ *Rows[T], _ bool) {}

func runSingleTile(*tile[float32]) bool { return false }
func runDoubleTile(*tile[float64]) bool { return false }

func copyLanesVectors(_, _ *float32, dstStride, srcStride, rows int) bool { return false }
func transposeVectors(_, _ *float32, stride, blocks int) bool             { return false }
func gatherVectors(dst *float32, step int, rows **float32, offset, count, panels, lastCols int) bool {
	return false
}

func vectorsOf(Path) vectorFunctions { return vectorFunctions{} }

func sumRowsVectors([]float64, Rows[float32]) (columns int) { return 0 }

func sumProductsVectors([]float64, Rows[float32], Rows[float32]) (columns int) { return 0 }

func sumVectors(*[reductionLanes]float64, []float32) (taken int)                      { return 0 }
func dotVectors(_ *[reductionLanes]float64, _, _ []float32) (taken int)               { return 0 }
func squaresVectors(*[reductionLanes]float64, []float32, float64) (taken int)         { return 0 }
func expSumVectors(_ *[reductionLanes]float64, _, _ []float32, _ float32) (taken int) { return 0 }
func largestVectors(*[reductionLanes]float32, []float32) (taken int)                  { return 0 }

func adamVectors(_, _, _, _ []float32, _ *[simd.AdamFactors]float32) bool { return false }

func peak(int) (operations int) { return 0 }
func read([]float32, int)       {}
