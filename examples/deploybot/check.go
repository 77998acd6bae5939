package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/signalbox-go/signalbox/semaphore/chatops"
)

// checkTimeout bounds all that check asks of servers.
const checkTimeout = time.Minute

// check tries everything that the settings name and changes nothing.
func (p program) check(ctx context.Context, args arguments) int {
	s, err := readSettings(args, p.getenv)
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
	c.chat(ctx, s)
	if c.wrong > 0 {
		fmt.Fprintf(p.stdout, "\n%d of %d things are wrong.\n", c.wrong, c.looked)
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
	for _, problem := range problems(err) {
		fmt.Fprintf(c.to, "  WRONG %s: %s\n", what, strings.ReplaceAll(problem.Error(), "\n", "\n        "))
	}
	c.looked++
	if err != nil {
		c.wrong++
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
// One that is not there yet will be.
func checkFolder(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.IsDir():
		return errors.New("it is not a folder")
	case othersMay(info.Mode(), writable):
		return fmt.Errorf("others can put files into it, its mode is %#o: run chmod 700 %s", info.Mode().Perm(), path)
	}
	file, err := os.CreateTemp(path, ".check-")
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}

// checkPrivate finds files that others can read.
func checkPrivate(path string) error {
	info, err := os.Stat(path)
	if err != nil || !othersMay(info.Mode(), readable) {
		return nil //nolint:nilerr // What is not there will be made.
	}
	return fmt.Errorf("others can read it, its mode is %#o: run chmod 600 %s", info.Mode().Perm(), path)
}

// chat tries the connection to the chat.
func (c *checklist) chat(ctx context.Context, s settings) {
	silent := slog.New(slog.DiscardHandler)
	if s.chat() == onMatrix {
		c.matrix(ctx, s, silent)
		return
	}
	client, _, err := newZulipClient(s, silent)
	if !c.look("settings of Zulip", err) {
		return
	}
	user, err := client.OwnUser(ctx)
	if !c.look("Zulip "+client.Site(), explainZulip(err)) {
		return
	}
	if !user.IsBot {
		c.note(user.FullName + " is a person's account: make a bot in Zulip, and everybody sees what it is")
	}
	side, err := newZulip(s, silent)
	if !c.look("chat", err) {
		return
	}
	for _, name := range s.Admins {
		_, err := side.person(ctx, name)
		c.look("administrator "+name, err)
	}
	rooms, err := side.chat.Rooms(ctx)
	for _, name := range s.Rooms {
		if _, there := findRoom(rooms, name); !there && err == nil {
			c.note("the bot is not in " + name + " yet, and will subscribe to it when it starts")
		}
	}
}
