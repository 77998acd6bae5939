package semaphore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"time"

	"github.com/signalbox-go/signalbox/internal/httpx"
)

// LogLine is a line of a task's log. What the task writes to its two outputs comes in one log.
type LogLine struct {
	// Number counts the lines from 0 in the order in which they are given.
	Number int
	// ID is the server's number of the line and StageID the stage that it belongs to: on servers since 2.16, and not
	// for lines that came live. 0 means unknown.
	ID      int64
	StageID StageID
	// Time is when the server got the line, as exactly as its database keeps it.
	Time time.Time
	// Output is the line without a line end, as a rule: some of the server's own lines have one. Escape sequences for
	// colours are in it, and so are carriage returns.
	Output string
}

// wireLine is a line in JSON.
type wireLine struct {
	ID      int64     `json:"id"`
	StageID StageID   `json:"stage_id"`
	Time    time.Time `json:"time"`
	Output  string    `json:"output"`
}

// maxLine bounds one line of a log. The longest that was measured had a million characters.
const maxLine = 8 << 20

// errLongLine is for a line over the bound.
var errLongLine = fmt.Errorf("a line of the log has more than %d MiB; read the log in the browser: %w", maxLine>>20, ErrTooLarge)

// Output reads the log of a task as far as the server has it now. The lines are decoded as they arrive, so that the size
// of the log does not matter; it may have a size of [WithMaxOutput] at most. An error is yielded once, last.
// The log of a task that runs or ended a moment ago is not complete; [Client.Follow] waits for the rest.
// API: GET /project/{project_id}/tasks/{task_id}/output.
func (c *Client) Output(ctx context.Context, project ProjectID, id TaskID) iter.Seq2[LogLine, error] {
	return func(yield func(LogLine, error) bool) {
		number, stopped := 0, false
		_, err := c.readOutput(ctx, project, id, 0, func(line wireLine) bool {
			stopped = !yield(LogLine{
				Number: number, ID: line.ID, StageID: line.StageID, Time: line.Time, Output: line.Output,
			}, nil)
			number++
			return !stopped
		})
		if err != nil && !stopped {
			yield(LogLine{}, err)
		}
	}
}

// readOutput fetches a log, drops the lines at its beginning and hands over the rest until each returns false.
// It returns the number of bytes that it read.
func (c *Client) readOutput(
	ctx context.Context, project ProjectID, id TaskID, drop int, each func(wireLine) bool,
) (int64, error) {
	r := call{op: "read output", method: http.MethodGet, path: in(project, "tasks", id, "output"), ofTask: true}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	body := &patientReader{limit: maxLine, timeout: c.config.timeout, cancel: cancel}
	err := body.within(func() error {
		source, err := c.stream(ctx, r)
		body.source = source
		return err
	})
	if err == nil {
		defer body.source.Close()
		err = decodeLines(body, drop, each)
	}
	if err == nil {
		return body.read, nil
	}
	if cause := context.Cause(ctx); cause != nil && errors.Is(cause, errStalled) {
		err = cause
	}
	_, answered := errors.AsType[*APIError](err)
	_, failed := errors.AsType[*httpx.TransportError](err)
	if !answered && !failed {
		err = r.malformed(tooLarge(err))
	}
	return body.read, r.wrap(err)
}

// decodeLines reads the JSON array of a log one element at a time.
func decodeLines(body *patientReader, drop int, each func(wireLine) bool) error {
	decoder := json.NewDecoder(body)
	start, err := decoder.Token()
	if err != nil {
		return cutOff(err)
	}
	if start == nil {
		return nil // null is no lines
	}
	if start != json.Delim('[') {
		return errors.New("it is not a list of lines")
	}
	var line wireLine // one for all, which spares an allocation each
	for decoder.More() {
		body.lineBegan()
		if drop > 0 {
			var skipped struct{}
			if err := decoder.Decode(&skipped); err != nil {
				return cutOff(err)
			}
			drop--
			continue
		}
		line = wireLine{}
		if err := decoder.Decode(&line); err != nil {
			return cutOff(err)
		}
		if !each(line) {
			return nil
		}
	}
	_, err = decoder.Token()
	return cutOff(err)
}

// cutOff tells the end of the body in the middle from its end.
func cutOff(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

var errStalled = errors.New("the server stopped sending")

// patientReader reads a body that may take long on the whole, but not between two pieces, and bounds the bytes of one
// line. The time in which nobody reads does not count.
type patientReader struct {
	source  io.ReadCloser
	limit   int
	timeout time.Duration
	cancel  context.CancelCauseFunc
	read    int64
	line    int
}

// lineBegan starts the count of a line's bytes. What the decoder has read ahead is little and does not matter.
func (r *patientReader) lineBegan() { r.line = 0 }

func (r *patientReader) Read(p []byte) (n int, err error) {
	if r.line > r.limit {
		return 0, errLongLine
	}
	err = r.within(func() error {
		n, err = r.source.Read(p)
		return err
	})
	r.read += int64(n)
	r.line += n
	return n, err
}

// within ends the request when f takes too long.
func (r *patientReader) within(f func() error) error {
	timer := time.AfterFunc(r.timeout, func() { r.cancel(errStalled) })
	defer timer.Stop()
	return f()
}
