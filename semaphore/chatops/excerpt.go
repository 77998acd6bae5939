package chatops

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// How much of a log is shown.
const (
	lastLines     = 20    // of its end
	maxBlock      = 14    // lines of what failed
	maxShownLine  = 400   // runes of a line
	maxFailedLine = 2_000 // runes of a line of what failed: Ansible tells the reason on one, as JSON
	before        = 4     // lines ahead of an error that nothing else explains
	after         = 8     // and from there on
)

// excerpt reads a log line by line and keeps what is worth showing: how it ends and what failed. It holds no more than
// a few dozen lines of it. The zero value is ready.
type excerpt struct {
	lines int
	last  []string // The end, at most lastLines.
	cut   bool     // A line was too long to be shown whole.

	header  string // Of the part of the play that is being read.
	current []string
	dropped bool     // Lines of the current block were left out.
	failed  []string // The last block that failed.
	skipped bool     // Lines of it were left out.

	error     []string // The last lines that speak of an error, with some before them.
	errorFrom int      // The number of the first of them.
	wanted    int      // How many more belong to it.
}

// add reads an entry of the log, which may be several lines.
func (x *excerpt) add(output string) {
	for _, line := range logLines(output, maxFailedLine) {
		x.line(line)
	}
}

// end is called after the last line.
func (x *excerpt) end() { x.close() }

func (x *excerpt) line(line string) {
	x.playLine(line)
	x.errorLine(line)
	if long(line) {
		x.cut = true
		line = cleanLine(line, maxShownLine)
	}
	if x.last = append(x.last, line); len(x.last) > lastLines {
		x.last = x.last[1:]
	}
	x.lines++
}

// long says whether a line is cut where it is not about a failure.
func long(line string) bool {
	return len(line) > maxShownLine && utf8.RuneCountInString(line) > maxShownLine
}

// file says whether the log is more than what is shown of its end, so that the file is worth having.
func (x *excerpt) file() bool { return x.lines > lastLines || x.cut }

// playHeader says whether a line of Ansible begins something.
func playHeader(line string) bool {
	for _, begins := range []string{"TASK ", "PLAY ", "PLAY RECAP ", "RUNNING HANDLER ", "NO MORE HOSTS LEFT "} {
		if strings.HasPrefix(line, begins) {
			return strings.HasPrefix(line[len(begins):], "[") || strings.HasSuffix(line, "***")
		}
	}
	return false
}

// playFailure says whether a line of Ansible says that something failed.
func playFailure(line string) bool {
	return strings.HasPrefix(line, "fatal: [") || strings.HasPrefix(line, "failed: [") || strings.Contains(line, ": FAILED! =>") ||
		strings.Contains(line, ": UNREACHABLE! =>") || strings.HasPrefix(line, "An exception occurred during task execution")
}

// playIgnored says whether a line of Ansible says that a failure did not matter.
func playIgnored(line string) bool { return strings.HasPrefix(line, "...ignoring") }

// errorWord finds a word for an error among the first few, or where programs usually have it.
var errorWord = regexp.MustCompile(
	`(?i)^(\S+ ){0,3}(error|fatal|panic|exception|traceback)\b|\berror: |: error\b|: command not found|No such file or directory`)

// errorHints are parts of the words for errors, by which most lines are quickly left out: logs are long.
var errorHints = []string{"rror", "ERROR", "atal", "FATAL", "anic", "PANIC", "xception", "EXCEPTION", "raceback", "not found", "No such"}

// speaksOfError says whether a line is about an error of the program.
func speaksOfError(line string) bool {
	for _, hint := range errorHints {
		if strings.Contains(line, hint) {
			return errorWord.MatchString(line) && !serverLine(line)
		}
	}
	return false
}

// playLine follows a play of Ansible.
func (x *excerpt) playLine(line string) {
	switch {
	case playHeader(line):
		x.close()
		x.header = line
	case playIgnored(line):
		x.current, x.dropped = nil, false
	case len(x.current) == 0 && !playFailure(line):
	case len(x.current) == 0 && x.header != "":
		x.current = []string{x.header, line}
	case len(x.current) >= maxBlock:
		x.dropped = true
	default:
		x.current = append(x.current, line)
	}
}

// close ends the block that is being read. What failed last is what ended the play.
func (x *excerpt) close() {
	if len(x.current) == 0 {
		return
	}
	for len(x.current) > 0 && x.current[len(x.current)-1] == "" {
		x.current = x.current[:len(x.current)-1]
	}
	x.failed, x.skipped = x.current, x.dropped
	x.current, x.dropped = nil, false
}

// errorLine keeps the last lines that speak of an error.
func (x *excerpt) errorLine(line string) {
	if x.wanted <= after/2 && speaksOfError(line) {
		x.error = append([]string{}, x.last[max(0, len(x.last)-before):]...)
		x.errorFrom = x.lines - len(x.error)
		x.wanted = after
	}
	if x.wanted > 0 {
		x.error = append(x.error, line)
		x.wanted--
	}
}

// serverLine says whether Semaphore itself wrote a line about the end of the program, which says nothing about why.
func serverLine(line string) bool {
	return strings.HasPrefix(line, "Running app failed: ") || strings.HasPrefix(line, "Failed to run task: ")
}

// failure is the block of the task that failed; without one, the lines around the last error, unless they are among
// the last lines, which are shown anyway, and are shown whole there.
func (x *excerpt) failure() []string {
	block := x.failed
	if x.skipped {
		block = append(append([]string{}, block...), "…")
	}
	if len(block) == 0 && (x.errorFrom < x.lines-len(x.last) || slices.ContainsFunc(x.error, long)) {
		block = x.error
	}
	return block
}

// escapes are the sequences with which programs colour what they print and move the cursor.
var escapes = regexp.MustCompile("\x1b(\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(\x07|\x1b\\\\)|[@-Z\\\\^_a-z])|\u009b[0-?]*[ -/]*[@-~]")

// maxEntry is how much of one entry of a log is looked at for showing it.
const maxEntry = 64 << 10

// logLines makes lines that are fit to be shown of an entry of a log: without colours, what was overwritten after a
// carriage return, control characters and what is more than limit characters of a line.
func logLines(output string, limit int) []string {
	if len(output) <= limit && !strings.ContainsFunc(output, func(r rune) bool { return r < ' ' || r > '~' }) {
		return []string{strings.TrimRight(output, " ")} // As most lines are.
	}
	if len(output) > maxEntry {
		output = strings.ToValidUTF8(output[:maxEntry], "") + "…"
	}
	if strings.ContainsAny(output, "\x1b\u009b") {
		output = escapes.ReplaceAllString(output, "")
	}
	lines := strings.Split(strings.TrimSuffix(strings.ReplaceAll(output, "\r\n", "\n"), "\n"), "\n")
	for i, line := range lines {
		line = strings.TrimRight(line, "\r")
		if at := strings.LastIndexByte(line, '\r'); at >= 0 {
			line = line[at+1:]
		}
		lines[i] = cleanLine(line, limit)
	}
	return lines
}
