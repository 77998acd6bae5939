package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"

	"github.com/signalbox-go/signalbox/semaphore"
)

// settings are what the operator decides. Each field is a key of the
// configuration file and an environment variable, which shadows the file; see
// settingslist.go. A secret has a second of both for a file that holds it.
type settings struct {
	Data     string   `yaml:"data" env:"DEPLOY_DATA" arg:"FOLDER" help:"where everything is kept: store, audit, keys"`
	Prefix   string   `yaml:"prefix" env:"DEPLOY_PREFIX" arg:"WORD" help:"what commands begin with"`
	Admins   []string `yaml:"admins" env:"DEPLOY_ADMINS" arg:"[USER]" help:"who may do everything: @ada:example.org on Matrix, a number or e-mail address on Zulip"`
	Rooms    []string `yaml:"rooms" env:"DEPLOY_ROOMS" arg:"[ROOM]" help:"where commands count: ids or aliases of rooms on Matrix, names or numbers of channels on Zulip"`
	Policy   string   `yaml:"policy" env:"DEPLOY_POLICY" arg:"FILE" help:"the policy: roles, approvals, freezes; it is read again when it changes"`
	Messages string   `yaml:"messages" env:"DEPLOY_MESSAGES" arg:"FILE" help:"what the bot says beyond the facts, as messages.example.yaml; none: nothing"`
	Listen   string   `yaml:"listen" env:"DEPLOY_LISTEN" arg:"ADDRESS" help:"a loopback address for /healthz, /readyz and /metrics; off: none"`
	LogLevel logLevel `yaml:"log_level" env:"LOG_LEVEL" arg:"LEVEL" help:"debug, info, warn or error; none: info"`
	LogJSON  bool     `yaml:"log_json" env:"LOG_JSON" arg:"true" help:"log JSON lines instead of text"`

	Semaphore semaphoreSettings `yaml:"semaphore"`
	Matrix    matrixSettings    `yaml:"matrix"`
	Zulip     zulipSettings     `yaml:"zulip"`
	Backup    backupSettings    `yaml:"backup"`

	warnings []string // Remarks on where settings came from.
}

type semaphoreSettings struct {
	URL       string     `yaml:"url" env:"SEMAPHORE_URL" arg:"URL" help:"the address at which people open Semaphore"`
	Token     secretText `yaml:"token" env:"SEMAPHORE_TOKEN" arg:"TOKEN" help:"an API token of the user as whom the bot works"`
	TokenFile string     `yaml:"token_file" env:"SEMAPHORE_TOKEN_FILE" arg:"FILE" help:"a file that holds the token alone"`

	CertBundle    string `yaml:"cert_bundle" env:"SEMAPHORE_CERT_BUNDLE" arg:"FILE" help:"PEM certificates to trust instead of the system's"`
	Cert          string `yaml:"cert" env:"SEMAPHORE_CERT" arg:"FILE" help:"a PEM client certificate"`
	CertKey       string `yaml:"cert_key" env:"SEMAPHORE_CERT_KEY" arg:"FILE" help:"the key of the client certificate"`
	AllowInsecure bool   `yaml:"allow_insecure" env:"SEMAPHORE_ALLOW_INSECURE" arg:"true" help:"do not verify the server's certificate"`
	AllowHTTP     bool   `yaml:"allow_http" env:"SEMAPHORE_ALLOW_HTTP" arg:"true" help:"allow an http:// address of another machine; others can read the token then"`
}

