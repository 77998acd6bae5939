package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// hostile is a log of colours and of attempts to do more than that.
func hostile() semaphoretest.Script {
	lines := []string{
		"\x1b[0;32mok: [web1]\x1b[0m",
		"\x1b[1;31mleft open",
		"\x1b]0;a new title\a\x1b[2J\x1b[Hnothing is erased",
		"10 %\r55 %\r100 %",
		"\x1bc\x07\x9b2J",
	}
	return semaphoretest.Script{Lines: len(lines), Rate: 1, Line: func(i int) string { return lines[i] }, Hold: 2 * time.Second}
}

// TestScreen is what somebody sees: styles stand in braces.
func TestScreen(t *testing.T) {
	t.Parallel()
	inBooth(t, hostile(), func(b *booth) {
		b.sit()
		b.start("deploy")
		b.pass(1500 * time.Millisecond)
		begin := `{1}Task 1 of deploy: http://127.0.0.1/project/1/templates/1?t=1{}
Task 1 added to queue
Started task #1 of template 'deploy'
Preparing: 1
Cloning Repository https://git.example/repo.git
Cloning into 'repository_1_1'...
installing static inventory
{0;32}ok: [web1]{}
{1;31}left open{}
`
		assert.Equal(t, begin+`{2}running 0:01 · 8 lines · Ctrl-C to stop or leave{}`, b.terminal.picture())
		b.interrupt()
		b.types("")
		b.ends(statusSuccess)
		assert.Equal(t, begin+`nothing is erased
{1}Stop the task (s), only stop watching (w), or go on (enter)? {}
… 100 %
␛c␇`+"\ufffd"+`2J
{32}success after 0:06: http://127.0.0.1/project/1/templates/1?t=1{}
`, b.terminal.picture())
	})
}

func TestScreenWithoutColours(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]struct {
		variable, flag string
	}{"by NO_COLOR": {variable: "NO_COLOR"}, "by TERM": {variable: "TERM"}, "by flag": {flag: "-no-color"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBooth(t, hostile(), func(b *booth) {
				b.sit()
				if how.variable != "" {
					b.env[how.variable] = "dumb"
				}
				args := []string{"deploy"}
				if how.flag != "" {
					args = append(args, how.flag)
				}
				b.runs(statusSuccess, args...)
				assert.Equal(t, b.terminal.text(), b.terminal.picture())
				assert.Contains(t, b.terminal.text(), "\nok: [web1]\nleft open\n")
			})
		})
	}
}

func TestNoColoursInAFile(t *testing.T) {
	t.Parallel()
	inBooth(t, hostile(), func(b *booth) {
		b.runs(statusSuccess, "deploy")
		assert.NotContains(t, b.stdout.String()+b.stderr.String(), "\x1b")
		assert.Contains(t, b.stdout.String(), "\nok: [web1]\nleft open\nnothing is erased\n… 100 %\n")
	})
}
