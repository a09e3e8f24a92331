package kernel

import "unsafe"

// packRows is the number of rows that are copied to or from all panels before the
// next ones are: few enough to be read side by side.
const packRows = 16

// Pack sets p to m, which must have its shape.
func (p Packed[T]) Pack(m Matrix[T]) {
	stride := m.check()
	checkPacking(m.Rows, m.Cols, p.rows, p.cols)
	for top := 0; top < p.rows; top += packRows {
		rows := min(packRows, p.rows-top)
		for j := 0; j*p.rows < len(p.data); j += panelCols {
			panel := p.data[p.Offset(top, j):]
			if j+panelCols <= p.cols {
				copyLanes(panel, m.Data[top*stride+j:], panelCols, stride, rows)
				continue
			}
			clear(panel[:panelCols*rows])
			for i := 0; i < rows && j < p.cols; i++ {
				copy(panel[panelCols*i:], m.Row(top + i)[j:])
			}
		}
	}
}

// Unpack sets m to p, which must have its shape.
func (p Packed[T]) Unpack(m Matrix[T]) {
	stride := m.check()
	checkPacking(m.Rows, m.Cols, p.rows, p.cols)
	for top := 0; top < p.rows; top += packRows {
		rows := min(packRows, p.rows-top)
		for j := 0; j < p.cols; j += panelCols {
			panel := p.data[p.Offset(top, j):]
			if j+panelCols <= p.cols {
				copyLanes(m.Data[top*stride+j:], panel, stride, panelCols, rows)
				continue
			}
			for i := range rows {
				copy(m.Row(top + i)[j:], panel[panelCols*i:])
			}
		}
	}
}

// copyLanes copies the first 16 numbers of every row. The strides are in numbers.
func copyLanes[T Float](dst, src []T, dstStride, srcStride, rows int) {
	if dst, ok := any(dst).([]float32); ok && copyLanesVectors(&dst[0], (*float32)(unsafe.Pointer(&src[0])), dstStride, srcStride, rows) {
		return
	}
	for i := range rows {
		*(*[panelCols]T)(dst[i*dstStride:]) = [panelCols]T(src[i*srcStride:])
	}
}

// PackTransposed sets p to mᵀ, which must have its shape.
func (p Packed[T]) PackTransposed(m Matrix[T]) {
	stride := m.check()
	checkPacking(m.Cols, m.Rows, p.rows, p.cols)
	for j := 0; j*p.rows < len(p.data); j += panelCols {
		panel := p.data[j*p.rows:][:panelCols*p.rows]
		n := min(max(p.cols-j, 0), panelCols)
		done := 0
		if n == panelCols {
			done = p.rows / panelCols * panelCols
			transposeBlocks(panel, m.Data[j*stride:], stride, done/panelCols)
		}
		for ; done < p.rows; done += panelCols {
			transposeEdge(panel[done*panelCols:], m, j, n, done)
		}
	}
}

// transposeBlocks writes to dst the columns of 16 rows, stride numbers apart, in so
// many blocks of 16 columns.
func transposeBlocks[T Float](dst, src []T, stride, blocks int) {
	if blocks == 0 {
		return
	}
	if x, ok := any(dst).([]float32); ok && transposeVectors(&x[0], (*float32)(unsafe.Pointer(&src[0])), stride, blocks) {
		return
	}
	for k := range blocks * panelCols {
		for lane := range panelCols {
			dst[k*panelCols+lane] = src[lane*stride+k]
		}
	}
}

// transposeEdge writes to dst at most 16 columns of m from column k on, in panels of
// the n rows from row j on. It does so by way of a whole block.
func transposeEdge[T Float](dst []T, m Matrix[T], j, n, k int) {
	var block, transposed [panelCols * panelCols]T
	for lane := range n {
		copy(block[lane*panelCols:][:panelCols], m.Row(j + lane)[k:])
	}
	transposeBlocks(transposed[:], block[:], panelCols, 1)
	copy(dst, transposed[:])
}
