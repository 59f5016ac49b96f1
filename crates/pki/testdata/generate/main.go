// Writes the test data of perennial-pki, with the answers of Go's own packages: run `go run .` in this folder.
//
// Keys and certificates here are for tests only. Everything is made anew on each run.
package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"math/big"
	mathrand "math/rand"
	"net"
	"net/url"
	"os"
	"strings"
	"time"
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func write(name string, value any) {
	text := must(json.MarshalIndent(value, "", " "))
	if err := os.WriteFile("../"+name, append(text, '\n'), 0o644); err != nil {
		panic(err)
	}
}

func block(label string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}))
}

func main() {
	pems()
	keys()
	certificates()
	chains()
	authorities()
}

// ---- PEM

type seen struct {
	Label   string            `json:"label"`
	Headers map[string]string `json:"headers"`
	Der     string            `json:"der"`
	End     int               `json:"end"`
}

type pemCase struct {
	Name   string `json:"name"`
	Input  string `json:"input"`
	Blocks []seen `json:"blocks"`
}

func decodeAll(input []byte) []seen {
	blocks := []seen{}
	rest := input
	for {
		var found *pem.Block
		found, rest = pem.Decode(rest)
		if found == nil {
			return blocks
		}
		blocks = append(blocks, seen{found.Type, found.Headers, hex.EncodeToString(found.Bytes), len(input) - len(rest)})
	}
}

var pemInputs = map[string]string{
	"one":                          "-----BEGIN A-----\nQUJD\n-----END A-----\n",
	"no final newline":             "-----BEGIN A-----\nQUJD\n-----END A-----",
	"two":                          "-----BEGIN A-----\nQUJD\n-----END A-----\n-----BEGIN B-----\nREVG\n-----END B-----\n",
	"text around":                  "subject=x\n-----BEGIN A-----\nQUJD\n-----END A-----\nmore\n-----BEGIN B-----\nREVG\n-----END B-----\nlast",
	"CRLF":                         "-----BEGIN A-----\r\nQUJD\r\n-----END A-----\r\n",
	"CR only":                      "-----BEGIN A-----\rQUJD\r-----END A-----\r",
	"byte order mark":              "\ufeff-----BEGIN A-----\nQUJD\n-----END A-----\n",
	"byte order mark, second seen": "\ufeff-----BEGIN A-----\nQUJD\n-----END A-----\n-----BEGIN B-----\nREVG\n-----END B-----\n",
	"indented":                     "  -----BEGIN A-----\n  QUJD\n  -----END A-----\n",
	"indented body":                "-----BEGIN A-----\n  QUJD\n-----END A-----\n",
	"indented end":                 "-----BEGIN A-----\nQUJD\n -----END A-----\n",
	"joined":                       "-----BEGIN A-----\nQUJD\n-----END A----------BEGIN B-----\nREVG\n-----END B-----\n",
	"joined, third seen":           "-----BEGIN A-----\nQUJD\n-----END A----------BEGIN B-----\nREVG\n-----END B-----\n-----BEGIN C-----\nQUJD\n-----END C-----\n",
	"blanks at line ends":          "-----BEGIN A-----  \nQUJD \t\n-----END A----- \t\n",
	"text behind end":              "-----BEGIN A-----\nQUJD\n-----END A----- x\n",
	"labels differ":                "-----BEGIN A-----\nQUJD\n-----END B-----\n",
	"labels differ, then good":     "-----BEGIN A-----\nQUJD\n-----END B-----\n-----BEGIN C-----\nQUJD\n-----END C-----\n",
	"four dashes":                  "-----BEGIN A----\nQUJD\n-----END A-----\n",
	"empty body":                   "-----BEGIN A-----\n-----END A-----\n",
	"blank body":                   "-----BEGIN A-----\n\n-----END A-----\n",
	"empty label":                  "-----BEGIN -----\nQUJD\n-----END -----\n",
	"headers":                      "-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nQUJD\n-----END A-----\n",
	"header without blank line":    "-----BEGIN A-----\nKey: value\nQUJD\n-----END A-----\n",
	"header twice":                 "-----BEGIN A-----\nKey: one\nOther: x\nKey: two\n\nQUJD\n-----END A-----\n",
	"header only":                  "-----BEGIN A-----\nKey: one\n-----END A-----\n",
	"header only, then good":       "-----BEGIN A-----\nKey: one\n-----END A-----\n-----BEGIN B-----\nREVG\n-----END B-----\n",
	"colon in end":                 "-----BEGIN A-----\nKey: one\n-----END A-----:\nQUJD\n-----END A-----\n",
	"no padding":                   "-----BEGIN A-----\nQUI\n-----END A-----\n",
	"padding":                      "-----BEGIN A-----\nQUI=\n-----END A-----\n",
	"left-over bits":               "-----BEGIN A-----\nQUJ=\n-----END A-----\n",
	"padding in the middle":        "-----BEGIN A-----\nQUI=QUJD\n-----END A-----\n",
	"padding on its own line":      "-----BEGIN A-----\nQQ=\n=\n-----END A-----\n",
	"wrong character":              "-----BEGIN A-----\nQU!D\n-----END A-----\n",
	"wrong, then good":             "-----BEGIN A-----\nQU!D\n-----END A-----\n-----BEGIN B-----\nREVG\n-----END B-----\n",
	"begin twice":                  "-----BEGIN A-----\n-----BEGIN B-----\nREVG\n-----END B-----\n",
	"begin without end":            "-----BEGIN A-----\nQUJD\n-----BEGIN B-----\nREVG\n-----END B-----\n",
	"end first":                    "-----END A-----\n-----BEGIN B-----\nREVG\n-----END B-----\n",
	"end in body":                  "x\n-----END A-----\n-----BEGIN B-----\nREVG\n-----END B-----\n",
	"cut short":                    "-----BEGIN A-----\nQUJD\n-----END A",
	"no end":                       "-----BEGIN A-----\nQUJD\n",
	"one line":                     "-----BEGIN A-----QUJD-----END A-----",
	"literal newlines":             "-----BEGIN A-----\\nQUJD\\n-----END A-----\\n",
	"long line":                    "-----BEGIN A-----\n" + strings.Repeat("QUJD", 100) + "\n-----END A-----\n",
	"one character a line":         "-----BEGIN A-----\nQ\nU\nJ\nD\n-----END A-----\n",
	"label with blanks":            "-----BEGIN EC PRIVATE KEY-----\nQUJD\n-----END EC PRIVATE KEY-----\n",
	"lower case":                   "-----begin A-----\nQUJD\n-----end A-----\n",
	"empty":                        "",
	"binary":                       "0\x82\x01\x00\x02\x01",
	"tab before begin":             "\t-----BEGIN A-----\nQUJD\n-----END A-----\n",
	"form feed before begin":       "\n\f-----BEGIN A-----\nQUJD\n-----END A-----\n",
	"no-break space in header":     "-----BEGIN A-----\n\u00a0Key\u00a0: \u2003value\u0085\n\nQUJD\n-----END A-----\n",
	"begin at end of line":         "text -----BEGIN A-----\nQUJD\n-----END A-----\n-----BEGIN B-----\nREVG\n-----END B-----\n",
	"crossed":                      "-----BEGIN A-----\n-----BEGIN B-----\nQUJD\n-----END A-----\nREVG\n-----END B-----\n",
}

