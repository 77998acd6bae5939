package chatops

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// maxAuditLine bounds one line of the audit, in bytes. The fields of an entry are far shorter.
const maxAuditLine = 64 << 10

// Audit is a file of [AuditEntry] in JSON, a line each. Every line ends with a hash of itself, "sum", and names that of
// the line before, "prev". So a line that is changed, removed, put in or moved is found by [VerifyAudit]. What the chain
// cannot show is that its end was cut off, or that all of it was written anew: keep [AuditSummary].Sum elsewhere from time
// to time, or send the file away as it grows.
//
// Make one with [OpenAudit]. It is safe for concurrent use.
type Audit struct {
	mu   sync.Mutex
	file *os.File
	last uint64 // The number of the last entry, 0 in an empty file.
	sum  string // Of the last line, "" in an empty file.
	size int64  // Up to the end of the last line.
	torn bool   // Something is behind that which could not be removed.
}

// auditLine is a line of the file, but for the hash at its end.
type auditLine struct {
	AuditEntry
	Prev string `json:"prev"`
}

// The end of a line has one form, so that there is one way to write a line.
const (
	sumBegin = `,"sum":"`
	sumEnd   = `"}`
	sumSize  = len(sumBegin) + 2*sha256.Size + len(sumEnd)
)

// seal makes the line of an entry, with its end, and returns its hash too.
func (l auditLine) seal() (line []byte, sum string, err error) {
	if line, err = json.Marshal(l); err != nil {
		return nil, "", err
	}
	sum = sumOf(line)
	line = append(line[:len(line)-1], sumBegin+sum+sumEnd+"\n"...)
	return line, sum, nil
}

// unseal reads a line and checks its hash.
func unseal(line []byte) (l auditLine, sum string, err error) {
	line = bytes.TrimSuffix(line, []byte("\n"))
	if len(line) < sumSize {
		return l, "", errors.New("it has no hash")
	}
	body := append(bytes.Clone(line[:len(line)-sumSize]), '}')
	sum = sumOf(body)
	if string(line[len(body)-1:]) != sumBegin+sum+sumEnd {
		return l, "", errors.New("its hash is another")
	}
	err = json.Unmarshal(body, &l)
	return l, sum, err
}

func sumOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// OpenAudit opens the file at path to add entries to it, and makes it where it is absent. Only its owner may read and
// write it, mode 0600. A last line that a crash has cut short is removed; the engine writes it again. Else the file is
// not checked here: [VerifyAudit] does that. A file whose last line is none of an audit is refused.
//
// The caller closes the audit after the engine's Run has returned. A file that is moved away goes on to be written until
// then; the next one begins a chain of its own, in which the numbers go on.
func OpenAudit(path string) (*Audit, error) {
	a, err := openAudit(path)
	if err != nil {
		return nil, fmt.Errorf("chatops: open audit: %w", err)
	}
	return a, nil
}

func openAudit(path string) (*Audit, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file (choose another file)", path)
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	a := &Audit{file: file}
	if err = a.readEnd(); err == nil {
		err = file.Chmod(0o600)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), file.Close())
	}
	return a, nil
}

// readEnd finds the last line, and cuts off what follows it.
func (a *Audit) readEnd() error {
	info, err := a.file.Stat()
	if err != nil {
		return err
	}
	from := max(0, info.Size()-2*maxAuditLine)
	end := make([]byte, info.Size()-from)
	if _, err := a.file.ReadAt(end, from); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	lines := end[:bytes.LastIndexByte(end, '\n')+1]
	if len(lines) == 0 && (from > 0 || len(end) > 0 && end[0] != '{') {
		return errors.New("it is not an audit (choose another file)")
	}
	a.size = from + int64(len(lines))
	if len(lines) > 0 {
		line := lines[bytes.LastIndexByte(lines[:len(lines)-1], '\n')+1:]
		entry, sum, err := unseal(line)
		if err != nil {
			return fmt.Errorf("its last line is damaged (verify it and move it away): %w", err)
		}
		a.last, a.sum = entry.Seq, sum
	}
	if a.size < info.Size() {
		return a.file.Truncate(a.size)
	}
	return nil
}

// write appends the entries that the file does not have yet, all of them in one write, and waits for the disk.
func (a *Audit) write(entries []AuditEntry) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	var lines []byte
	last, sum := a.last, a.sum
	for _, entry := range entries {
		if entry.Seq <= last {
			continue
		}
		line, next, err := auditLine{AuditEntry: entry, Prev: sum}.seal()
		if err != nil {
			return fmt.Errorf("chatops: write audit: entry %d: %w", entry.Seq, err)
		}
		lines = append(lines, line...)
		last, sum = entry.Seq, next
	}
	if len(lines) == 0 {
		return nil
	}
	var err error
	if a.torn { // What was written of it before would be there twice.
		err = a.file.Truncate(a.size)
	}
	if err == nil {
		_, err = a.file.Write(lines)
	}
	if err == nil {
		err = a.file.Sync()
	}
	if a.torn = err != nil; a.torn {
		return fmt.Errorf("chatops: write audit: %w", err)
	}
	a.last, a.sum, a.size = last, sum, a.size+int64(len(lines))
	return nil
}

// number is that of the last entry.
func (a *Audit) number() uint64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.last
}

// Close closes the file. An engine that uses it from then on keeps entries in its store and complains.
func (a *Audit) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.file.Close(); err != nil {
		return fmt.Errorf("chatops: close audit: %w", err)
	}
	return nil
}
