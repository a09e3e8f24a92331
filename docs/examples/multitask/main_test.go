package main

func Example() {
	main()
	// Output:
	// shapes: over 95 % right: true
	// periods: off by less than 0.7 samples of 5 to 15: true
}