func pems() {
	cases := []pemCase{}
	names := sorted(pemInputs)
	for _, name := range names {
		input := []byte(pemInputs[name])
		cases = append(cases, pemCase{name, hex.EncodeToString(input), decodeAll(input)})
	}
	// Pieces put together at random: what matters is where lines, markers and labels meet.
	pieces := []string{"-----BEGIN ", "-----END ", "A", "B", "-----", "-----\n", "\n", "\r\n", "\r", " ", "\t", ":", "K: v\n", "QUJD", "QUI=", "=",
		"\n-----END A-----\n", "-----BEGIN A-----\n", "-----BEGIN B-----\nREVG\n-----END B-----\n", "\ufeff", "x"}
	source := mathrand.New(mathrand.NewSource(1))
	for len(cases) < len(names)+400 {
		text := ""
		for n := source.Intn(14) + 2; n > 0; n-- {
			text += pieces[source.Intn(len(pieces))]
		}
		found := decodeAll([]byte(text))
		// Most random texts hold nothing: keep a quarter of those.
		if len(found) == 0 && source.Intn(4) > 0 {
			continue
		}
		cases = append(cases, pemCase{"random", hex.EncodeToString([]byte(text)), found})
	}
	write("pem.json", cases)
}

func sorted(inputs map[string]string) []string {
	names := []string{}
	for name := range inputs {
		names = append(names, name)
	}
	for i := range names {
		for j := i + 1; j < len(names); j++ {
			if names[j] < names[i] {
				names[i], names[j] = names[j], names[i]
			}
		}
	}
	return names
}

// ---- keys

type keyCase struct {
	Name        string `json:"name"`
	Key         string `json:"key"`
	Certificate string `json:"certificate"`
	// Loads is whether tls.X509KeyPair takes the pair.
	Loads bool `json:"loads"`
	// Canonical is whether Go would write the key just so.
	Canonical bool `json:"canonical"`
}

func pkcs8(key any) string { return block("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(key))) }

func keys() {
	rsa2048 := must(rsa.GenerateKey(rand.Reader, 2048))
	rsa3072 := must(rsa.GenerateKey(rand.Reader, 3072))
	rsa1024 := must(rsa.GenerateKey(rand.Reader, 1024))
	p224 := must(ecdsa.GenerateKey(elliptic.P224(), rand.Reader))
	p256 := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	p384 := must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	p521 := must(ecdsa.GenerateKey(elliptic.P521(), rand.Reader))
	_, ed, _ := ed25519.GenerateKey(rand.Reader)
	// A scalar that begins with a zero byte, for the encodings that drop or add zeros.
	short := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	for must(short.Bytes())[0] != 0 {
		short = must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	}
	pkcs1 := func(key *rsa.PrivateKey) string { return block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key)) }
	sec1 := func(key *ecdsa.PrivateKey) string {
		return block("EC PRIVATE KEY", must(x509.MarshalECPrivateKey(key)))
	}

	cases := []keyCase{}
	add := func(name, key string, signer crypto.Signer, canonical bool) {
		certificate := selfSigned(signer)
		_, err := tls.X509KeyPair([]byte(certificate), []byte(key))
		cases = append(cases, keyCase{name, key, certificate, err == nil, canonical})
	}
	add("RSA-2048 PKCS#1", pkcs1(rsa2048), rsa2048, true)
	add("RSA-2048 PKCS#8", pkcs8(rsa2048), rsa2048, true)
	add("RSA-3072 PKCS#1", pkcs1(rsa3072), rsa3072, true)
	add("RSA-1024 PKCS#1", pkcs1(rsa1024), rsa1024, true)
	add("P-224 SEC 1", sec1(p224), p224, true)
	add("P-256 SEC 1", sec1(p256), p256, true)
	add("P-256 PKCS#8", pkcs8(p256), p256, true)
	add("P-384 SEC 1", sec1(p384), p384, true)
	add("P-384 PKCS#8", pkcs8(p384), p384, true)
	add("P-521 SEC 1", sec1(p521), p521, true)
	add("P-521 PKCS#8", pkcs8(p521), p521, true)
	add("Ed25519 PKCS#8", pkcs8(ed), ed, true)
	add("short scalar", sec1(short), short, true)
	add("other key of the same kind", sec1(p256), short, true)
	add("other kind of key", sec1(p256), rsa2048, true)

	add("PKCS#8 under an RSA label", block("RSA PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(rsa2048))), rsa2048, false)
	add("PKCS#1 under a PKCS#8 label", block("PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsa2048)), rsa2048, false)
	add("SEC 1 under a made-up label", block("MY PRIVATE KEY", must(x509.MarshalECPrivateKey(p256))), p256, false)
	add("label without a blank", block("MYPRIVATE KEY", must(x509.MarshalECPrivateKey(p256))), p256, false)
	parameters := block("EC PARAMETERS", must(asn1.Marshal(asn1.ObjectIdentifier{1, 2, 840, 10045, 3, 1, 7})))
	add("behind EC PARAMETERS", parameters+sec1(p256), p256, false)
	add("behind a certificate", selfSigned(p256)+sec1(p256), p256, false)
	add("first of two keys", sec1(p256)+sec1(short), p256, false)
	add("second of two keys", sec1(short)+sec1(p256), p256, false)
	add("byte order mark", "\ufeff"+sec1(p256), p256, false)
	add("certificate only", selfSigned(p256), p256, false)
	add("empty", "", p256, false)
	add("garbage content", block("PRIVATE KEY", []byte{0x30, 0x03, 0x02, 0x01, 0x00}), p256, false)
	add("public key", block("PUBLIC KEY", must(x509.MarshalPKIXPublicKey(p256.Public()))), p256, false)
	clear := &pem.Block{Type: "RSA PRIVATE KEY", Headers: map[string]string{"Proc-Type": "4,CLEAR"}, Bytes: x509.MarshalPKCS1PrivateKey(rsa2048)}
	add("Proc-Type, not encrypted", string(pem.EncodeToMemory(clear)), rsa2048, false)
	locked := must(x509.EncryptPEMBlock(rand.Reader, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsa2048), []byte("secret"), x509.PEMCipherAES256))
	add("encrypted, Proc-Type", string(pem.EncodeToMemory(locked)), rsa2048, false)
	add("trailing bytes PKCS#1", block("RSA PRIVATE KEY", append(x509.MarshalPKCS1PrivateKey(rsa2048), 0)), rsa2048, false)
	add("trailing bytes PKCS#8", block("PRIVATE KEY", append(must(x509.MarshalPKCS8PrivateKey(p256)), 0)), p256, false)
	add("trailing bytes SEC 1", block("EC PRIVATE KEY", append(must(x509.MarshalECPrivateKey(p256)), 0)), p256, false)

	type ec struct {
		Version int
		Key     []byte
		Curve   asn1.ObjectIdentifier `asn1:"optional,explicit,tag:0"`
		Public  asn1.BitString        `asn1:"optional,explicit,tag:1"`
	}
	curve := asn1.ObjectIdentifier{1, 2, 840, 10045, 3, 1, 7}
	scalar := must(short.Bytes())
	own := func(key ec) string { return block("EC PRIVATE KEY", must(asn1.Marshal(key))) }
	add("scalar without its zeros", own(ec{1, new(big.Int).SetBytes(scalar).Bytes(), curve, asn1.BitString{}}), short, false)
	add("scalar with more zeros", own(ec{1, append([]byte{0, 0}, scalar...), curve, asn1.BitString{}}), short, false)
	add("scalar too long", own(ec{1, append([]byte{1}, scalar...), curve, asn1.BitString{}}), short, false)
	add("no curve", own(ec{1, scalar, nil, asn1.BitString{}}), short, false)
	add("no public key", own(ec{1, scalar, curve, asn1.BitString{}}), short, false)
	wrong := must(p256.PublicKey.Bytes())
	add("wrong public key", own(ec{1, scalar, curve, asn1.BitString{Bytes: wrong, BitLength: 8 * len(wrong)}}), short, false)
	add("version 2", own(ec{2, scalar, curve, asn1.BitString{}}), short, false)
	add("zero scalar", own(ec{1, make([]byte, 32), curve, asn1.BitString{}}), short, false)
	broken := *rsa2048
	broken.D = new(big.Int).Add(rsa2048.D, big.NewInt(2))
	add("RSA numbers that do not fit", block("RSA PRIVATE KEY", must(asn1.Marshal(struct {
		Version               int
		N                     *big.Int
		E                     int
		D, P, Q, Dp, Dq, Qinv *big.Int
	}{0, rsa2048.N, rsa2048.E, broken.D, rsa2048.Primes[0], new(big.Int).Add(rsa2048.Primes[1], big.NewInt(2)), rsa2048.Precomputed.Dp, rsa2048.Precomputed.Dq, rsa2048.Precomputed.Qinv}))), rsa2048, false)
	write("keys.json", cases)
}

func selfSigned(key crypto.Signer) string {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "key"},
		NotBefore: time.Unix(1700000000, 0), NotAfter: time.Unix(2000000000, 0),
	}
	der := must(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))
	return block("CERTIFICATE", der)
}

