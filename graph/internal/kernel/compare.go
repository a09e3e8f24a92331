package kernel

// LessEqual sets dst to 1 where a ≤ b and to 0 elsewhere.
func LessEqual[T Float](dst, a, b []T) {
	binary(dst, a, b, vector.lessEqual, lessEqual[float32], lessEqual[float64])
}

// Within sets dst to 1 where low < a < high and to 0 elsewhere.
func Within[T Float](dst, a []T, low, high T) {
	twice(dst, a, low, high, vector.within, within[T])
}

// Choose sets dst to a where condition is not zero and to b elsewhere.
func Choose[T Float](dst, condition, a, b []T) {
	ternary(dst, condition, a, b, vector.choose, choose[float32], choose[float64])
}

func lessEqual[T Float](a, b T) T { return truth[T](a <= b) }

func within[T Float](a, low, high T) T { return truth[T](low < a && a < high) }

func truth[T Float](condition bool) T {
	if condition {
		return 1
	}
	return 0
}

func choose[T Float](condition, a, b T) T {
	if condition != 0 {
		return a
	}
	return b
}
