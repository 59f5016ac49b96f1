package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// credentials are what a client shows and trusts; they are read anew for every request.
type credentials struct {
	ca     []byte
	client *tls.Certificate
	token  string
}

// request makes one request over a connection of its own.
func request(method, address, path, body string, c credentials, limit time.Duration) error {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(c.ca) {
		return errors.New("no CA certificate to trust")
	}
	config := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	if c.client != nil {
		config.Certificates = []tls.Certificate{*c.client}
	}
	transport := &http.Transport{TLSClientConfig: config, DisableKeepAlives: true, Proxy: nil}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: limit}
	r, err := http.NewRequest(method, "https://"+address+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	if method == http.MethodPatch {
		r.Header.Set("Content-Type", "application/merge-patch+json")
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	answer, err := client.Do(r)
	if err != nil {
		return plain(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return plain(err)
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("HTTP %d %.120s", answer.StatusCode, message(text))
	}
	return nil
}

func message(body []byte) string {
	_, rest, found := strings.Cut(string(body), `"message":"`)
	if !found {
		return ""
	}
	text, _, _ := strings.Cut(rest, `"`)
	return text
}

// plain drops the parts of an error that differ from one attempt to the next (ports, times), so that
// equal causes are counted together.
func plain(err error) error {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return errors.New("time-out")
	}
	var invalid x509.CertificateInvalidError
	if errors.As(err, &invalid) && invalid.Reason == x509.Expired {
		return errors.New("the server's certificate has expired or is not yet valid")
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		return fmt.Errorf("%s: %w", op.Op, op.Err)
	}
	text := err.Error()
	if i := strings.LastIndex(text, "\": "); i >= 0 {
		text = text[i+3:]
	}
	return fmt.Errorf("%.160s", text)
}
