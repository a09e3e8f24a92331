package main

func Example() {
	main()
	// Output:
	// over 99.5 % of letters right: true
	// gates → setag
	// cells → sllec
}
