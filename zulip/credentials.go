package zulip

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

// Credentials say who talks to which server.
// They come from [LoadZuliprc], from [CredentialsFromEnv] or from a literal;
// [NewClient] checks them.
type Credentials struct {
	// Site is the address of the organisation, as https://chat.example.org.
	// Without a scheme https is meant.
	Site string
	// Email names the bot or user, as bot@chat.example.org.
	Email string
	// APIKey is the key that the server issued for Email.
	APIKey Secret
	// CertBundle is a file of PEM certificates to trust instead of the system's.
	// Empty: the system's.
	CertBundle string
	// ClientCert and ClientCertKey are PEM files of a TLS client certificate.
	// Both empty: none.
	ClientCert, ClientCertKey string
	// Insecure switches off the verification of the server's certificate.
	Insecure bool
	// Warnings are remarks on where the credentials came from, such as a file that others can read.
	// NewClient logs them.
	Warnings []string
}

// CredentialsFromEnv reads ZULIP_SITE, ZULIP_EMAIL, ZULIP_API_KEY (or ZULIP_API_KEY_FILE, a file that holds
// the key alone), ZULIP_CERT_BUNDLE, ZULIP_CERT, ZULIP_CERT_KEY and ZULIP_ALLOW_INSECURE.
// ZULIP_CONFIG names a zuliprc file whose values the variables override.
// The argument is usually [os.Getenv]. The error names every variable that is missing.
func CredentialsFromEnv(getenv func(string) string) (Credentials, error) {
	var c Credentials
	if path := getenv("ZULIP_CONFIG"); path != "" {
		var err error
		if c, err = readZuliprc(path); err != nil {
			return Credentials{}, err
		}
	}
	for name, field := range map[string]*string{
		"ZULIP_SITE":        &c.Site,
		"ZULIP_EMAIL":       &c.Email,
		"ZULIP_CERT_BUNDLE": &c.CertBundle,
		"ZULIP_CERT":        &c.ClientCert,
		"ZULIP_CERT_KEY":    &c.ClientCertKey,
	} {
		if value := getenv(name); value != "" {
			*field = value
		}
	}
	if value := getenv("ZULIP_ALLOW_INSECURE"); value != "" {
		insecure, err := strconv.ParseBool(value)
		if err != nil {
			return Credentials{}, errors.New("zulip: ZULIP_ALLOW_INSECURE must be true or false")
		}
		c.Insecure = insecure
	}
	key, warnings, err := secret.FromEnv(getenv, "ZULIP_API_KEY")
	if err != nil {
		return Credentials{}, fmt.Errorf("zulip: %w", err)
	}
	if !key.IsZero() {
		c.APIKey, c.Warnings = key, append(c.Warnings, warnings...)
	}
	return c, c.missing("zulip: the environment lacks %s", "ZULIP_SITE", "ZULIP_EMAIL", "ZULIP_API_KEY (or ZULIP_API_KEY_FILE)")
}

// missing says in one error which of the three necessary values are absent.
func (c Credentials) missing(format, site, email, key string) error {
	var names []string
	if c.Site == "" {
		names = append(names, site)
	}
	if c.Email == "" {
		names = append(names, email)
	}
	if c.APIKey.IsZero() {
		names = append(names, key)
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf(format+"; see the bot's settings page for a zuliprc with all values", strings.Join(names, ", "))
}
