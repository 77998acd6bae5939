package zulip

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/signalbox-go/signalbox/internal/secret"
)

// LoadZuliprc reads the file that a bot's settings page offers for download:
// a section [api] with email, key and site, optionally cert_bundle, client_cert, client_cert_key and
// insecure (true or false). It accepts CRLF line ends, a byte order mark, and comments that begin with # or ;.
// Paths of certificates are taken relative to the file. Missing keys are named in the error.
// A file that others can read is loaded, with a remark in [Credentials.Warnings].
func LoadZuliprc(path string) (Credentials, error) {
	c, err := readZuliprc(path)
	if err != nil {
		return Credentials{}, err
	}
	if err := c.missing("zulip: "+strings.ReplaceAll(path, "%", "%%")+" lacks %s in section [api]", "site", "email", "key"); err != nil {
		return Credentials{}, err
	}
	return c, nil
}

// readZuliprc reads what the file has, complete or not.
func readZuliprc(path string) (Credentials, error) {
	content, warnings, err := secret.ReadFile(path)
	if err != nil {
		return Credentials{}, fmt.Errorf("zulip: read zuliprc: %w", err)
	}
	c, err := parseZuliprc(string(content))
	if err != nil {
		return Credentials{}, fmt.Errorf("zulip: %s: %w", path, err)
	}
	for _, file := range []*string{&c.CertBundle, &c.ClientCert, &c.ClientCertKey} {
		if *file != "" && !filepath.IsAbs(*file) {
			*file = filepath.Join(filepath.Dir(path), *file)
		}
	}
	c.Warnings = warnings
	return c, nil
}

// parseZuliprc reads the INI text. Its errors name lines, never values: a value may be the key.
func parseZuliprc(text string) (Credentials, error) {
	var c Credentials
	section, found := "", false
	number := 0
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		if line[0] == '[' {
			name, ok := strings.CutSuffix(line[1:], "]")
			if !ok {
				return Credentials{}, fmt.Errorf("line %d: a section must look like [api]", number)
			}
			section = strings.TrimSpace(name)
			found = found || section == "api"
			continue
		}
		if section != "api" {
			continue
		}
		at := strings.IndexAny(line, "=:")
		if at < 0 {
			return Credentials{}, fmt.Errorf("line %d: expected name=value", number)
		}
		if err := setCredential(&c, strings.ToLower(strings.TrimSpace(line[:at])), strings.TrimSpace(line[at+1:])); err != nil {
			return Credentials{}, fmt.Errorf("line %d: %w", number, err)
		}
	}
	if !found {
		return Credentials{}, fmt.Errorf("no section [api]: this is not a zuliprc")
	}
	return c, nil
}

// setCredential takes one setting; names that it does not know belong to other programs.
func setCredential(c *Credentials, name, value string) error {
	switch name {
	case "site":
		c.Site = value
	case "email":
		c.Email = value
	case "key":
		c.APIKey = NewSecret(value)
	case "cert_bundle":
		c.CertBundle = value
	case "client_cert":
		c.ClientCert = value
	case "client_cert_key":
		c.ClientCertKey = value
	case "insecure":
		if value != "true" && value != "false" {
			return fmt.Errorf("insecure must be true or false")
		}
		c.Insecure = value == "true"
	}
	return nil
}