// ---- certificates

type view struct {
	Name      string   `json:"name"`
	Der       string   `json:"der"`
	Parses    bool     `json:"parses"`
	Subject   string   `json:"subject"`
	Issuer    string   `json:"issuer"`
	Common    string   `json:"common_name"`
	Groups    []string `json:"organizations"`
	Serial    string   `json:"serial"`
	NotBefore int64    `json:"not_before"`
	NotAfter  int64    `json:"not_after"`
	DNS       []string `json:"dns_names"`
	IP        []string `json:"ip_addresses"`
	CA        bool     `json:"is_ca"`
	Algorithm string   `json:"signature_algorithm"`
	Version   int      `json:"version"`
	Usages    []string `json:"usages"`
	KeyUsage  int      `json:"key_usage"`
	SKI       string   `json:"subject_key_id"`
	AKI       string   `json:"authority_key_id"`
}

func look(name string, der []byte) view {
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return view{Name: name, Der: hex.EncodeToString(der)}
	}
	v := view{
		Name: name, Der: hex.EncodeToString(der), Parses: true,
		Subject: cert.Subject.String(), Issuer: cert.Issuer.String(), Common: cert.Subject.CommonName,
		Groups: cert.Subject.Organization, Serial: cert.SerialNumber.String(),
		NotBefore: cert.NotBefore.Unix(), NotAfter: cert.NotAfter.Unix(), DNS: cert.DNSNames,
		CA: cert.IsCA, Algorithm: cert.SignatureAlgorithm.String(), Version: cert.Version,
		KeyUsage: int(cert.KeyUsage), SKI: hex.EncodeToString(cert.SubjectKeyId), AKI: hex.EncodeToString(cert.AuthorityKeyId),
	}
	if cert.SignatureAlgorithm == x509.UnknownSignatureAlgorithm {
		v.Algorithm = ""
	}
	for _, ip := range cert.IPAddresses {
		v.IP = append(v.IP, ip.String())
	}
	for _, usage := range cert.ExtKeyUsage {
		v.Usages = append(v.Usages, map[x509.ExtKeyUsage]string{0: "any", 1: "server", 2: "client"}[usage])
	}
	for range cert.UnknownExtKeyUsage {
		v.Usages = append(v.Usages, "")
	}
	return v
}

var (
	unknownOID = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 55555, 1, 2}
	start      = time.Unix(1700000000, 0)
	end        = time.Unix(2000000000, 0)
)

func serial() *big.Int {
	return new(big.Int).Add(must(rand.Int(rand.Reader, big.NewInt(1<<62))), big.NewInt(1))
}

// authority is a CA as kubeadm makes it.
func authority(name string, key crypto.Signer, edit func(*x509.Certificate)) *x509.Certificate {
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: start, NotAfter: end, BasicConstraintsValid: true, IsCA: true,
		KeyUsage: x509.KeyUsageKeyEncipherment | x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	if edit != nil {
		edit(template)
	}
	return must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))))
}

// issue is a leaf as kubeadm makes it.
func issue(ca *x509.Certificate, caKey, key crypto.Signer, edit func(*x509.Certificate)) *x509.Certificate {
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "kube-apiserver"},
		DNSNames:    []string{"kubernetes", "kubernetes.default.svc.cluster.local", "node-1", "*.wild.example"},
		IPAddresses: []net.IP{net.IPv4(10, 96, 0, 1).To4(), net.IPv4(192, 168, 0, 2).To4(), net.ParseIP("fd00::1")},
		NotBefore:   start, NotAfter: end.Add(-time.Hour), BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageKeyEncipherment | x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if edit != nil {
		edit(template)
	}
	return must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, template, ca, key.Public(), caKey))))
}

func ecKey() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) }

