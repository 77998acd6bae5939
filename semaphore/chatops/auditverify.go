package chatops

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"time"
)

// AuditSummary is what [VerifyAudit] has read. The zero value is that of an empty audit.
type AuditSummary struct {
	Entries     int
	First, Last uint64    // The numbers of the first and of the last entry.
	From, To    time.Time // Their times.
	Sum         string    // The hash at the end of the last line. An audit that has only grown still has that line.
}

// AuditError names the first line of an audit that is not as it was written.
type AuditError struct {
	Line    int // Counted from 1.
	Problem string
}

// Error names the line and what is wrong with it.
func (e *AuditError) Error() string {
	return fmt.Sprintf("chatops: verify audit: line %d %s", e.Line, e.Problem)
}

// VerifyAudit reads an audit from its beginning to its end and checks that no line was changed, removed, put in or moved.
// The first that is wrong is an [*AuditError]; the summary is then of the lines before it. A last line without an end is
// wrong too, until [OpenAudit] has removed it.
func VerifyAudit(r io.Reader) (AuditSummary, error) {
	var s AuditSummary
	lines := bufio.NewReaderSize(r, maxAuditLine)
	for {
		line, err := lines.ReadSlice('\n')
		switch {
		case errors.Is(err, io.EOF) && len(line) == 0:
			return s, nil
		case errors.Is(err, io.EOF):
			return s, s.wrong("is cut short")
		case errors.Is(err, bufio.ErrBufferFull):
			return s, s.wrong("is too long")
		case err != nil:
			return s, fmt.Errorf("chatops: verify audit: %w", err)
		}
		entry, sum, err := unseal(line)
		switch {
		case err != nil:
			return s, s.wrong("was changed: " + err.Error())
		case entry.Prev != s.Sum:
			return s, s.wrong("does not follow the line before it: lines are missing, were put in or were moved")
		case s.Entries > 0 && entry.Seq != s.Last+1:
			return s, s.wrong(fmt.Sprintf("has the number %d after %d", entry.Seq, s.Last))
		}
		if s.Entries++; s.Entries == 1 {
			s.First, s.From = entry.Seq, entry.Time
		}
		s.Last, s.To, s.Sum = entry.Seq, entry.Time, sum
	}
}

// wrong says what is wrong with the next line.
func (s *AuditSummary) wrong(problem string) error {
	return &AuditError{Line: s.Entries + 1, Problem: problem}
}
