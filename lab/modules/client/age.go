package main

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// age re-issues the certificates of one node with the cluster's own CAs. Key, subject, names, usages and
// unknown extensions stay; only serial number and dates are new.
//
//	--pki DIR             where the CAs are (a control plane's pki folder, as the host sees it)
//	--kubernetes DIR      the node's /etc/kubernetes: its leaves and kubeconfigs are re-issued
//	--kubelet DIR         the node's /var/lib/kubelet: its client certificate is re-issued
func age(args []string) error {
	flags := flag.NewFlagSet("age", flag.ContinueOnError)
	pki := flags.String("pki", "", "folder with the CAs")
	kubernetes := flags.String("kubernetes", "", "the node's /etc/kubernetes")
	kubelet := flags.String("kubelet", "", "the node's /var/lib/kubelet")
	end := flags.Int64("end", 0, "NotAfter, in seconds since 1970")
	begin := flags.Int64("begin", 0, "NotBefore, in seconds since 1970")
	if err := flags.Parse(args); err != nil {
		return err
	}
	dates := dates{time.Unix(*begin, 0).UTC(), time.Unix(*end, 0).UTC()}
	var signers []signer
	for _, name := range []string{"ca", "etcd/ca", "front-proxy-ca"} {
		s, err := readSigner(filepath.Join(*pki, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		signers = append(signers, s)
	}
	if *kubernetes != "" {
		if err := ageControlPlane(*kubernetes, signers, dates); err != nil {
			return err
		}
	}
	if *kubelet != "" {
		return ageKubelet(*kubelet, signers, dates)
	}
	return nil
}

type dates struct{ begin, end time.Time }

type signer struct {
	cert *x509.Certificate
	key  crypto.Signer
}

func readSigner(base string) (signer, error) {
	text, err := os.ReadFile(base + ".crt")
	if err != nil {
		return signer{}, err
	}
	cert, _, err := leaf(text)
	if err != nil {
		return signer{}, fmt.Errorf("%s.crt: %w", base, err)
	}
	if text, err = os.ReadFile(base + ".key"); err != nil {
		return signer{}, err
	}
	key, err := privateKey(text)
	if err != nil {
		return signer{}, fmt.Errorf("%s.key: %w", base, err)
	}
	return signer{cert, key}, nil
}

func privateKey(text []byte) (crypto.Signer, error) {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		switch block.Type {
		case "RSA PRIVATE KEY":
			return x509.ParsePKCS1PrivateKey(block.Bytes)
		case "EC PRIVATE KEY":
			return x509.ParseECPrivateKey(block.Bytes)
		case "PRIVATE KEY":
			key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
			if err != nil {
				return nil, err
			}
			if s, ok := key.(crypto.Signer); ok {
				return s, nil
			}
		}
	}
	return nil, errors.New("no private key")
}

// leaf returns the first certificate of a PEM text and everything that is not a certificate.
func leaf(text []byte) (*x509.Certificate, []byte, error) {
	var first *x509.Certificate
	var others []byte
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			others = append(others, pem.EncodeToMemory(block)...)
			continue
		}
		if first == nil {
			cert, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return nil, nil, err
			}
			first = cert
		}
	}
	if first == nil {
		return nil, nil, errors.New("no certificate")
	}
	return first, others, nil
}

func reissue(old *x509.Certificate, signers []signer, d dates) ([]byte, error) {
	for _, s := range signers {
		if old.CheckSignatureFrom(s.cert) != nil {
			continue
		}
		serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 62))
		if err != nil {
			return nil, err
		}
		// The authority's key id is written by CreateCertificate; everything else is taken over as it stands.
		authority := asn1.ObjectIdentifier{2, 5, 29, 35}
		template := &x509.Certificate{SerialNumber: serial.Add(serial, big.NewInt(1)), RawSubject: old.RawSubject,
			NotBefore: d.begin, NotAfter: d.end}
		for _, e := range old.Extensions {
			if !slices.Equal(e.Id, authority) {
				template.ExtraExtensions = append(template.ExtraExtensions, e)
			}
		}
		der, err := x509.CreateCertificate(rand.Reader, template, s.cert, old.PublicKey, s.key)
		if err != nil {
			return nil, err
		}
		return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
	}
	return nil, fmt.Errorf("none of the cluster's CAs signed %s", old.Subject)
}

func ageControlPlane(dir string, signers []signer, d dates) error {
	var files []string
	for _, pattern := range []string{"pki/*.crt", "pki/etcd/*.crt"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return err
		}
		files = append(files, found...)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		old, others, err := leaf(text)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if old.IsCA {
			continue
		}
		fresh, err := reissue(old, signers, d)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if err := replace(path, append(fresh, others...), 0o644); err != nil {
			return err
		}
	}
	for _, name := range []string{"admin", "super-admin", "controller-manager", "scheduler"} {
		err := ageKubeconfig(filepath.Join(dir, name+".conf"), signers, d)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// ageKubeconfig writes in place, as kubeadm does: a single-file mount follows the inode, not the name.
func ageKubeconfig(path string, signers []signer, d dates) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	span := certData.FindSubmatchIndex(text)
	if span == nil {
		return nil
	}
	data, err := base64.StdEncoding.DecodeString(string(text[span[2]:span[3]]))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	old, _, err := leaf(data)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	fresh, err := reissue(old, signers, d)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	text = slices.Concat(text[:span[2]], []byte(base64.StdEncoding.EncodeToString(fresh)), text[span[3]:])
	return os.WriteFile(path, text, 0o600)
}

// ageKubelet puts a new file into the kubelet's certificate store and turns its link to it.
func ageKubelet(dir string, signers []signer, d dates) error {
	store := filepath.Join(dir, "pki")
	current := filepath.Join(store, "kubelet-client-current.pem")
	target, err := os.Readlink(current)
	if err != nil {
		return err
	}
	// The link is absolute inside the node; its last part is a name in the same folder.
	text, err := os.ReadFile(filepath.Join(store, filepath.Base(target)))
	if err != nil {
		return err
	}
	old, others, err := leaf(text)
	if err != nil {
		return err
	}
	fresh, err := reissue(old, signers, d)
	if err != nil {
		return err
	}
	name := "kubelet-client-" + time.Now().UTC().Format("2006-01-02-15-04-05") + ".pem"
	if name == filepath.Base(target) {
		name = "kubelet-client-" + time.Now().UTC().Add(time.Second).Format("2006-01-02-15-04-05") + ".pem"
	}
	if err := os.WriteFile(filepath.Join(store, name), append(fresh, others...), 0o600); err != nil {
		return err
	}
	next := filepath.Join(store, ".next-current")
	if err := os.Symlink(filepath.Join("/var/lib/kubelet/pki", name), next); err != nil {
		return err
	}
	return os.Rename(next, current)
}
