package chatops

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// auditOf writes an audit with entries numbered from first to last and returns its path.
func auditOf(t *testing.T, first, last uint64) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	a, err := OpenAudit(path)
	require.NoError(t, err)
	require.NoError(t, a.write(auditEntries(first, last)))
	require.NoError(t, a.Close())
	return path
}

func auditEntries(first, last uint64) []AuditEntry {
	var all []AuditEntry
	for n := first; n <= last; n++ {
		all = append(all, AuditEntry{
			Seq: n, Time: time.Date(2026, 11, 23, 9, 0, int(n), 0, time.UTC), Actor: "ada", Room: ops, Event: "event-7",
			Command: "run", Decision: DecisionAsked, Request: "kx", Target: "website/deploy-prod (1/2)",
		})
	}
	return all
}

func verify(t *testing.T, path string) (AuditSummary, error) {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	return VerifyAudit(bytes.NewReader(content))
}

func TestAuditGrowsInOneChain(t *testing.T) {
	t.Parallel()
	path := auditOf(t, 1, 3)
	a, err := OpenAudit(path)
	require.NoError(t, err)
	require.NoError(t, a.write(auditEntries(2, 5)), "those that it has already are left out")
	require.NoError(t, a.Close())
	s, err := verify(t, path)
	require.NoError(t, err)
	assert.Equal(t, 5, s.Entries)
	assert.Equal(t, uint64(1), s.First)
	assert.Equal(t, uint64(5), s.Last)
	assert.Equal(t, time.Date(2026, 11, 23, 9, 0, 5, 0, time.UTC), s.To)
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	line, _, _ := strings.Cut(string(content), "\n")
	want := `{"seq":1,"time":"2026-11-23T09:00:01Z","actor":"ada","room":"ops","event":"event-7","command":"run",` +
		`"decision":"asked","request":"kx","target":"website/deploy-prod (1/2)","prev":"",` +
		`"sum":"bb15f0a3bd13c410915e86eb749a940b0b2e5a8d66b41e59ac58e773aeec5af0"}`
	assert.Zero(t, strings.Compare(want, line), "letter by letter, which is what is hashed: %s", line)
}

// Whatever people manage to get into a field, it stays in its line.
func TestAuditLinesHoldTogether(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	a, err := OpenAudit(path)
	require.NoError(t, err)
	evil := "x\n{\"seq\":2,\"forged\":1}\r\n\u2028\x1b[31m\x00\xff\""
	require.NoError(t, a.write([]AuditEntry{{Seq: 1, Actor: UserID(evil), Room: RoomID(evil), Command: evil, Reason: evil, Target: evil}}))
	require.NoError(t, a.Close())
	s, err := verify(t, path)
	require.NoError(t, err)
	assert.Equal(t, 1, s.Entries)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, 1, bytes.Count(content, []byte("\n")))
	for _, b := range bytes.TrimSuffix(content, []byte("\n")) {
		assert.GreaterOrEqual(t, b, byte(' '))
	}
}

func TestVerifyAuditNamesTheFirstWrongLine(t *testing.T) {
	t.Parallel()
	good, err := os.ReadFile(auditOf(t, 1, 4))
	require.NoError(t, err)
	lines := bytes.SplitAfter(good, []byte("\n"))[:4]
	join := func(order ...int) []byte {
		var all []byte
		for _, i := range order {
			all = append(all, lines[i]...)
		}
		return all
	}
	other, err := os.ReadFile(auditOf(t, 3, 3)) // The beginning of another file.
	require.NoError(t, err)
	for name, c := range map[string]struct {
		content []byte
		line    int
		problem string
	}{
		"a line is missing":          {join(0, 1, 3), 3, "does not follow the line before it"},
		"the first line is missing":  {join(1, 2), 1, "does not follow the line before it"},
		"lines are moved":            {join(0, 2, 1, 3), 2, "does not follow the line before it"},
		"a line is there twice":      {join(0, 1, 1), 3, "does not follow the line before it"},
		"a line of another file":     {append(join(0, 1), other...), 3, "does not follow the line before it"},
		"the last line is cut short": {good[:len(good)-10], 4, "is cut short"},
		"an empty line":              {append(join(0), '\n'), 2, "was changed"},
		"a long line":                {append(join(0), bytes.Repeat([]byte("x"), maxAuditLine+1)...), 2, "is too long"},
		"something else":             {[]byte("a log\n"), 1, "was changed: it has no hash"},
	} {
		s, err := VerifyAudit(bytes.NewReader(c.content))
		wrong, ok := errors.AsType[*AuditError](err)
		require.True(t, ok, "%s: %v", name, err)
		assert.Equal(t, c.line, wrong.Line, name)
		assert.Contains(t, wrong.Problem, c.problem, name)
		assert.Equal(t, c.line-1, s.Entries, name)
	}
	for i := range good { // One bit anywhere.
		bad := bytes.Clone(good)
		bad[i] ^= 1 << (i % 8)
		_, err := VerifyAudit(bytes.NewReader(bad))
		wrong, ok := errors.AsType[*AuditError](err)
		require.True(t, ok, "byte %d", i)
		assert.Equal(t, bytes.Count(good[:i], []byte("\n"))+1, wrong.Line, "byte %d", i)
	}
	s, err := VerifyAudit(strings.NewReader(""))
	require.NoError(t, err)
	assert.Zero(t, s)
}

