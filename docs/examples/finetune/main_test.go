package main

func Example() {
	main()
	// Output:
	// perplexity of the second text over 20 before: true
	// and below 1.5 after: true
	// the embedding kept its bits: true
}
