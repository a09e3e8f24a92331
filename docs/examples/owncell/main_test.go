package main

func Example() {
	main()
	// Output:
	// stopped: context canceled
	// resumed from step 77
	// loaded a model of cornn
	// perplexity below 1.5: true
	// the same to the bit, resumed and loaded: true
}