// A crash may leave part of a line: it goes, and the entry is written again.
func TestOpenAuditRepairsItsEnd(t *testing.T) {
	t.Parallel()
	path := auditOf(t, 1, 3)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	begin := bytes.LastIndexByte(whole[:len(whole)-1], '\n') + 1
	for end := begin; end < len(whole); end += 7 {
		require.NoError(t, os.WriteFile(path, whole[:end], 0o600))
		a, err := OpenAudit(path)
		require.NoError(t, err)
		assert.Equal(t, uint64(2), a.number())
		require.NoError(t, a.write(auditEntries(1, 3)))
		require.NoError(t, a.Close())
		again, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, string(whole), string(again))
	}
}

func TestOpenAuditRefuses(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for name, c := range map[string]struct{ content, want string }{
		"a text":           {"DEPLOY_DATA=/var\n", "its last line is damaged (verify it and move it away)"},
		"a short text":     {"no line", "it is not an audit (choose another file)"},
		"a long line":      {strings.Repeat("x", 3*maxAuditLine), "it is not an audit (choose another file)"},
		"a forged ending":  {`{"seq":1,"time":"2026-11-23T09:00:01Z","decision":"done","prev":""}` + "\n", "its last line is damaged"},
		"JSON, but no sum": {"{}\n", "it has no hash"},
	} {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, []byte(c.content), 0o644))
		_, err := OpenAudit(path)
		require.ErrorContains(t, err, "chatops: open audit: "+path, name)
		require.ErrorContains(t, err, c.want, name)
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, c.content, string(content), "it is not changed")
	}
	_, err := OpenAudit(folder)
	require.ErrorContains(t, err, "is not a regular file")
	_, err = OpenAudit(filepath.Join(folder, "absent", "audit"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func FuzzVerifyAudit(f *testing.F) {
	f.Add([]byte("{}\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		s, err := VerifyAudit(bytes.NewReader(content))
		if err != nil {
			return
		}
		assert.Equal(t, bytes.Count(content, []byte("\n")), s.Entries)
	})
}

// What an attempt has left that failed is removed before the next one.
func TestAnAuditThatIsTornGoesOnInOneChain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	a, err := OpenAudit(path)
	require.NoError(t, err)
	require.NoError(t, a.write([]AuditEntry{{Seq: 1}}))
	whole := a.file
	a.file, err = os.Open(path) // Nothing can be written to it.
	require.NoError(t, err)
	require.Error(t, a.write([]AuditEntry{{Seq: 2}}))
	require.NoError(t, a.file.Close())
	_, err = whole.WriteString(`{"seq":2,"ti`)
	require.NoError(t, err)
	a.file = whole
	require.NoError(t, a.write([]AuditEntry{{Seq: 2}}))
	require.NoError(t, a.Close())
	content, err := os.Open(path)
	require.NoError(t, err)
	defer content.Close()
	s, err := VerifyAudit(content)
	require.NoError(t, err)
	assert.Equal(t, 2, s.Entries)
}
