package main

import (
	"errors"

	"github.com/signalbox-go/signalbox/examples/internal/variables"
)

// configFile is the variable that names the configuration file.
const configFile = "DEPLOY_CONFIG"

// settings reads the settings of the process. A variable that begins as the
// program's own do and is none of them is an error, as an unknown key of the
// configuration file is.
func (p program) settings(args arguments) (settings, error) {
	s, err := readSettings(args, p.getenv)
	remarks, unknown := p.mistyped()
	s.warnings = append(s.warnings, remarks...)
	return s, errors.Join(err, unknown)
}

// mistyped finds the variables that no setting has. Those of the chats and of
// Semaphore may be other programs': they are worth a remark.
func (p program) mistyped() (remarks []string, unknown error) {
	known := []string{configFile, allowReadable}
	for _, each := range new(settings).list() {
		known = append(known, each.variable)
	}
	return variables.Check(p.environ(), "DEPLOY_", known)
}
