package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const account = "/var/run/secrets/kubernetes.io/serviceaccount/"

// podReport is cumulative: it goes on where a former container of the pod stopped.
type podReport struct {
	Ok             int     `json:"ok"`
	Failed         int     `json:"failed"`
	LongestOutage  float64 `json:"longest_outage_seconds"`
	LastError      string  `json:"last_error"`
	LastOkUnixMs   int64   `json:"last_ok_unix_ms"`
	UpdatedUnixMs  int64   `json:"updated_unix_ms"`
	StartedUnixMs  int64   `json:"started_unix_ms"`
	ContainerStart int     `json:"container_starts"`
}

// pod: a GET and a PATCH through the service address, each over a connection of its own.
func pod(args []string) error {
	flags := flag.NewFlagSet("pod", flag.ContinueOnError)
	path := flags.String("report", "/report/report.json", "where the counts are kept")
	every := flags.Duration("every", 200*time.Millisecond, "pause between the starts of two rounds")
	if err := flags.Parse(args); err != nil {
		return err
	}
	var r podReport
	if text, err := os.ReadFile(*path); err == nil {
		_ = json.Unmarshal(text, &r)
	}
	r.ContainerStart++
	r.StartedUnixMs = time.Now().UnixMilli()
	var down time.Time
	printed := time.Now()
	tick := time.NewTicker(*every)
	for ; ; <-tick.C {
		began := time.Now()
		err := round()
		now := time.Now()
		if err == nil {
			r.Ok++
			r.LastOkUnixMs = now.UnixMilli()
			down = time.Time{}
		} else {
			r.Failed++
			r.LastError = err.Error()
			if down.IsZero() {
				down = began
			}
			r.LongestOutage = max(r.LongestOutage, seconds(now.Sub(down)))
		}
		r.UpdatedUnixMs = now.UnixMilli()
		text, err := json.Marshal(r)
		if err != nil {
			return err
		}
		if err := replace(*path, text, 0o644); err != nil {
			return err
		}
		if now.Sub(printed) >= 5*time.Second {
			printed = now
			fmt.Println(string(text))
		}
	}
}

func round() error {
	ca, err := os.ReadFile(account + "ca.crt")
	if err != nil {
		return err
	}
	token, err := os.ReadFile(account + "token")
	if err != nil {
		return err
	}
	namespace, err := os.ReadFile(account + "namespace")
	if err != nil {
		return err
	}
	c := credentials{ca: ca, token: strings.TrimSpace(string(token))}
	address := net.JoinHostPort(os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT"))
	object := "/api/v1/namespaces/" + string(namespace) + "/configmaps/lab-client"
	if err := request(http.MethodGet, address, object, "", c, 2*time.Second); err != nil {
		return fmt.Errorf("get: %w", err)
	}
	body := fmt.Sprintf(`{"data":{"beat":"%d"}}`, time.Now().UnixMilli())
	if err := request(http.MethodPatch, address, object+"?fieldManager=lab-client", body, c, 2*time.Second); err != nil {
		return fmt.Errorf("patch: %w", err)
	}
	return nil
}

// replace writes a file so that a reader sees the old or the new text, never a part.
func replace(path string, text []byte, mode os.FileMode) error {
	next := filepath.Join(filepath.Dir(path), ".next-"+filepath.Base(path))
	if err := os.WriteFile(next, text, mode); err != nil {
		return err
	}
	return os.Rename(next, path)
}
