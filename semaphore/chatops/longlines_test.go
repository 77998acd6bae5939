package chatops

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore"
	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// shortPlay is a log of three lines, the second of which gives the reason behind so many characters.
func shortPlay(ahead int) []string {
	return []string{
		"TASK [deploy : migrate] ***",
		`fatal: [web1]: FAILED! => {"stdout": "` + strings.Repeat("x", ahead) + `", "msg": "the reason"}`,
		"Failed to run task: exit status 2",
	}
}

// Ansible writes a whole failure on one line: the reason is often at its end.
func TestALongLineOfAShortLogIsNotLost(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ahead   int
		inBlock bool
	}{
		"the block has it":     {1_000, true},
		"only the file has it": {5_000, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newTown(t)
				lines := shortPlay(c.ahead)
				o.server.SetScript(o.website.ID, o.deploy.ID, semaphoretest.Script{
					Lines: len(lines), Line: func(i int) string { return lines[i] }, ExitCode: 2,
				})
				o.tracked(o.deploy)
				o.pass(time.Minute)
				thread := o.below(o.messages()[0])
				require.Len(t, thread, 3)
				assert.Equal(t, c.inBlock, strings.Contains(thread[1].text, "the reason"))
				assert.Contains(t, thread[1].text, "The log, its long lines cut")
				assert.Contains(t, thread[2].file, "the reason")
				assert.Contains(t, thread[2].text, "The whole log: ")
			})
		})
	}
}

func TestTheLogOfARunningTaskIsNotWhole(t *testing.T) {
	t.Parallel()
	x := excerptOfText("a\nb")
	assert.Contains(t, x.report(semaphore.StatusRunning, nil).String(), "The log so far")
	assert.Contains(t, x.report(semaphore.StatusSuccess, nil).String(), "The whole log")
}

func TestAnErrorThatIsCutBelowIsShownAbove(t *testing.T) {
	t.Parallel()
	x := excerptOfText("compiling\nerror: " + strings.Repeat("y", 1_000) + " the reason")
	assert.Contains(t, strings.Join(x.failure(), "\n"), "the reason")
}
