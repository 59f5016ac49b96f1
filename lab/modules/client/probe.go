package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

type endpoint struct {
	Name    string `json:"name"`
	Address string `json:"address"`
	config  string
	*Counter
}

// probe: endpoints are given as NAME=ADDRESS=KUBECONFIG. It ends when its standard input does.
func probe(args []string) error {
	flags := flag.NewFlagSet("probe", flag.ContinueOnError)
	every := flags.Duration("every", 100*time.Millisecond, "pause between the starts of two writes to one endpoint")
	limit := flags.Duration("limit", 2*time.Second, "time-out of one write")
	live := flags.Bool("live", false, "a line on standard error every second")
	if err := flags.Parse(args); err != nil {
		return err
	}
	start := time.Now()
	var all []*endpoint
	for _, text := range flags.Args() {
		part := strings.SplitN(text, "=", 3)
		if len(part) != 3 {
			return fmt.Errorf("not NAME=ADDRESS=KUBECONFIG: %s", text)
		}
		all = append(all, &endpoint{Name: part[0], Address: part[1], config: part[2], Counter: newCounter(start)})
	}
	end := make(chan struct{})
	var running sync.WaitGroup
	for _, e := range all {
		running.Go(func() { e.run(*every, *limit, end) })
	}
	if *live {
		go show(all, start, end)
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	close(end)
	running.Wait()
	for _, e := range all {
		e.close()
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"seconds": seconds(time.Since(start)), "endpoints": all})
}

func (e *endpoint) run(every, limit time.Duration, end chan struct{}) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		began := time.Now()
		e.add(began, e.write(limit))
		select {
		case <-end:
			return
		case <-tick.C:
		}
	}
}

func (e *endpoint) write(limit time.Duration) error {
	c, err := fromKubeconfig(e.config)
	if err != nil {
		return err
	}
	body := fmt.Sprintf(`{"metadata":{"annotations":{"lab-probe-%s":"%d"}}}`, e.Name, time.Now().UnixNano())
	return request(http.MethodPatch, e.Address, "/api/v1/namespaces/default?fieldManager=lab-probe", body, c, limit)
}

func show(all []*endpoint, start time.Time, end chan struct{}) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-end:
			return
		case <-tick.C:
		}
		line := fmt.Sprintf("%5.0fs", time.Since(start).Seconds())
		for _, e := range all {
			e.mu.Lock()
			line += fmt.Sprintf("  %s %d ok %d failed", e.Name, e.Ok, e.Failed)
			if !e.down.IsZero() {
				line += " DOWN"
			}
			e.mu.Unlock()
		}
		fmt.Fprintln(os.Stderr, line)
	}
}
