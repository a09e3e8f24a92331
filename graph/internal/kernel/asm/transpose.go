package main

func transpose() {}
