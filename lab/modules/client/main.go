// lab-client is the lab's small helper: standard library only, one static binary.
//
//	lab-client probe   writes to every API endpoint until its standard input ends, then prints a report
//	lab-client pod     the workload inside the cluster that keeps talking to the API
//	lab-client age     re-issues certificates with a short rest of life
package main

import (
	"fmt"
	"os"
)

func main() {
	commands := map[string]func([]string) error{"probe": probe, "pod": pod, "age": age}
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: lab-client probe|pod|age ...")
		os.Exit(2)
	}
	if err := commands[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "lab-client:", err)
		os.Exit(1)
	}
}
