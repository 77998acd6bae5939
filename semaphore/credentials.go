package semaphore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/signalbox-go/signalbox/internal/secret"
)

// Secret is a string that prints as REDACTED in every fmt verb, in log/slog and in JSON.
// Its zero value is the empty secret.
type Secret = secret.Secret

// NewSecret returns text as a secret; its method Reveal gives the text back.
func NewSecret(text string) Secret { return secret.New(text) }

// Credentials say who talks to which server. They come from [CredentialsFromEnv] or from a literal;
// [NewClient] checks them.
type Credentials struct {
	// URL is the address at which people open Semaphore, with the path prefix if there is one,
	// as https://ci.example.org or https://example.org/semaphore. Without a scheme https is meant.
	URL string
	// Token is an API token of a user. Empty: only what needs no login works, such as [Client.Login].
	Token Secret
	// CertBundle is a file of PEM certificates to trust instead of the system's. Empty: the system's.
	CertBundle string
	// ClientCert and ClientCertKey are PEM files of a TLS client certificate. Both empty: none.
	ClientCert, ClientCertKey string
	// Insecure switches off the verification of the server's certificate.
	Insecure bool
	// Warnings are remarks on where the credentials came from, such as a file that others can read.
	// NewClient logs them.
	Warnings []string

	session Secret // the value of a session cookie, instead of Token
}

// maxSecretFile bounds a file that holds a token.
const maxSecretFile = 64 << 10

// CredentialsFromEnv reads SEMAPHORE_URL, SEMAPHORE_TOKEN (or SEMAPHORE_TOKEN_FILE, a file that holds the token alone),
// SEMAPHORE_CERT_BUNDLE, SEMAPHORE_CERT, SEMAPHORE_CERT_KEY and SEMAPHORE_ALLOW_INSECURE.
// The argument is usually [os.Getenv]. The error names every variable that is missing.
func CredentialsFromEnv(getenv func(string) string) (Credentials, error) {
	c := Credentials{
		URL: getenv("SEMAPHORE_URL"), CertBundle: getenv("SEMAPHORE_CERT_BUNDLE"),
		ClientCert: getenv("SEMAPHORE_CERT"), ClientCertKey: getenv("SEMAPHORE_CERT_KEY"),
	}
	if value := getenv("SEMAPHORE_ALLOW_INSECURE"); value != "" {
		insecure, err := strconv.ParseBool(value)
		if err != nil {
			return Credentials{}, errors.New("semaphore: SEMAPHORE_ALLOW_INSECURE must be true or false")
		}
		c.Insecure = insecure
	}
	token, file := getenv("SEMAPHORE_TOKEN"), getenv("SEMAPHORE_TOKEN_FILE")
	switch {
	case token != "" && file != "":
		return Credentials{}, errors.New("semaphore: set one of SEMAPHORE_TOKEN and SEMAPHORE_TOKEN_FILE, not both")
	case file != "":
		content, warnings, err := readPrivateFile(file)
		if err != nil {
			return Credentials{}, fmt.Errorf("semaphore: read SEMAPHORE_TOKEN_FILE: %w", err)
		}
		token, c.Warnings = strings.TrimSpace(content), warnings
	}
	c.Token = NewSecret(token)
	var missing []string
	if c.URL == "" {
		missing = append(missing, "SEMAPHORE_URL")
	}
	if token == "" {
		missing = append(missing, "SEMAPHORE_TOKEN (or SEMAPHORE_TOKEN_FILE)")
	}
	if len(missing) > 0 {
		return Credentials{}, fmt.Errorf("semaphore: the environment lacks %s", strings.Join(missing, ", "))
	}
	return c, nil
}

// readPrivateFile returns a small file and a warning when others than its owner can read it.
func readPrivateFile(path string) (content string, warnings []string, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", nil, err
	}
	if !info.Mode().IsRegular() && info.Mode()&fs.ModeNamedPipe == 0 {
		return "", nil, fmt.Errorf("%s is not a file", path)
	}
	if info.Size() > maxSecretFile {
		return "", nil, fmt.Errorf("%s has %d bytes, more than a token needs", path, info.Size())
	}
	if info.Mode().Perm()&0o044 != 0 {
		warnings = append(warnings, fmt.Sprintf("%s can be read by others; chmod 600 protects the token", path))
	}
	data, err := os.ReadFile(path)
	return string(data), warnings, err
}

// authorization is the header that identifies the caller.
func (c Credentials) authorization() (name, value string) {
	switch {
	case !c.session.IsZero():
		return "Cookie", "semaphore=" + c.session.Reveal()
	case !c.Token.IsZero():
		return "Authorization", "Bearer " + c.Token.Reveal()
	}
	return "", ""
}

// check finds what cannot work before a request is made.
func (c Credentials) check() error {
	if c.URL == "" {
		return errors.New("the credentials lack the URL of the server")
	}
	for _, text := range []string{c.Token.Reveal(), c.session.Reveal()} {
		if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || r == ';' }) {
			return errors.New("the token has characters that no token has; copy it again, without blanks and line ends")
		}
	}
	return nil
}