type matrixSettings struct {
	Homeserver      string     `yaml:"homeserver" env:"MATRIX_HOMESERVER" arg:"URL" help:"the homeserver, as https://matrix.example.org or example.org"`
	User            string     `yaml:"user" env:"MATRIX_USER" arg:"USER" help:"the bot's user id, as @deploybot:example.org"`
	Password        secretText `yaml:"password" env:"MATRIX_PASSWORD" arg:"PASSWORD" help:"the bot's password"`
	PasswordFile    string     `yaml:"password_file" env:"MATRIX_PASSWORD_FILE" arg:"FILE" help:"a file that holds the password alone"`
	AccessToken     secretText `yaml:"access_token" env:"MATRIX_ACCESS_TOKEN" arg:"TOKEN" help:"the access token of a device that is the bot's alone, instead of a password"`
	AccessTokenFile string     `yaml:"access_token_file" env:"MATRIX_ACCESS_TOKEN_FILE" arg:"FILE" help:"a file that holds the access token alone"`
	LoginToken      secretText `yaml:"login_token" env:"MATRIX_LOGIN_TOKEN" arg:"TOKEN" help:"a token of single sign-on, good for the first start"`
	LoginTokenFile  string     `yaml:"login_token_file" env:"MATRIX_LOGIN_TOKEN_FILE" arg:"FILE" help:"a file that holds the login token alone"`
	OAuth           bool       `yaml:"oauth" env:"MATRIX_OAUTH" arg:"true" help:"log in by OAuth: the first start shows an address and a code for it"`

	PickleKey       secretText `yaml:"pickle_key" env:"MATRIX_PICKLE_KEY" arg:"KEY" help:"encrypts the private keys on disk; none: a key that is made beside them"`
	PickleKeyFile   string     `yaml:"pickle_key_file" env:"MATRIX_PICKLE_KEY_FILE" arg:"FILE" help:"a file that holds the pickle key alone"`
	RecoveryKey     secretText `yaml:"recovery_key" env:"MATRIX_RECOVERY_KEY" arg:"KEY" help:"opens the account's secret storage, or makes one, so that the bot survives the loss of its disk"`
	RecoveryKeyFile string     `yaml:"recovery_key_file" env:"MATRIX_RECOVERY_KEY_FILE" arg:"FILE" help:"a file that holds the recovery key alone"`
	Data            string     `yaml:"data" env:"MATRIX_DATA" arg:"FOLDER" help:"where keys and session are; none: the folder matrix in that of everything"`
	DeviceName      string     `yaml:"device_name" env:"MATRIX_DEVICE_NAME" arg:"TEXT" help:"what people see as the bot's device"`
	NoEncryption    bool       `yaml:"no_encryption" env:"MATRIX_NO_ENCRYPTION" arg:"true" help:"do without encrypted rooms"`
	AllowHTTP       bool       `yaml:"allow_http" env:"MATRIX_ALLOW_HTTP" arg:"true" help:"allow an http:// address of another machine; others can read everything then"`
}

type zulipSettings struct {
	Config     string     `yaml:"config" env:"ZULIP_CONFIG" arg:"FILE" help:"the bot's zuliprc, with site, e-mail and key; the settings below shadow it"`
	Site       string     `yaml:"site" env:"ZULIP_SITE" arg:"URL" help:"the address of the organisation, as https://chat.example.org"`
	Email      string     `yaml:"email" env:"ZULIP_EMAIL" arg:"ADDRESS" help:"the e-mail address of the bot, from its settings page"`
	APIKey     secretText `yaml:"api_key" env:"ZULIP_API_KEY" arg:"KEY" help:"the bot's API key"`
	APIKeyFile string     `yaml:"api_key_file" env:"ZULIP_API_KEY_FILE" arg:"FILE" help:"a file that holds the API key alone"`

	CertBundle    string `yaml:"cert_bundle" env:"ZULIP_CERT_BUNDLE" arg:"FILE" help:"PEM certificates to trust instead of the system's"`
	Cert          string `yaml:"cert" env:"ZULIP_CERT" arg:"FILE" help:"a PEM client certificate"`
	CertKey       string `yaml:"cert_key" env:"ZULIP_CERT_KEY" arg:"FILE" help:"the key of the client certificate"`
	AllowInsecure bool   `yaml:"allow_insecure" env:"ZULIP_ALLOW_INSECURE" arg:"true" help:"do not verify the server's certificate"`
	AllowHTTP     bool   `yaml:"allow_http" env:"ZULIP_ALLOW_HTTP" arg:"true" help:"allow an http:// address of another machine; others can read the key then"`
}

type backupSettings struct {
	Passphrase     secretText `yaml:"passphrase" env:"DEPLOY_BACKUP_PASSPHRASE" arg:"TEXT" help:"what backups are encrypted with"`
	PassphraseFile string     `yaml:"passphrase_file" env:"DEPLOY_BACKUP_PASSPHRASE_FILE" arg:"FILE" help:"a file that holds it alone: a passphrase, or a key made by \"openssl rand -base64 32\""`
}

// defaults are the settings where nobody says anything.
func defaults() settings {
	return settings{
		Data: ".", Prefix: "!cd", Listen: "127.0.0.1:9127",
		Matrix: matrixSettings{DeviceName: "deploybot"},
	}
}

// noListen is what Listen is where there is to be no port.
const noListen = "off"

// logLevel is a [slog.Level] in the words of the settings.
type logLevel struct{ slog.Level }

// UnmarshalText reads a level; its error names those that there are.
func (l *logLevel) UnmarshalText(text []byte) error {
	if err := l.Level.UnmarshalText(text); err != nil {
		return fmt.Errorf("%q is none of debug, info, warn and error", text)
	}
	return nil
}

// secretText is the SDK's secret, which prints as REDACTED wherever it goes, in a
// form that settings can be read into.
type secretText struct{ semaphore.Secret }

// UnmarshalText keeps the text. One of several lines is most likely a mistake,
// and its error does not show it.
func (s *secretText) UnmarshalText(text []byte) error {
	if bytes.ContainsAny(text, "\r\n") {
		return errors.New("a secret is on one line: name a file that holds it alone")
	}
	*s = newSecret(string(text))
	return nil
}

func newSecret(text string) secretText { return secretText{semaphore.NewSecret(text)} }