func name(pairs ...any) []byte {
	sequence := []asn1.RawValue{}
	for _, set := range pairs {
		sequence = append(sequence, asn1.RawValue{FullBytes: must(asn1.Marshal(asn1.RawValue{Class: 0, Tag: 17, IsCompound: true, Bytes: set.([]byte)}))})
	}
	return must(asn1.Marshal(sequence))
}

func attribute(oid asn1.ObjectIdentifier, tag int, value string) []byte {
	return must(asn1.Marshal(struct {
		OID   asn1.ObjectIdentifier
		Value asn1.RawValue
	}{oid, asn1.RawValue{Tag: tag, Bytes: []byte(value)}}))
}

func join(parts ...[]byte) []byte {
	out := []byte{}
	for _, part := range parts {
		out = append(out, part...)
	}
	return out
}

var (
	cn = asn1.ObjectIdentifier{2, 5, 4, 3}
	o  = asn1.ObjectIdentifier{2, 5, 4, 10}
	ou = asn1.ObjectIdentifier{2, 5, 4, 11}
	dc = asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 25}
)

func subjects() map[string][]byte {
	return map[string][]byte{
		"kubeadm group":        name(attribute(o, 19, "system:masters"), attribute(cn, 19, "kubernetes-admin")),
		"two groups, one set":  name(join(attribute(o, 19, "a"), attribute(o, 19, "b")), attribute(cn, 19, "x")),
		"two groups, two sets": name(attribute(o, 12, "b"), attribute(o, 12, "a"), attribute(cn, 12, "x")),
		"mixed set":            name(join(attribute(cn, 19, "x"), attribute(ou, 19, "unit"))),
		"two common names":     name(attribute(cn, 19, "first"), attribute(cn, 19, "second")),
		"escapes":              name(attribute(cn, 12, " #a,b+c\"d\\e<f>g;h ")),
		"hash first":           name(attribute(cn, 12, "#a")),
		"one blank":            name(attribute(cn, 12, " ")),
		"Chinese":              name(attribute(o, 12, "组织"), attribute(cn, 12, "管理员")),
		"domain components":    name(attribute(dc, 22, "org"), attribute(dc, 22, "example"), attribute(cn, 12, "x")),
		"unknown, not ASCII":   name(attribute(dc, 12, "é*"), attribute(cn, 12, "x")),
		"T61":                  name(attribute(cn, 20, "caf\xe9")),
		"BMP":                  name(attribute(cn, 30, "\x00a\x4e\x2d")),
		"BMP, odd":             name(attribute(cn, 30, "\x00a\x4e")),
		"BMP, surrogate":       name(attribute(cn, 30, "\xd8\x00\xdc\x00")),
		"numeric":              name(attribute(cn, 18, "12 3")),
		"numeric, letters":     name(attribute(cn, 18, "12a")),
		"printable, broken":    name(attribute(cn, 19, "a@b")),
		"printable, lenient":   name(attribute(cn, 19, "*.a&b")),
		"UTF-8, broken":        name(attribute(cn, 12, "a\xff")),
		"IA5, broken":          name(attribute(cn, 22, "a\xff")),
		"universal string":     name(attribute(cn, 28, "\x00\x00\x00a")),
		"empty":                name(),
		"empty common name":    name(attribute(o, 12, "x"), attribute(cn, 12, "")),
		"everything": name(attribute(asn1.ObjectIdentifier{2, 5, 4, 6}, 19, "CN"), attribute(asn1.ObjectIdentifier{2, 5, 4, 8}, 12, "ST"),
			attribute(asn1.ObjectIdentifier{2, 5, 4, 7}, 12, "L"), attribute(asn1.ObjectIdentifier{2, 5, 4, 9}, 12, "street"),
			attribute(asn1.ObjectIdentifier{2, 5, 4, 17}, 12, "123"), attribute(o, 12, "O"), attribute(ou, 12, "OU"), attribute(ou, 12, "OU2"),
			attribute(cn, 12, "x"), attribute(asn1.ObjectIdentifier{2, 5, 4, 5}, 19, "7"), attribute(asn1.ObjectIdentifier{2, 5, 4, 12}, 12, "title")),
	}
}

func certificates() {
	caKey, leafKey := ecKey(), ecKey()
	ca := authority("kubernetes", caKey, nil)
	views := []view{look("CA", ca.Raw), look("leaf", issue(ca, caKey, leafKey, nil).Raw)}
	for _, title := range sorted(texts(subjects())) {
		subject := subjects()[title]
		// CreateCertificate checks nothing of a raw subject but ParseCertificate does.
		template := &x509.Certificate{SerialNumber: serial(), RawSubject: subject, NotBefore: start, NotAfter: end}
		views = append(views, look("subject: "+title, must(x509.CreateCertificate(rand.Reader, template, ca, leafKey.Public(), caKey))))
	}
	rsaKey := must(rsa.GenerateKey(rand.Reader, 2048))
	rsaCA := authority("kubernetes", rsaKey, nil)
	for _, algorithm := range []x509.SignatureAlgorithm{x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA, x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS} {
		views = append(views, look("signature "+algorithm.String(), issue(rsaCA, rsaKey, leafKey, func(t *x509.Certificate) { t.SignatureAlgorithm = algorithm }).Raw))
	}
	edits := map[string]func(*x509.Certificate){
		"end 2049":        func(t *x509.Certificate) { t.NotAfter = time.Date(2049, 12, 31, 23, 59, 59, 0, time.UTC) },
		"end 2050":        func(t *x509.Certificate) { t.NotAfter = time.Date(2050, 1, 1, 0, 0, 0, 0, time.UTC) },
		"begin 1950":      func(t *x509.Certificate) { t.NotBefore = time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC) },
		"big serial":      func(t *x509.Certificate) { t.SerialNumber = new(big.Int).Lsh(big.NewInt(0xabcdef), 136) },
		"zero-led serial": func(t *x509.Certificate) { t.SerialNumber = big.NewInt(0x00ff) },
		"unknown extension": func(t *x509.Certificate) {
			t.ExtraExtensions = []pkix.Extension{{Id: unknownOID, Value: []byte{4, 2, 1, 2}}}
		},
		"unknown critical extension": func(t *x509.Certificate) {
			t.ExtraExtensions = []pkix.Extension{{Id: unknownOID, Critical: true, Value: []byte{4, 2, 1, 2}}}
		},
		"usages": func(t *x509.Certificate) {
			t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageAny}
			t.UnknownExtKeyUsage = []asn1.ObjectIdentifier{unknownOID}
		},
		"all key usages": func(t *x509.Certificate) { t.KeyUsage = 0x1ff },
		"no extensions": func(t *x509.Certificate) {
			*t = x509.Certificate{SerialNumber: serial(), NotBefore: start, NotAfter: end, Subject: t.Subject}
		},
		"mapped IPv4": func(t *x509.Certificate) { t.IPAddresses = []net.IP{net.ParseIP("::1"), net.ParseIP("1.2.3.4").To16()} },
		"name constraints": func(t *x509.Certificate) {
			t.PermittedDNSDomains = []string{"a", ".b"}
			t.ExcludedIPRanges = []*net.IPNet{{IP: net.IP{10, 0, 0, 0}, Mask: net.CIDRMask(8, 32)}}
		},
	}
	for _, title := range sorted(texts(edits)) {
		views = append(views, look(title, issue(ca, caKey, leafKey, edits[title]).Raw))
	}
	for _, c := range patched(ca, caKey, leafKey, rsaCA, rsaKey) {
		views = append(views, look(c.name, c.der))
	}
	// Bytes changed at random, with Go's verdict: broken ones, and ones that Go still takes.
	source := mathrand.New(mathrand.NewSource(2))
	seeds := [][]byte{}
	for _, v := range views {
		if der := must(hex.DecodeString(v.Der)); v.Parses && len(der) < 900 {
			seeds = append(seeds, der)
		}
	}
	good, bad := 0, 0
	for good < 50 || bad < 100 {
		v := look("changed", mutate(source, seeds))
		if v.Parses && good < 50 {
			good++
		} else if !v.Parses && bad < 100 {
			bad++
		} else {
			continue
		}
		views = append(views, v)
	}
	write("certificates.json", views)

	// Raw material for a long comparison by hand: see README.md.
	if target := os.Getenv("MUTATIONS"); target != "" {
		lines := []string{}
		for i := 0; i < 200000; i++ {
			der := mutate(source, seeds)
			v := look("", der)
			v.Der = ""
			lines = append(lines, hex.EncodeToString(der)+" "+string(must(json.Marshal(v))))
		}
		os.WriteFile(target, []byte(strings.Join(lines, "\n")), 0o644)
	}
}

