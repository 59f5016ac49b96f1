package main

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"time"
)

// chain is crypto/x509's Verify: "leaf" and the PEM texts "intermediates" and "roots", at the question's time, for
// the lists "usage" (server, client) and "name".
func chain(q *question, facts map[string]any) error {
	block, _ := pem.Decode(q.Files["leaf"])
	if block == nil {
		return errors.New("no leaf")
	}
	leaf, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return err
	}
	options := x509.VerifyOptions{CurrentTime: time.Unix(q.Now, 0), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}
	options.Roots, facts["roots"] = certificates(q.Files["roots"])
	options.Intermediates, facts["intermediates"] = certificates(q.Files["intermediates"])
	if usages := q.Lists["usage"]; len(usages) > 0 {
		options.KeyUsages = nil
		for _, usage := range usages {
			known, is := map[string]x509.ExtKeyUsage{"server": x509.ExtKeyUsageServerAuth, "client": x509.ExtKeyUsageClientAuth}[usage]
			if !is {
				return fmt.Errorf("usage %q", usage)
			}
			options.KeyUsages = append(options.KeyUsages, known)
		}
	}
	if names := q.Lists["name"]; len(names) > 0 {
		options.DNSName = names[0]
	}
	_, err = leaf.Verify(options)
	return err
}

// certificates puts every certificate that Go parses into a pool and counts them.
func certificates(text []byte) (*x509.CertPool, int) {
	pool, count := x509.NewCertPool(), 0
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return pool, count
		}
		if certificate, err := x509.ParseCertificate(block.Bytes); err == nil {
			pool.AddCert(certificate)
			count++
		}
	}
}
