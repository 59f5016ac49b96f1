package main

import (
	"sync"
	"time"
)

// Outage is a time in which no write came through.
type Outage struct {
	FromSeconds float64 `json:"from_seconds"`
	Seconds     float64 `json:"seconds"`
	Failed      int     `json:"failed"`
	StillDown   bool    `json:"still_down,omitempty"`
}

// Counter counts writes and finds the outages between them.
type Counter struct {
	mu      sync.Mutex
	start   time.Time
	down    time.Time
	current int
	Ok      int            `json:"ok"`
	Failed  int            `json:"failed"`
	Outages []Outage       `json:"outages"`
	Why     map[string]int `json:"why"`
}

func newCounter(start time.Time) *Counter {
	return &Counter{start: start, Outages: []Outage{}, Why: map[string]int{}}
}

func seconds(d time.Duration) float64 { return float64(d.Milliseconds()) / 1000 }

func (c *Counter) outage(until time.Time) Outage {
	return Outage{FromSeconds: seconds(c.down.Sub(c.start)), Seconds: seconds(until.Sub(c.down)), Failed: c.current}
}

// add records one attempt that began at began.
func (c *Counter) add(began time.Time, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.Failed++
		c.current++
		c.Why[err.Error()]++
		if c.down.IsZero() {
			c.down = began
		}
		return
	}
	c.Ok++
	if !c.down.IsZero() {
		c.Outages = append(c.Outages, c.outage(time.Now()))
		c.down, c.current = time.Time{}, 0
	}
}

// close ends an outage that lasts until now.
func (c *Counter) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.down.IsZero() {
		o := c.outage(time.Now())
		o.StillDown = true
		c.Outages = append(c.Outages, o)
		c.down, c.current = time.Time{}, 0
	}
}
