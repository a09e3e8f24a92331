package main

func Example() {
	main()
	// Output:
	// over 95 % of sequences without a mistake: true
}