type patch struct {
	name string
	der  []byte
}

// patched are certificates that CreateCertificate doesn't make. Their signatures are wrong, which a parser doesn't see.
func patched(ca *x509.Certificate, caKey, key crypto.Signer, rsaCA *x509.Certificate, rsaKey crypto.Signer) (list []patch) {
	const serial, validity, spki, extensions = 1, 4, 6, 7
	plain := issue(ca, caKey, key, nil)
	add := func(name string, cert *x509.Certificate, field int, value asn1.RawValue) {
		var outer struct {
			TBS       []asn1.RawValue
			Algorithm asn1.RawValue
			Signature asn1.BitString
		}
		must(asn1.Unmarshal(cert.Raw, &outer))
		outer.TBS[field] = value
		list = append(list, patch{name, must(asn1.Marshal(outer))})
	}
	raw := func(der []byte) asn1.RawValue { return asn1.RawValue{FullBytes: der} }
	integer := func(content ...byte) asn1.RawValue { return asn1.RawValue{Tag: 2, Bytes: content} }
	add("serial negative", plain, serial, integer(0x80))
	add("serial zero", plain, serial, integer(0))
	add("serial not minimal", plain, serial, integer(0, 1))
	add("serial empty", plain, serial, integer())
	for _, pair := range [][2]string{
		{"17490101000000Z", "17500101000000Z"}, {"491231235959Z", "500101000000Z"}, {"680101000000Z", "690101000000Z"},
		{"2310010000Z", "3310010000Z"}, {"231001000000+0100", "331001000000-0930"}, {"231001000000+0000", "331001000000Z"},
		{"20231001000000Z", "20331001000000Z"}, {"20231001000000Z", "99981231235959Z"}, {"00000101000000Z", "20331001000000Z"},
		{"20231001000000.5Z", "20331001000000Z"}, {"20231001000000+0530", "20331001000000Z"}, {"202310010000Z", "20331001000000Z"},
		{"230229000000Z", "330228000000Z"}, {"240229000000Z", "330228000000Z"}, {"520229000000Z", "330228000000Z"}, {"231301000000Z", "330228000000Z"},
		{"230101240000Z", "330228000000Z"}, {"230101236000Z", "330228000000Z"}, {"230101235960Z", "330228000000Z"}, {"23010123595Z", "330228000000Z"},
		{"230101000000", "330228000000Z"}, {"230101000000Zx", "330228000000Z"}, {"230101000000z", "330228000000Z"}, {"2301010000", "330228000000Z"},
		{"23010100000 Z", "330228000000Z"}, {"2301010000+0130", "330228000000Z"}, {"230101000000+2400", "330228000000Z"}, {"230101000000+2500", "330228000000Z"},
		{"230101000000+0060", "330228000000Z"}, {"230101000000-0000", "330228000000Z"}, {"230000000000Z", "330228000000Z"}, {"", "330228000000Z"},
	} {
		times := []byte{}
		for _, text := range pair {
			tag := 23
			if len(text) >= 14 && strings.HasPrefix(text, "20") || strings.HasPrefix(text, "9998") || strings.HasPrefix(text, "0000") || strings.HasPrefix(text, "17") {
				tag = 24
			}
			times = append(times, must(asn1.Marshal(asn1.RawValue{Tag: tag, Bytes: []byte(text)}))...)
		}
		add("from "+pair[0]+" to "+pair[1], plain, validity, asn1.RawValue{Tag: 16, IsCompound: true, Bytes: times})
	}
	replaced := func(cert *x509.Certificate, old, new string) asn1.RawValue {
		return raw([]byte(strings.Replace(string(cert.RawSubjectPublicKeyInfo), old, new, 1)))
	}
	rsaLeaf := issue(rsaCA, rsaKey, rsaKey, nil)
	add("RSA key without NULL", rsaLeaf, spki, replaced(rsaLeaf, "\x05\x00\x03\x82", "\x04\x00\x03\x82"))
	add("RSA key, negative modulus", rsaLeaf, spki, replaced(rsaLeaf, "\x02\x82\x01\x01\x00", "\x02\x82\x01\x01\xff"))
	add("RSA key, even exponent", rsaLeaf, spki, replaced(rsaLeaf, "\x02\x03\x01\x00\x01", "\x02\x03\x01\x00\x02"))
	add("RSA key, negative exponent", rsaLeaf, spki, replaced(rsaLeaf, "\x02\x03\x01\x00\x01", "\x02\x03\x81\x00\x01"))
	point := plain.RawSubjectPublicKeyInfo
	off := append([]byte{}, point...)
	off[len(off)-1] ^= 1
	add("point not on the curve", plain, spki, raw(off))
	compressed := append([]byte{}, point...)
	compressed[26] = 2
	add("point compressed", plain, spki, raw(compressed))
	add("unknown curve", plain, spki, replaced(plain, "\x03\x01\x07\x03\x42", "\x03\x01\x06\x03\x42"))
	add("unknown key algorithm", plain, spki, replaced(plain, "\xce\x3d\x02\x01", "\xce\x3d\x02\x05"))
	extension := func(id asn1.ObjectIdentifier, critical bool, value ...byte) []byte {
		return must(asn1.Marshal(pkix.Extension{Id: id, Critical: critical, Value: value}))
	}
	all := func(parts ...[]byte) asn1.RawValue {
		inner := must(asn1.Marshal(asn1.RawValue{Tag: 16, IsCompound: true, Bytes: join(parts...)}))
		return asn1.RawValue{Class: 2, Tag: 3, IsCompound: true, Bytes: inner}
	}
	id := func(last int) asn1.ObjectIdentifier { return asn1.ObjectIdentifier{2, 5, 29, last} }
	add("extension twice", plain, extensions, all(extension(unknownOID, false, 5, 0), extension(unknownOID, false, 5, 0)))
	add("no extension", plain, extensions, all())
	add("subject key id critical", plain, extensions, all(extension(id(14), true, 4, 1, 1)))
	add("authority key id critical", plain, extensions, all(extension(id(35), true, 0x30, 3, 0x80, 1, 1)))
	add("authority key id empty", plain, extensions, all(extension(id(35), false, 0x30, 0)))
	add("key usage empty", plain, extensions, all(extension(id(15), true, 3, 1, 0)))
	add("key usage, unclean bits", plain, extensions, all(extension(id(15), true, 3, 2, 5, 0xbf)))
	add("key usage, none set", plain, extensions, all(extension(id(15), true, 3, 2, 5, 0)))
	add("path length negative", plain, extensions, all(extension(id(19), true, 0x30, 6, 1, 1, 0xff, 2, 1, 0xff)))
	add("path length", plain, extensions, all(extension(id(19), true, 0x30, 6, 1, 1, 0xff, 2, 1, 3)))
	add("CA neither true nor false", plain, extensions, all(extension(id(19), true, 0x30, 3, 1, 1, 1)))
	add("names of no known kind, critical", plain, extensions, all(extension(id(17), true, 0x30, 3, 0x88, 1, 1)))
	add("name not ASCII", plain, extensions, all(extension(id(17), false, 0x30, 3, 0x82, 1, 0xe9)))
	add("address of five bytes", plain, extensions, all(extension(id(17), false, 0x30, 7, 0x87, 5, 1, 2, 3, 4, 5)))
	add("limits empty", plain, extensions, all(extension(id(30), true, 0x30, 0)))
	add("limits, mask with holes", plain, extensions, all(extension(id(30), true, 0x30, 0x0e, 0xa0, 0x0c, 0x30, 0x0a, 0x87, 8, 10, 0, 0, 0, 255, 0, 255, 0)))
	add("limits, mask", plain, extensions, all(extension(id(30), true, 0x30, 0x0e, 0xa0, 0x0c, 0x30, 0x0a, 0x87, 8, 10, 0, 0, 0, 255, 254, 0, 0)))
	add("policy twice", plain, extensions, all(extension(id(32), false, 0x30, 0x0a, 0x30, 3, 6, 1, 0x2a, 0x30, 3, 6, 1, 0x2a)))
	add("inhibit any policy negative", plain, extensions, all(extension(id(54), true, 2, 1, 0xff)))
	return list
}

