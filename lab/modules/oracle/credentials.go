package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/apiserver/pkg/server/dynamiccertificates"
	"k8s.io/client-go/util/cert"
	certstore "k8s.io/client-go/util/certificate"
	"k8s.io/client-go/util/keyutil"
)

func digest(der []byte) string {
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])
}

// pemBlocks is encoding/pem, called until nothing is left.
func pemBlocks(q *question, facts map[string]any) error {
	input := q.Files[""]
	blocks := []map[string]any{}
	for rest := input; ; {
		var found *pem.Block
		if found, rest = pem.Decode(rest); found == nil {
			break
		}
		headers := len(found.Headers)
		blocks = append(blocks, map[string]any{
			"label": found.Type, "headers": headers, "sha256": digest(found.Bytes), "end": len(input) - len(rest),
		})
	}
	facts["blocks"] = blocks
	return nil
}

// certificate is crypto/x509 on DER.
func certificate(q *question, facts map[string]any) error {
	parsed, err := x509.ParseCertificate(q.Files[""])
	if err != nil {
		return err
	}
	facts["subject"] = parsed.Subject.String()
	facts["issuer"] = parsed.Issuer.String()
	facts["serial"] = parsed.SerialNumber.String()
	facts["notBefore"] = parsed.NotBefore.Unix()
	facts["notAfter"] = parsed.NotAfter.Unix()
	facts["ca"] = parsed.BasicConstraintsValid && parsed.IsCA
	facts["version"] = parsed.Version
	facts["dns"] = append([]string{}, parsed.DNSNames...)
	addresses := []string{}
	for _, address := range parsed.IPAddresses {
		addresses = append(addresses, address.String())
	}
	facts["addresses"] = addresses
	facts["subjectKeyId"] = hex.EncodeToString(parsed.SubjectKeyId)
	facts["authorityKeyId"] = hex.EncodeToString(parsed.AuthorityKeyId)
	return nil
}

func digests(certificates []*x509.Certificate) []string {
	list := []string{}
	for _, certificate := range certificates {
		list = append(list, digest(certificate.Raw))
	}
	return list
}

// bundle is client-go's reader: kube-apiserver's --client-ca-file, the kubelet's clientCAFile.
func bundle(q *question, facts map[string]any) error {
	certificates, err := cert.ParseCertsPEM(q.Files[""])
	if err == nil {
		facts["certificates"] = digests(certificates)
	}
	dir, failed := q.written()
	if failed != nil {
		return failed
	}
	// What the apiserver does with the file; it must not be of another opinion.
	_, loads := dynamiccertificates.NewDynamicCAContentFromFile("client-ca", filepath.Join(dir, "file"))
	facts["apiserver"] = loads == nil
	return err
}

// pool is crypto/x509's reader: the bundle by which a kubeconfig trusts its server.
func pool(q *question, facts map[string]any) error {
	certificates := x509.NewCertPool()
	if !certificates.AppendCertsFromPEM(q.Files[""]) {
		return errors.New("no certificate was added")
	}
	subjects := certificates.Subjects() //nolint:staticcheck // every one in it was added here
	facts["certificates"] = len(subjects)
	return nil
}

func kind(key crypto.PublicKey) string {
	switch key := key.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA-%d", key.N.BitLen())
	case *ecdsa.PublicKey:
		return key.Curve.Params().Name
	case ed25519.PublicKey:
		return "Ed25519"
	}
	return fmt.Sprintf("%T", key)
}

// pair is tls.X509KeyPair, and by the way what client-go's keyutil says of the key (kubeadm, KCM).
func pair(q *question, facts map[string]any) error {
	key, err := keyutil.ParsePrivateKeyPEM(q.Files["key"])
	facts["keyutil"] = err == nil
	if signer, is := key.(crypto.Signer); err == nil && is {
		facts["keyutilKind"] = kind(signer.Public())
	}
	loaded, err := tls.X509KeyPair(q.Files["certificate"], q.Files["key"])
	if err != nil {
		return err
	}
	return describe(&loaded, facts)
}

func describe(loaded *tls.Certificate, facts map[string]any) error {
	facts["kind"] = kind(loaded.PrivateKey.(crypto.Signer).Public())
	facts["leaf"] = digest(loaded.Certificate[0])
	facts["length"] = len(loaded.Certificate)
	return nil
}

// serving is how kube-apiserver loads --tls-cert-file and --tls-private-key-file.
func serving(q *question, facts map[string]any) error {
	dir, err := q.written()
	if err != nil {
		return err
	}
	_, err = dynamiccertificates.NewDynamicServingContentFromFiles("serving-cert",
		filepath.Join(dir, "certificate"), filepath.Join(dir, "key"))
	return err
}

// store is the kubelet's certificate store, with the file behind kubelet-client-current.pem.
func store(q *question, facts map[string]any) error {
	dir, err := q.written()
	if err != nil {
		return err
	}
	current := filepath.Join(dir, "kubelet-client-current.pem")
	if err := os.Symlink(filepath.Join(dir, "file"), current); err != nil {
		return err
	}
	files, err := certstore.NewFileStore("kubelet-client", dir, dir, "", "")
	if err != nil {
		return err
	}
	loaded, err := files.Current()
	if err != nil {
		return err
	}
	return describe(loaded, facts)
}
