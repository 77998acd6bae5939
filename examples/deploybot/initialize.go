package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// initialize writes a configuration and a policy to begin with. What the
// environment and the flags say already is in it; secrets are not.
func (p program) initialize(_ context.Context, args arguments) int {
	folder := "."
	if len(args.words) > 0 {
		folder = args.words[0]
	}
	args.config = "" // It would shadow nothing, and is about to be written.
	s, err := p.settings(args)
	if err != nil {
		return p.refuse(err)
	}
	if s.Policy == "" {
		s.Policy = filepath.Join(folder, "policy.yaml")
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return p.fail(err)
	}
	config := filepath.Join(folder, "deploybot.yaml")
	policy := s.handOver()
	files := []struct{ path, content string }{{config, s.template()}, {s.Policy, policy.policyTemplate()}}
	for _, file := range files {
		if exists(file.path) {
			return p.fail(fmt.Errorf("%s exists already, so nothing was written: move it away, or name another folder", file.path))
		}
	}
	for _, file := range files {
		if err := writeNew(file.path, file.content); err != nil {
			return p.fail(err)
		}
		fmt.Fprintln(p.stdout, "wrote", file.path)
	}
	fmt.Fprintf(p.stdout, `
Next:
  1. fill in %[1]s; secrets are best kept in files of their own
  2. say in %[2]s who may do what
  3. deploybot -config %[1]s check
  4. deploybot -config %[1]s
`, config, s.Policy)
	return statusOK
}

// writeNew writes a file for its owner alone, whole or not at all, and none that
// there is already.
func writeNew(path, content string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, privateFile)
	if err != nil {
		return err
	}
	_, err = file.WriteString(content)
	if err = errors.Join(err, file.Close()); err != nil {
		_ = os.Remove(path) // The first error says more.
	}
	return err
}

// template is a configuration file with a comment on every key, in which only
// what is set is in force.
func (s *settings) template() string {
	var b strings.Builder
	b.WriteString(`# The configuration of deploybot. Each key is also an environment variable, which
# shadows it. Paths count from the folder in which the bot is started. Nobody but
# its user may read this file: chmod 600.
`)
	section := ""
	for _, each := range s.list() {
		indent := ""
		if each.section() != "" {
			indent = "  "
		}
		if each.section() != section {
			section = each.section()
			fmt.Fprintf(&b, "\n%s:\n", section)
		} else {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s# %s (%s)\n", indent, strings.ToUpper(each.help[:1])+each.help[1:]+".", each.variable)
		if _, secret := each.secret(); secret || !each.isSet() {
			fmt.Fprintf(&b, "%s#%s: %s\n", indent, each.name(), each.argument)
			continue
		}
		fmt.Fprintf(&b, "%s%s: %s\n", indent, each.name(), each.yaml())
	}
	return b.String()
}
