package chatops

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/semaphore"
)

// play is how a play of Ansible looks that fails on the second of its tasks.
const play = `PLAY [web] *********************************************************************

TASK [Gathering Facts] *********************************************************
ok: [web1]
ok: [web2]

TASK [optional package] ********************************************************
fatal: [web1]: FAILED! => {"changed": false, "msg": "no such package"}
...ignoring

TASK [deploy : restart the service] ********************************************
changed: [web1]
fatal: [web2]: FAILED! => {"changed": false, "msg": "Unable to restart service nginx"}

NO MORE HOSTS LEFT *************************************************************

PLAY RECAP *********************************************************************
web1                       : ok=3    changed=1    unreachable=0    failed=0    skipped=0    rescued=0    ignored=1
web2                       : ok=2    changed=0    unreachable=0    failed=1    skipped=0    rescued=0    ignored=0

Running ansible-playbook failed
Failed to run task: exit status 2`

func excerptOfText(text string) *excerpt {
	var x excerpt
	for line := range strings.SplitSeq(text, "\n") {
		x.add(line)
	}
	x.end()
	return &x
}

func TestTheBlockOfTheTaskThatFailed(t *testing.T) {
	t.Parallel()
	x := excerptOfText(play)
	assert.Equal(t, []string{
		"TASK [deploy : restart the service] ********************************************",
		`fatal: [web2]: FAILED! => {"changed": false, "msg": "Unable to restart service nginx"}`,
	}, x.failure())
	assert.Len(t, x.last, lastLines)
	assert.Equal(t, "Failed to run task: exit status 2", x.last[lastLines-1])
	assert.Equal(t, strings.Count(play, "\n")+1, x.lines)

	report := x.report(semaphore.StatusError, nil).String()
	assert.Contains(t, report, "What failed\nTASK [deploy : restart the service]")
	assert.Contains(t, report, "The last 20 of 22 lines")
	assert.NotContains(t, x.report(semaphore.StatusSuccess, nil).String(), "What failed")
}

func TestALongFailureIsCut(t *testing.T) {
	t.Parallel()
	text := "TASK [yaml callback] ***\nfatal: [db]: FAILED! =>\n" + strings.Repeat("  detail: x\n", 100) + "PLAY RECAP ***\n" + strings.Repeat("end\n", 30)
	block := excerptOfText(text).failure()
	assert.Len(t, block, maxBlock+1)
	assert.Equal(t, "…", block[maxBlock])
}

func TestAnErrorOfAProgramThatIsNotAnsible(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("compiling\n", 50) + "main.go:3: error: undefined: x\nhint: spell it right\n" + strings.Repeat("cleaning up\n", 40) +
		"Failed to run task: exit status 1"
	block := excerptOfText(text).failure()
	assert.Contains(t, block, "main.go:3: error: undefined: x")
	assert.Equal(t, "compiling", block[0])
	assert.LessOrEqual(t, len(block), before+after)

	near := excerptOfText("a\nerror: here\nb")
	assert.Empty(t, near.failure(), "it is among the last lines, which are shown anyway")
}

func TestLinesAreFitToBeShown(t *testing.T) {
	t.Parallel()
	for entry, want := range map[string][]string{
		"plain":                           {"plain"},
		"Started: 7\n":                    {"Started: 7"},
		"\x1b[0;32mok: [web1]\x1b[0m":     {"ok: [web1]"},
		"\x1b[38;5;208morange\x1b[39;49m": {"orange"},
		"10%\r50%\r100%":                  {"100%"},
		"100%\r":                          {"100%"},
		"a\r\nb\r\n":                      {"a", "b"},
		"\x1b]8;;https://evil.example\x07x\x1b]0": {"x]0"},
		"\x1b]0;title\x07y":                       {"y"},
		"tab\there":                               {"tab    here"},
		"user\u202egnp.exe":                       {"usergnp.exe"},
		"bell\x07":                                {"bell"},
		"":                                        {""},
		strings.Repeat("x", 500):                  {strings.Repeat("x", maxShownLine-1) + "…"},
	} {
		assert.Equal(t, want, logLines(entry, maxShownLine), "%q", entry)
	}
	huge := logLines(strings.Repeat("y", 1<<20), maxShownLine)
	assert.Equal(t, maxShownLine, utf8.RuneCountInString(huge[0]))
}

// BenchmarkExcerpt reads a log of Ansible.
func BenchmarkExcerpt(b *testing.B) {
	lines := strings.Split(play, "\n")
	b.SetBytes(int64(20_000 * len(play) / len(lines)))
	for b.Loop() {
		var x excerpt
		for i := range 20_000 {
			x.add(lines[i%len(lines)])
		}
		x.end()
	}
}

func FuzzExcerpt(f *testing.F) {
	f.Add(play)
	f.Add("\x1b[31mfatal: [x]: FAILED! =>\r\n\x00\xff...ignoring")
	f.Add("error: \n\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		x := excerptOfText(text)
		for _, status := range []semaphore.TaskStatus{semaphore.StatusError, semaphore.StatusSuccess} {
			shown := x.report(status, nil)
			lines := 0
			for _, b := range shown {
				lines += strings.Count(b.Code, "\n") + 1
				for line := range strings.SplitSeq(b.Code, "\n") {
					if n := utf8.RuneCountInString(line); n > maxFailedLine {
						t.Errorf("a line of %d characters", n)
					}
					if strings.ContainsFunc(line, unseen) || !utf8.ValidString(line) {
						t.Errorf("%q has characters that nobody sees", line)
					}
				}
			}
			if lines > lastLines+maxBlock+before+after+4 {
				t.Errorf("%d lines", lines)
			}
		}
	})
}
