package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/examples/internal/variables"
	"github.com/signalbox-go/signalbox/standup"
	"github.com/signalbox-go/signalbox/zulip"
)

// settings are what the operator decides. Everything else is configured in the
// chat.
type settings struct {
	demo        bool
	credentials zulip.Credentials
	database    string
	zone        string
	admins      []string // User ids or e-mail addresses.
	logLevel    slog.Level
	rehearseAt  time.Time // Zero means that the clock is right.
}

// A setting has an environment variable and the flag that shadows it. Values
// live in one map by variable, so that both ways are read by the same code.
type setting struct {
	flag, variable, argument, usage string
}

// allSettings lists every setting but -demo and -rehearse-at, in the order of
// the usage text. There is no flag for the key itself: others can read the
// arguments of a process.
func allSettings() []setting {
	return []setting{
		{"zuliprc", "ZULIP_CONFIG", "FILE", "the bot's zuliprc, with site, e-mail and key; the settings below shadow it"},
		{"site", "ZULIP_SITE", "URL", "address of the Zulip organisation, as https://chat.example.org"},
		{"email", "ZULIP_EMAIL", "ADDRESS", "e-mail of the bot, from its settings page"},
		{"", "ZULIP_API_KEY", "", "the bot's API key"},
		{"api-key-file", "ZULIP_API_KEY_FILE", "FILE", "a file that holds the API key alone"},
		{"", "ZULIP_CERT_BUNDLE", "", "a file of PEM certificates to trust instead of the system's"},
		{"", "ZULIP_CERT", "", "a file with a PEM client certificate"},
		{"", "ZULIP_CERT_KEY", "", "the file of its key"},
		{"", "ZULIP_ALLOW_INSECURE", "", "true: do not verify the server's certificate; others can read the key then"},
		{"db", "STANDUP_DB", "FILE", "where everything is kept (default " + defaultDatabase + ")"},
		{"zone", "STANDUP_ZONE", "NAME", "time zone of a standup whose owner has none in Zulip (default " + defaultZone + ")"},
		{"admins", "STANDUP_ADMINS", "LIST", "user ids or e-mails, separated by commas, of those who may configure every standup"},
		{"log-level", "LOG_LEVEL", "LEVEL", "debug, info, warn or error (default info)"},
	}
}

// mistyped finds variables that are none of the settings: those that begin as
// the program's own do are an error, and those of Zulip and of logs, which other
// programs have too, worth a remark where they are nearly one of them.
func mistyped(environ []string) (remarks []string, unknown error) {
	var known []string
	for _, s := range allSettings() {
		known = append(known, s.variable)
	}
	return variables.Check(environ, "STANDUP_", known)
}

const (
	defaultDatabase = "standup.db"
	defaultZone     = "UTC"
)

// readSettings reads flags and environment. The error names everything that is
// missing or wrong at once; it is [flag.ErrHelp] where help was asked for.
func readSettings(args []string, getenv func(string) string) (settings, error) {
	flags := flag.NewFlagSet("standupbot", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // Its errors are returned, too.
	var s settings
	var rehearseAt string
	flags.BoolVar(&s.demo, "demo", false, "")
	flags.StringVar(&rehearseAt, "rehearse-at", "", "")
	given := map[string]string{}
	for _, def := range allSettings() {
		if def.flag != "" {
			flags.Func(def.flag, "", func(value string) error {
				given[def.variable] = value
				return nil
			})
		}
	}
	if err := flags.Parse(args); err != nil {
		return settings{}, err
	}
	if flags.NArg() > 0 {
		return settings{}, fmt.Errorf("unknown argument %q: settings are flags, as -db FILE", flags.Arg(0))
	}
	if s.demo {
		if flags.NFlag() > 1 {
			return settings{}, errors.New("-demo takes no other flag: it brings its own server, clock and database")
		}
		return s, nil
	}
	value := func(variable string) string {
		if v, ok := given[variable]; ok {
			return v
		}
		if _, ok := given["ZULIP_API_KEY_FILE"]; ok && variable == "ZULIP_API_KEY" {
			return "" // The flag shadows the key in either form.
		}
		return strings.TrimSpace(getenv(variable))
	}
	return s, s.read(value, rehearseAt)
}

// read fills in the settings from their values.
func (s *settings) read(value func(variable string) string, rehearseAt string) error {
	var credentials, zone, admins, level, rehearse error
	s.credentials, credentials = zulip.CredentialsFromEnv(value)
	s.database = either(value("STANDUP_DB"), defaultDatabase)
	s.zone = either(value("STANDUP_ZONE"), defaultZone)
	if _, err := standup.LoadZone(s.zone); err != nil {
		zone = fmt.Errorf("STANDUP_ZONE: %w", err)
	}
	s.admins, admins = readAdmins(value("STANDUP_ADMINS"))
	if err := s.logLevel.UnmarshalText([]byte(either(value("LOG_LEVEL"), "info"))); err != nil {
		level = fmt.Errorf("LOG_LEVEL: %q is none of debug, info, warn and error", value("LOG_LEVEL"))
	}
	if rehearseAt != "" {
		if s.rehearseAt, rehearse = time.Parse(time.RFC3339, rehearseAt); rehearse != nil {
			rehearse = fmt.Errorf("-rehearse-at: %q is no instant such as 2026-06-17T09:29:50+02:00", rehearseAt)
		}
	}
	return errors.Join(credentials, zone, admins, level, rehearse)
}

// readAdmins reads a list of user ids and e-mail addresses.
func readAdmins(list string) ([]string, error) {
	var admins []string
	for name := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		if !strings.Contains(name, "@") && strings.Trim(name, "0123456789") != "" {
			return nil, fmt.Errorf("STANDUP_ADMINS: %q is neither a user id nor an e-mail address", name)
		}
		admins = append(admins, name)
	}
	return admins, nil
}

func either(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}