func texts[T any](inputs map[string]T) map[string]string {
	out := map[string]string{}
	for key := range inputs {
		out[key] = ""
	}
	return out
}

func mutate(source *mathrand.Rand, seeds [][]byte) []byte {
	der := append([]byte{}, seeds[source.Intn(len(seeds))]...)
	for n := source.Intn(2) + 1; n > 0; n-- {
		at := source.Intn(len(der))
		switch source.Intn(4) {
		case 0:
			der[at] = byte(source.Intn(256))
		case 1:
			der[at] ^= 1 << source.Intn(8)
		case 2:
			der[at]++
		case 3:
			tags := []byte{1, 2, 3, 4, 5, 6, 12, 19, 22, 23, 24, 30, 48, 49, 0x80, 0x81, 0x82, 0x86, 0x87, 0xa0, 0xa1, 0xa3}
			der[at] = tags[source.Intn(len(tags))]
		}
	}
	return der
}

// ---- chains

type chainCase struct {
	Name          string   `json:"name"`
	Leaf          string   `json:"leaf"`
	Intermediates []string `json:"intermediates"`
	Roots         []string `json:"roots"`
	Usage         string   `json:"usage"`
	Host          string   `json:"host"`
	Now           int64    `json:"now"`
	Accepted      bool     `json:"accepted"`
}

