package kernel

// The functions of this file work on the rows of a matrix, each with the one row or
// the one number that belongs to it. dst may be x. They panic if the shapes differ.

// AddRow adds row to every row of x: dst[i,j] = x[i,j] + row[j].
func AddRow[T Float](dst, x Matrix[T], row []T) {
	checkSameShape("sum with a row", dst, x)
	for i := range x.Rows {
		Add(dst.Row(i), x.Row(i), row)
	}
}

// MulRow multiplies every row of x by row: dst[i,j] = x[i,j] · row[j].
func MulRow[T Float](dst, x Matrix[T], row []T) {
	checkSameShape("product with a row", dst, x)
	for i := range x.Rows {
		MulElements(dst.Row(i), x.Row(i), row)
	}
}

// AddColumn adds column to every column of x: dst[i,j] = x[i,j] + column[i].
func AddColumn[T Float](dst, x Matrix[T], column []T) {
	checkSameShape("sum with a column", dst, x)
	checkLengths(x.Rows, len(column))
	for i, s := range column {
		Shift(dst.Row(i), x.Row(i), s)
	}
}

// MulColumn multiplies every column of x by column: dst[i,j] = x[i,j] · column[i].
func MulColumn[T Float](dst, x Matrix[T], column []T) {
	checkSameShape("product with a column", dst, x)
	checkLengths(x.Rows, len(column))
	for i, s := range column {
		Scale(dst.Row(i), x.Row(i), s)
	}
}

// SelectRows takes row i from a where mask[i] is not zero and from b elsewhere. It
// does not look at the row that it does not take. dst may be a or b.
func SelectRows[T Float](dst Matrix[T], mask []T, a, b Matrix[T]) {
	checkSameShape("selection of rows", dst, a)
	checkSameShape("selection of rows", dst, b)
	checkLengths(dst.Rows, len(mask))
	for i, m := range mask {
		if m != 0 {
			copy(dst.Row(i), a.Row(i))
		} else {
			copy(dst.Row(i), b.Row(i))
		}
	}
}

// MaskRows takes row i from x where mask[i] is not zero and sets the other rows to
// zero. With kept false, it takes the others instead.
func MaskRows[T Float](dst, x Matrix[T], mask []T, kept bool) {
	checkSameShape("mask of rows", dst, x)
	checkLengths(x.Rows, len(mask))
	for i, m := range mask {
		if (m != 0) == kept {
			copy(dst.Row(i), x.Row(i))
		} else {
			clear(dst.Row(i))
		}
	}
}

// ArgmaxRows sets indices[i] to the column of the largest number of row i of x: of
// the first one where there are several, 0 where no number is larger than -Inf. It
// passes over NaNs.
func ArgmaxRows[T Float](indices []int, x Matrix[T]) {
	x.check()
	checkLengths(len(indices), x.Rows)
	for i := range indices {
		row := x.Row(i)
		largest := Max(row)
		indices[i] = 0
		for j, y := range row {
			if y == largest {
				indices[i] = j
				break
			}
		}
	}
}
