package main

func Example() {
	main()
	// Output:
	// over 97 % of new pairs told apart: true
}
