package kernel

// Less sets dst to 1 where a < b and to 0 elsewhere.
func Less[T Float](dst, a, b []T) { binary(dst, a, b, vector.less, less[float32], less[float64]) }

// LessEqual sets dst to 1 where a ≤ b and to 0 elsewhere.
func LessEqual[T Float](dst, a, b []T) {
	binary(dst, a, b, vector.lessEqual, lessEqual[float32], lessEqual[float64])
}

// Equal sets dst to 1 where a = b and to 0 elsewhere.
func Equal[T Float](dst, a, b []T) { binary(dst, a, b, vector.equal, equal[float32], equal[float64]) }

// NotEqual sets dst to 1 where a ≠ b, which a NaN makes true, and to 0 elsewhere.
func NotEqual[T Float](dst, a, b []T) {
	binary(dst, a, b, vector.notEqual, notEqual[float32], notEqual[float64])
}

// Choose sets dst to a where condition is not zero and to b elsewhere.
func Choose[T Float](dst, condition, a, b []T) {
	ternary(dst, condition, a, b, vector.choose, choose[float32], choose[float64])
}

func less[T Float](a, b T) T      { return truth[T](a < b) }
func lessEqual[T Float](a, b T) T { return truth[T](a <= b) }
func equal[T Float](a, b T) T     { return truth[T](a == b) }
func notEqual[T Float](a, b T) T  { return truth[T](a != b) }

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
