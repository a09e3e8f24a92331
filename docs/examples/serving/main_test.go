package main

func Example() {
	main()
	// Output:
	// 32 callers, 1600 of 1600 answers right
}
