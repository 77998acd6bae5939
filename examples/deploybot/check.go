package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// checkTimeout bounds all that check asks of servers.
const checkTimeout = time.Minute

// check tries everything that the settings name and changes nothing.
func (p program) check(ctx context.Context, args arguments) int {
	s, err := p.settings(args)
	if err == nil {
		err = s.check()
	}
	if err != nil {
		return p.refuse(err)
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	c := &checklist{to: p.stdout}
	for _, remark := range s.warnings {
		c.note(remark)
	}
	policy := c.files(s)
	c.semaphore(ctx, s, policy)
	c.chat(ctx, s, policy)
	if c.wrong > 0 {
		are := "are"
		if c.wrong == 1 {
			are = "is"
		}
		fmt.Fprintf(p.stdout, "\n%d of %d things %s wrong.\n", c.wrong, c.looked, are)
		return statusFailed
	}
	fmt.Fprintf(p.stdout, "\nAll %d things are right.\n", c.looked)
	return statusOK
}

// checklist writes what was found, a line each.
type checklist struct {
	to            io.Writer
	looked, wrong int
}

func (c *checklist) note(remark string) { fmt.Fprintln(c.to, "  note ", remark) }

// look notes whether something is right, and says which.
func (c *checklist) look(what string, err error) bool {
	all := problems(err)
	for _, problem := range all {
		fmt.Fprintf(c.to, "  WRONG %s: %s\n", what, strings.ReplaceAll(problem.Error(), "\n", "\n        "))
	}
	c.looked += max(1, len(all))
	c.wrong += len(all)
	if err != nil {
		return false
	}
	fmt.Fprintln(c.to, "  ok   ", what)
	return true
}

// files looks at the folder and at the files that the settings name.
func (c *checklist) files(s settings) chatops.Policy {
	c.look("folder "+s.Data, checkFolder(s.Data))
	for _, path := range []string{s.storeFile(), s.auditFile(), s.matrixFile(), s.pickleKeyFile()} {
		if err := checkPrivate(path); err != nil {
			c.look("file "+path, err)
		}
	}
	if file, err := os.Open(s.auditFile()); err == nil {
		_, err = chatops.VerifyAudit(file)
		c.look("audit "+s.auditFile(), errors.Join(err, file.Close()))
	}
	if s.Messages != "" {
		_, err := readMessages(s.Messages)
		c.look("messages "+s.Messages, err)
	}
	policy, err := readPolicy(s.Policy)
	if s.Policy != "" {
		c.look("policy "+s.Policy, err)
	}
	return policy
}

// checkFolder finds out whether files can be made in the folder of everything.
// One that is not there yet will be, where the folder above allows that.
func checkFolder(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		above := filepath.Dir(path)
		for !exists(above) {
			above = filepath.Dir(above)
		}
		return tryFolder(above)
	case err != nil:
		return err
	case !info.IsDir():
		return errors.New("it is not a folder")
	case othersMay(info.Mode(), writable):
		return fmt.Errorf("others can put files into it, its mode is %#o: run chmod 700 %s", info.Mode().Perm(), path)
	}
	return tryFolder(path)
}

// tryFolder makes a file in a folder and removes it. A full disk shows when
// something is written to it.
func tryFolder(path string) error {
	file, err := os.CreateTemp(path, ".check-")
	if err != nil {
		return fmt.Errorf("this user can make nothing in %s (make it writable, or choose another folder): %w", path, err)
	}
	const little = 64 << 10
	_, err = file.Write(make([]byte, little))
	return errors.Join(err, file.Close(), os.Remove(file.Name()))
}

// checkPrivate finds files that others can read.
func checkPrivate(path string) error {
	info, err := os.Stat(path)
	if err != nil || !othersMay(info.Mode(), readable) {
		return nil //nolint:nilerr // What is not there will be made.
	}
	return fmt.Errorf("others can read it, its mode is %#o: run chmod 600 %s", info.Mode().Perm(), path)
}

// chat tries the connection to the chat, and looks for all that is named.
func (c *checklist) chat(ctx context.Context, s settings, policy chatops.Policy) {
	silent := slog.New(slog.DiscardHandler)
	if s.chat() == onMatrix {
		c.matrix(ctx, s, policy, silent)
	} else {
		c.zulip(ctx, s, policy, silent)
	}
}

// people looks for everybody in the settings and in the policy.
func (c *checklist) people(ctx context.Context, s settings, policy chatops.Policy, person func(ctx context.Context, name string) (chatops.UserID, error)) {
	for _, name := range s.Admins {
		_, err := person(ctx, name)
		c.look("administrator "+name, err)
	}
	var wrong []error
	users := usersOf(policy)
	for _, user := range users {
		_, err := person(ctx, string(user))
		wrong = append(wrong, err)
	}
	if len(users) > 0 {
		c.look("people in the policy", errors.Join(wrong...))
	}
}
