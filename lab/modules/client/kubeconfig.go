package main

import (
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"os"
	"regexp"
)

func field(name string) *regexp.Regexp {
	return regexp.MustCompile(`(?m)\b` + name + `:[ \t]*"?([A-Za-z0-9+/=]+)"?`)
}

var (
	caData   = field("certificate-authority-data")
	certData = field("client-certificate-data")
	keyData  = field("client-key-data")
)

func embedded(text []byte, what *regexp.Regexp) ([]byte, error) {
	found := what.FindSubmatch(text)
	if found == nil {
		return nil, fmt.Errorf("the kubeconfig has no %s", what)
	}
	return base64.StdEncoding.DecodeString(string(found[1]))
}

// fromKubeconfig reads embedded credentials of a kubeconfig as kubeadm writes it.
func fromKubeconfig(path string) (credentials, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return credentials{}, err
	}
	ca, err := embedded(text, caData)
	if err != nil {
		return credentials{}, err
	}
	cert, err := embedded(text, certData)
	if err != nil {
		return credentials{}, err
	}
	key, err := embedded(text, keyData)
	if err != nil {
		return credentials{}, err
	}
	pair, err := tls.X509KeyPair(cert, key)
	return credentials{ca: ca, client: &pair}, err
}