func chains() {
	cases := []chainCase{}
	now := time.Unix(1800000000, 0)
	add := func(title string, leaf *x509.Certificate, intermediates, roots []*x509.Certificate, usage, host string, now time.Time) {
		options := x509.VerifyOptions{Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(), CurrentTime: now, DNSName: host}
		c := chainCase{Name: title, Leaf: block("CERTIFICATE", leaf.Raw), Intermediates: []string{}, Roots: []string{}, Usage: usage, Host: host, Now: now.Unix()}
		for _, ca := range roots {
			options.Roots.AddCert(ca)
			c.Roots = append(c.Roots, block("CERTIFICATE", ca.Raw))
		}
		for _, ca := range intermediates {
			options.Intermediates.AddCert(ca)
			c.Intermediates = append(c.Intermediates, block("CERTIFICATE", ca.Raw))
		}
		options.KeyUsages = []x509.ExtKeyUsage{map[string]x509.ExtKeyUsage{"": x509.ExtKeyUsageAny, "server": x509.ExtKeyUsageServerAuth, "client": x509.ExtKeyUsageClientAuth}[usage]}
		_, err := leaf.Verify(options)
		c.Accepted = err == nil
		cases = append(cases, c)
	}
	list := func(certs ...*x509.Certificate) []*x509.Certificate { return certs }
	caKey, otherKey, key := ecKey(), ecKey(), ecKey()
	ca := authority("kubernetes", caKey, nil)
	other := authority("kubernetes", otherKey, nil)
	stranger := authority("etcd-ca", otherKey, nil)
	leaf := issue(ca, caKey, key, nil)

	add("good", leaf, nil, list(ca), "server", "kubernetes", now)
	add("no use, no name", leaf, nil, list(ca), "", "", now)
	add("first second", leaf, nil, list(ca), "server", "", leaf.NotBefore)
	add("last second", leaf, nil, list(ca), "server", "", leaf.NotAfter)
	add("expired", leaf, nil, list(ca), "server", "", leaf.NotAfter.Add(time.Second))
	add("not yet valid", leaf, nil, list(ca), "server", "", leaf.NotBefore.Add(-time.Second))
	add("no CA", leaf, nil, nil, "server", "", now)
	add("other CA", leaf, nil, list(stranger), "server", "", now)
	add("same name, other key", leaf, nil, list(other), "server", "", now)
	add("both CAs", leaf, nil, list(other, ca), "server", "", now)
	add("expired and other CA", leaf, nil, list(stranger), "server", "", leaf.NotAfter.Add(time.Second))
	add("wrong use", leaf, nil, list(ca), "client", "", now)
	for _, host := range []string{"node-1", "NODE-1", "node-1.", "node-2", "10.96.0.1", "[10.96.0.1]", "::ffff:10.96.0.1", "10.96.0.2", "fd00::1", "[fd00::1]", "a.wild.example", "wild.example", "a.b.wild.example", "*.wild.example", "[", "..", "node-1..", "-", "kubernetes.default.svc.cluster.local."} {
		add("name "+host, leaf, nil, list(ca), "server", host, now)
	}
	odd := issue(ca, caKey, key, func(t *x509.Certificate) {
		t.DNSNames = []string{"system:node:a", "*", "x.*.y", "under_score", "trail.", ""}
	})
	for _, host := range []string{"system:node:a", "*", "a", "x.*.y", "x.a.y", "under_score", "trail", "trail."} {
		add("odd name "+host, odd, nil, list(ca), "server", host, now)
	}
	shortCA := authority("kubernetes", caKey, func(t *x509.Certificate) { t.NotAfter = now.Add(-time.Hour) })
	lateCA := authority("kubernetes", caKey, func(t *x509.Certificate) { t.NotBefore = now.Add(time.Hour) })
	add("expired CA", leaf, nil, list(shortCA), "server", "", now)
	add("expired CA and renewed CA", leaf, nil, list(shortCA, ca), "server", "", now)
	add("CA not yet valid", leaf, nil, list(lateCA), "server", "", now)
	noCA := authority("kubernetes", caKey, func(t *x509.Certificate) { t.IsCA = false })
	noBasic := authority("kubernetes", caKey, func(t *x509.Certificate) { t.IsCA, t.BasicConstraintsValid = false, false })
	noSign := authority("kubernetes", caKey, func(t *x509.Certificate) { t.KeyUsage = x509.KeyUsageDigitalSignature })
	noUsage := authority("kubernetes", caKey, func(t *x509.Certificate) { t.KeyUsage = 0 })
	clientCA := authority("kubernetes", caKey, func(t *x509.Certificate) { t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })
	add("issuer is no CA", leaf, nil, list(noCA), "server", "", now)
	add("issuer without basic constraints", leaf, nil, list(noBasic), "server", "", now)
	add("issuer may not sign", leaf, nil, list(noSign), "server", "", now)
	add("issuer without key usage", leaf, nil, list(noUsage), "server", "", now)
	add("CA for clients", leaf, nil, list(clientCA), "server", "", now)
	add("CA for clients, no use", leaf, nil, list(clientCA), "", "", now)

	self := authority("localhost@1", key, func(t *x509.Certificate) { t.IsCA = false; t.KeyUsage = x509.KeyUsageDigitalSignature })
	add("self-signed, trusted", self, nil, list(self), "server", "", now)
	add("self-signed, not trusted", self, nil, list(ca), "server", "", now)

	middleKey := ecKey()
	middle := issue(ca, caKey, middleKey, func(t *x509.Certificate) {
		t.Subject = pkix.Name{CommonName: "middle"}
		t.IsCA, t.KeyUsage, t.ExtKeyUsage = true, x509.KeyUsageCertSign, nil
		t.DNSNames, t.IPAddresses = nil, nil
	})
	low := issue(middle, middleKey, key, nil)
	add("intermediate", low, list(middle), list(ca), "server", "node-1", now)
	add("intermediate missing", low, nil, list(ca), "server", "", now)
	add("intermediate as root", low, nil, list(middle), "server", "", now)
	add("root missing", low, list(middle), nil, "server", "", now)
	flat := authority("kubernetes", caKey, func(t *x509.Certificate) { t.MaxPathLenZero = true })
	add("no intermediate allowed", low, list(middle), list(flat), "server", "", now)
	add("no intermediate allowed, none there", leaf, nil, list(flat), "server", "", now)
	oldMiddle := issue(ca, caKey, middleKey, func(t *x509.Certificate) {
		t.Subject = pkix.Name{CommonName: "middle"}
		t.IsCA, t.KeyUsage, t.ExtKeyUsage, t.NotAfter = true, x509.KeyUsageCertSign, nil, now.Add(-time.Hour)
	})
	add("intermediate expired", low, list(oldMiddle), list(ca), "server", "", now)
	add("one of two intermediates expired", low, list(oldMiddle, middle), list(ca), "server", "", now)
	leafAsCA := issue(leaf, key, otherKey, nil)
	add("issued by a leaf", leafAsCA, list(leaf), list(ca), "server", "", now)

	critical := issue(ca, caKey, key, func(t *x509.Certificate) {
		t.ExtraExtensions = []pkix.Extension{{Id: unknownOID, Critical: true, Value: []byte{5, 0}}}
	})
	add("unknown critical extension", critical, nil, list(ca), "server", "", now)
	unknown := issue(ca, caKey, key, func(t *x509.Certificate) { t.ExtraExtensions = []pkix.Extension{{Id: unknownOID, Value: []byte{5, 0}}} })
	add("unknown extension", unknown, nil, list(ca), "server", "", now)
	anyUse := issue(ca, caKey, key, func(t *x509.Certificate) { t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageAny} })
	add("any use", anyUse, nil, list(ca), "client", "", now)
	noUse := issue(ca, caKey, key, func(t *x509.Certificate) { t.ExtKeyUsage = nil })
	add("no uses listed", noUse, nil, list(ca), "client", "", now)
	oddUse := issue(ca, caKey, key, func(t *x509.Certificate) {
		t.ExtKeyUsage, t.UnknownExtKeyUsage = nil, []asn1.ObjectIdentifier{unknownOID}
	})
	add("unknown use only", oddUse, nil, list(ca), "client", "", now)

	for title, signer := range map[string]crypto.Signer{
		"RSA-2048": must(rsa.GenerateKey(rand.Reader, 2048)), "RSA-1024": must(rsa.GenerateKey(rand.Reader, 1024)),
		"P-384": must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader)), "P-521": must(ecdsa.GenerateKey(elliptic.P521(), rand.Reader)),
		"Ed25519": ed25519.NewKeyFromSeed(make([]byte, 32)),
	} {
		root := authority("kubernetes", signer, nil)
		add("CA key "+title, issue(root, signer, key, nil), nil, list(root), "server", "", now)
		algorithms := map[string][]x509.SignatureAlgorithm{
			"RSA-2048": {x509.SHA384WithRSA, x509.SHA512WithRSA, x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS},
			"P-384":    {x509.ECDSAWithSHA256, x509.ECDSAWithSHA512}, "P-521": {x509.ECDSAWithSHA256, x509.ECDSAWithSHA384},
		}[title]
		for _, algorithm := range algorithms {
			add("signature "+algorithm.String()+" "+title, issue(root, signer, key, func(t *x509.Certificate) { t.SignatureAlgorithm = algorithm }), nil, list(root), "server", "", now)
		}
		if signer, ok := signer.(*rsa.PrivateKey); ok {
			add("signature SHA-1 "+title, sha1Signed(root, signer, key), nil, list(root), "server", "", now)
		}
	}
	damaged := append([]byte{}, leaf.Raw...)
	damaged[len(damaged)-1] ^= 1
	add("damaged signature", must(x509.ParseCertificate(damaged)), nil, list(ca), "server", "", now)

	limits := map[string]func(*x509.Certificate){
		"permitted": func(t *x509.Certificate) {
			t.PermittedDNSDomains = []string{"kubernetes", "kubernetes.default.svc.cluster.local", "node-1", "wild.example"}
		},
		"permitted, suffix": func(t *x509.Certificate) {
			t.PermittedDNSDomains = []string{"kubernetes", "cluster.local", "node-1", ".example"}
		},
		"permitted, not all": func(t *x509.Certificate) { t.PermittedDNSDomains = []string{"kubernetes", "cluster.local", "node-1"} },
		"permitted, no label": func(t *x509.Certificate) {
			t.PermittedDNSDomains = []string{"kubernetes", "ster.local", "node-1", "example"}
		},
		"permitted, all":      func(t *x509.Certificate) { t.PermittedDNSDomains = []string{""} },
		"excluded":            func(t *x509.Certificate) { t.ExcludedDNSDomains = []string{"NODE-1"} },
		"excluded, others":    func(t *x509.Certificate) { t.ExcludedDNSDomains = []string{"node-2", ".node-1"} },
		"excluded, wildcard":  func(t *x509.Certificate) { t.ExcludedDNSDomains = []string{"secret.wild.example"} },
		"addresses":           func(t *x509.Certificate) { t.PermittedIPRanges = nets("10.0.0.0/8", "192.168.0.0/16", "fd00::/8") },
		"addresses, not all":  func(t *x509.Certificate) { t.PermittedIPRanges = nets("10.0.0.0/8", "fd00::/8") },
		"addresses, excluded": func(t *x509.Certificate) { t.ExcludedIPRanges = nets("192.168.0.2/32") },
		"addresses, v4 only":  func(t *x509.Certificate) { t.PermittedIPRanges = nets("0.0.0.0/0") },
		"e-mail":              func(t *x509.Certificate) { t.PermittedEmailAddresses = []string{"example.com"} },
	}
	for _, title := range sorted(texts(limits)) {
		root := authority("kubernetes", caKey, limits[title])
		add("limits: "+title, issue(root, caKey, key, nil), nil, list(root), "server", "", now)
	}
	write("chains.json", cases)
}

