package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/signalbox-go/signalbox/internal/secret"
)

// arguments are what stands on the command line behind the command.
type arguments struct {
	config        string
	admins, rooms []string
	words         []string // What is no flag.
}

// readSettings reads the configuration file, if one is named, then the
// environment, which shadows it, then the arguments, which shadow both. The
// error names everything that is wrong, a line each.
func readSettings(args arguments, getenv func(string) string) (settings, error) {
	s := defaults()
	if args.config != "" {
		if err := s.readFile(args.config, getenv); err != nil {
			return settings{}, err
		}
	}
	wrong := []error{s.readEnvironment(getenv)}
	if len(args.admins) > 0 {
		s.Admins = args.admins
	}
	if len(args.rooms) > 0 {
		s.Rooms = args.rooms
	}
	wrong = append(wrong, s.checkAddresses(), s.readSecrets())
	s.remarkOnRisks()
	return s, errors.Join(wrong...)
}

// remarkOnRisks says what was allowed that is better not.
func (s *settings) remarkOnRisks() {
	for key, allowed := range map[string]bool{
		"semaphore.allow_insecure": s.Semaphore.AllowInsecure, "semaphore.allow_http": s.Semaphore.AllowHTTP,
		"matrix.allow_http":    s.Matrix.AllowHTTP,
		"zulip.allow_insecure": s.Zulip.AllowInsecure, "zulip.allow_http": s.Zulip.AllowHTTP,
	} {
		if allowed {
			s.warnings = append(s.warnings, key+" is on: whoever is between the bot and that server can read everything, secrets too")
		}
	}
}

// readEnvironment sets what the environment says. What is empty there is not
// set. A secret or a file with it shadows both of the layer below.
func (s *settings) readEnvironment(getenv func(string) string) error {
	var wrong []error
	all := s.list()
	said := func(variable string) bool { return strings.TrimSpace(getenv(variable)) != "" }
	for _, each := range all {
		if _, ok := each.secret(); ok && (said(each.variable) || said(each.variable+fileSuffix)) {
			each.clear()
			find(all, each.variable+fileSuffix).clear()
		}
	}
	for _, each := range all {
		if !said(each.variable) {
			continue
		}
		if err := each.read(getenv(each.variable)); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", each.variable, err))
		}
	}
	return errors.Join(wrong...)
}

func find(all []setting, variable string) setting {
	for _, each := range all {
		if each.variable == variable {
			return each
		}
	}
	panic("there is no setting " + variable)
}

// readSecrets reads the files in which secrets are.
func (s *settings) readSecrets() error {
	var wrong []error
	all := s.list()
	for _, each := range all {
		value, ok := each.secret()
		if !ok {
			continue
		}
		file := find(all, each.variable+fileSuffix)
		if file.isSet() && each.isSet() {
			wrong = append(wrong, fmt.Errorf("%s and %s are both set: take one away (%s, %s)",
				each.key, file.key, each.variable, file.variable))
			continue
		}
		if !file.isSet() {
			continue
		}
		path := *file.value.(*string) //nolint:forcetypeassert // All files of secrets are strings.
		content, warnings, err := secret.ReadFile(path)
		text := strings.TrimSpace(string(content))
		if err == nil && text == "" {
			err = fmt.Errorf("%s is empty", path)
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s (%s): %w", file.key, file.variable, err))
			continue
		}
		*value = newSecret(text)
		s.warnings = append(s.warnings, warnings...)
	}
	return errors.Join(wrong...)
}
