package semaphore

import (
	"errors"
	"fmt"
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
	var err error
	if c.Token, c.Warnings, err = secret.FromEnv(getenv, "SEMAPHORE_TOKEN"); err != nil {
		return Credentials{}, fmt.Errorf("semaphore: %w", err)
	}
	var missing []string
	if c.URL == "" {
		missing = append(missing, "SEMAPHORE_URL")
	}
	if c.Token.IsZero() {
		missing = append(missing, "SEMAPHORE_TOKEN (or SEMAPHORE_TOKEN_FILE)")
	}
	if len(missing) > 0 {
		return Credentials{}, fmt.Errorf("semaphore: the environment lacks %s", strings.Join(missing, ", "))
	}
	return c, nil
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