func nets(texts ...string) (list []*net.IPNet) {
	for _, text := range texts {
		_, network, err := net.ParseCIDR(text)
		if err != nil {
			panic(err)
		}
		list = append(list, network)
	}
	return list
}

// sha1Signed is what CreateCertificate refuses to make.
func sha1Signed(ca *x509.Certificate, caKey *rsa.PrivateKey, key crypto.Signer) *x509.Certificate {
	leaf := issue(ca, caKey, key, nil)
	var outer struct {
		TBS       asn1.RawValue
		Algorithm asn1.RawValue
		Signature asn1.BitString
	}
	must(asn1.Unmarshal(leaf.Raw, &outer))
	sha256RSA := must(asn1.Marshal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}))
	sha1RSA := must(asn1.Marshal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 5}))
	tbs := []byte(strings.Replace(string(outer.TBS.FullBytes), string(sha256RSA), string(sha1RSA), 1))
	digest := sha1.Sum(tbs)
	signature := must(rsa.SignPKCS1v15(rand.Reader, caKey, crypto.SHA1, digest[:]))
	outer.TBS = asn1.RawValue{FullBytes: tbs}
	outer.Algorithm = asn1.RawValue{FullBytes: []byte(strings.Replace(string(outer.Algorithm.FullBytes), string(sha256RSA), string(sha1RSA), 1))}
	outer.Signature = asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}
	return must(x509.ParseCertificate(must(asn1.Marshal(outer))))
}

// ---- authorities that the re-issue is tried with: certificate and key in one file, and a leaf

func authorities() {
	file := func(name string, parts ...string) {
		if err := os.WriteFile("../"+name, []byte(strings.Join(parts, "")), 0o644); err != nil {
			panic(err)
		}
	}
	certificate := func(cert *x509.Certificate) string { return block("CERTIFICATE", cert.Raw) }
	rsaKey := must(rsa.GenerateKey(rand.Reader, 2048))
	p384 := must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	p256 := ecKey()
	_, ed, _ := ed25519.GenerateKey(rand.Reader)
	for name, ca := range map[string]struct {
		key crypto.Signer
		pem string
	}{
		"rsa":     {rsaKey, block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey))},
		"p256":    {p256, block("EC PRIVATE KEY", must(x509.MarshalECPrivateKey(p256)))},
		"p384":    {p384, block("EC PRIVATE KEY", must(x509.MarshalECPrivateKey(p384)))},
		"ed25519": {ed, pkcs8(ed)},
	} {
		root := authority("kubernetes", ca.key, nil)
		file(name+"-ca.pem", certificate(root), ca.pem)
		file(name+"-leaf.pem", certificate(issue(root, ca.key, ecKey(), nil)))
	}
	// A client with everything that builders lose.
	root := authority("kubernetes", p256, nil)
	file("rich-ca.pem", certificate(root), block("EC PRIVATE KEY", must(x509.MarshalECPrivateKey(p256))))
	file("rich-leaf.pem", certificate(issue(root, p256, ecKey(), func(t *x509.Certificate) {
		t.RawSubject = name(attribute(o, 12, "group-b"), join(attribute(o, 19, "group-a"), attribute(ou, 19, "unit")), attribute(dc, 22, "example"), attribute(cn, 20, "caf\xe9"))
		t.EmailAddresses = []string{"a@example.com"}
		t.URIs = []*url.URL{must(url.Parse("spiffe://example/a"))}
		t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}
		t.UnknownExtKeyUsage = []asn1.ObjectIdentifier{unknownOID}
		t.SubjectKeyId = must(hex.DecodeString("0102030405060708090a0b0c0d0e0f1011121314"))
		t.ExtraExtensions = []pkix.Extension{{Id: unknownOID, Value: []byte{4, 3, 1, 2, 3}}, {Id: append(unknownOID[:9:9], 7), Critical: true, Value: []byte{5, 0}}}
	})))
}
