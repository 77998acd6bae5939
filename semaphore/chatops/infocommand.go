package chatops

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"strconv"
	"time"
)

// infoCommands are the commands about the bot and about Semaphore as a whole.
func (e *Engine) infoCommands() []command {
	return []command{
		e.helpCommand(),
		{name: "ping", role: Viewer, summary: "ask whether Semaphore is there", do: doPing},
		{
			name: "info", role: Viewer,
			summary: "show versions, what is going on, and your role",
			detail:  "It tells nothing about the machine that I run on.",
			do:      doInfo,
		},
		{name: "admins", role: Viewer, summary: "list who may do everything here", do: doAdmins},
	}
}

func doPing(ctx context.Context, e *Engine, c *call) (decision, error) {
	ctx, cancel := context.WithTimeout(ctx, gatherTimeout)
	defer cancel()
	asked := time.Now()
	err := e.Semaphore.Ping(ctx)
	text := fmt.Sprintf("Pong. Semaphore answered in %d ms.", time.Since(asked).Milliseconds())
	if err != nil {
		e.logFailure(ctx, "ping Semaphore", err)
		text = "I am here, but: " + meaning(err)
	}
	if personal := c.greet(e.Messages.Ping); personal != "" {
		text = personal + " " + text
	}
	return e.answers(c, sentence(text)), nil
}

func doInfo(ctx context.Context, e *Engine, c *call) (decision, error) {
	ctx, cancel := context.WithTimeout(ctx, gatherTimeout)
	defer cancel()
	info, err := e.Semaphore.Info(ctx)
	version := clean(info.Version, 60)
	if err != nil {
		e.logFailure(ctx, "ask Semaphore for its version", err)
		version = meaning(err)
	}
	bot := "development"
	if build, ok := debug.ReadBuildInfo(); ok && build.Main.Version != "" && build.Main.Version != "(devel)" {
		bot = build.Main.Version
	}
	rows := [][]string{
		{"About", "Is"},
		{"Bot", bot},
		{"Semaphore", version},
		{"Commands begin with", e.Prefix},
		{"Your role here", c.policy.role(c.in).String()},
	}
	return func(tx Tx) (changes, error) {
		rows := slices.Clone(rows)
		for _, counted := range []struct{ name, prefix string }{
			{"Tasks that I follow", "track/"}, {"Locks", "lock/"}, {"Watches", "watch/"}, {"Aliases", "alias/"},
		} {
			n, err := countRecords(tx, counted.prefix)
			if err != nil {
				return changes{}, err
			}
			rows = append(rows, []string{counted.name, strconv.Itoa(n)})
		}
		return changes{messages: e.reply(c.in, c.in.key("reply"), Text{table(rows...)})}, nil
	}, nil
}

// countRecords counts the records below a prefix.
func countRecords(tx Tx, prefix string) (n int, err error) {
	for _, err := range tx.Scan(prefix, "") {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// maxPeople bounds the lists of people.
const maxPeople = 50

func doAdmins(_ context.Context, e *Engine, c *call) (decision, error) {
	text := say(plain("These may do everything here:"))
	listed := map[UserID]bool{}
	for _, g := range c.policy.Grants {
		for _, user := range g.Users {
			if listed[user] || c.policy.everywhere(user, c.policy.place(c.in)) < Admin {
				continue
			}
			if listed[user] = true; len(listed) <= maxPeople {
				text = append(text, item(person(user, string(user))))
			}
		}
	}
	switch n := len(listed); {
	case n == 0:
		text = sentence("Nobody is an admin here.")
	case n > maxPeople:
		text = append(text, andMore(n-maxPeople))
	}
	return e.answers(c, text), nil
}
