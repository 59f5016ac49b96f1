package main

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"path/filepath"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// kubeconfig is client-go's loader and what it makes of the current context, as every component calls it. Paths in
// it lead to the question's other files.
func kubeconfig(q *question, facts map[string]any) error {
	dir, err := q.written()
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "file")
	loaded, err := clientcmd.LoadFromFile(path)
	facts["loads"] = err == nil
	if err != nil {
		return err
	}
	facts["context"] = loaded.CurrentContext
	facts["users"] = len(loaded.AuthInfos)
	context := loaded.Contexts[loaded.CurrentContext]
	if context != nil {
		facts["user"] = context.AuthInfo
		facts["cluster"] = context.Cluster
		if user := loaded.AuthInfos[context.AuthInfo]; user != nil {
			facts["exec"] = user.Exec != nil
			facts["provider"] = user.AuthProvider != nil
		}
	}
	config, err := clientcmd.BuildConfigFromFlags("", path)
	if err != nil {
		return err
	}
	facts["server"] = config.Host
	facts["insecure"] = config.Insecure
	facts["serverName"] = config.ServerName
	facts["token"] = config.BearerToken != "" || config.BearerTokenFile != ""
	facts["password"] = config.Username != ""
	facts["secure"] = rest.IsConfigTransportTLS(*config)
	source(facts, "certificate", dir, config.CertData, config.CertFile)
	source(facts, "key", dir, config.KeyData, config.KeyFile)
	source(facts, "authority", dir, config.CAData, config.CAFile)
	connection, err := rest.TLSConfigFor(config)
	// A pair in files is read when a server asks for it. A plugin is never run.
	if err == nil && connection != nil && connection.GetClientCertificate != nil && config.ExecProvider == nil {
		_, err = connection.GetClientCertificate(&tls.CertificateRequestInfo{})
	}
	facts["tls"] = err == nil
	if err != nil {
		facts["tlsError"] = err.Error()
	}
	return nil
}

// source says where bytes come from: data wins over the file.
func source(facts map[string]any, name, dir string, data []byte, file string) {
	switch {
	case len(data) > 0:
		sum := sha256.Sum256(data)
		facts[name] = "data " + hex.EncodeToString(sum[:])
	case file != "":
		if inside, err := filepath.Rel(dir, file); err == nil {
			file = inside
		}
		facts[name] = "file " + file
	default:
		facts[name] = ""
	}
}
