// Command lab-oracle says of files what the components of Kubernetes say of them: it is made of their own code.
//
// One question a line on stdin, one answer a line on stdout, both JSON; see `question` and `answer`. It reads no
// file but those it writes itself to a temporary folder, because some loaders take nothing but a path.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"
)

// question: the kind names the loader, the files its input ("" is the file itself), the texts what it is asked.
type question struct {
	Kind  string              `json:"kind"`
	Files map[string][]byte   `json:"files"`
	Lists map[string][]string `json:"lists,omitempty"`
	Now   int64               `json:"now,omitempty"`
}

// answer: an empty error means that the component would go on.
type answer struct {
	Error string         `json:"error"`
	Facts map[string]any `json:"facts"`
}

// A loader fills in facts, also when it ends with an error.
type loader func(q *question, facts map[string]any) error

var loaders = map[string]loader{
	"pem":         pemBlocks,
	"certificate": certificate,
	"bundle":      bundle,
	"pool":        pool,
	"pair":        pair,
	"serving":     serving,
	"store":       store,
	"chain":       chain,
	"kubeconfig":  kubeconfig,
	"manifest":    manifest,
	"kubelet":     kubelet,
	"scheduler":   scheduler,
	"manager":     manager,
	"arguments":   arguments,
}

// folder is where files go whose loader wants a path.
var folder string

func main() {
	klog.SetLogger(logr.Discard())
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "lab-oracle:", err)
		os.Exit(1)
	}
}

func run() (err error) {
	if folder, err = os.MkdirTemp("", "lab-oracle-"); err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	in := json.NewDecoder(bufio.NewReaderSize(os.Stdin, 1<<20))
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	lines := json.NewEncoder(out)
	for {
		var q question
		if err := in.Decode(&q); err == io.EOF {
			return out.Flush()
		} else if err != nil {
			return err
		}
		load, known := loaders[q.Kind]
		if !known {
			return fmt.Errorf("nobody loads a %q", q.Kind)
		}
		if err := lines.Encode(ask(load, &q)); err != nil {
			return err
		}
	}
}

// ask turns a panic of a loader into its answer: the component would have crashed.
func ask(load loader, q *question) (a answer) {
	a.Facts = map[string]any{}
	defer func() {
		if crash := recover(); crash != nil {
			a.Error = fmt.Sprint("panic: ", crash)
		}
	}()
	if err := load(q, a.Facts); err != nil {
		a.Error = err.Error()
		if a.Error == "" {
			a.Error = "refused"
		}
	}
	return a
}

// written puts the question's files into an empty folder and returns it.
func (q *question) written() (string, error) {
	dir := filepath.Join(folder, "files")
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	for name, data := range q.Files {
		path := filepath.Join(dir, name)
		if name == "" {
			path = filepath.Join(dir, "file")
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return "", err
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return "", err
		}
	}
	return dir, nil
}
