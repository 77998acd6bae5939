package semaphore

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// APIError is an answer of the server that is not a success.
// The sentinels of this package match it with [errors.Is]; [errors.AsType] gives the details.
type APIError struct {
	// Status is the HTTP status, kept also when the body was not JSON.
	Status int
	// Message is what the server said, or else what its answer means, which is a guess where the server gives one
	// answer to several mistakes.
	Message string
	// Method and Path are of the request; the path has no query.
	Method, Path string
	// RetryAfter is how long the server asks to wait; 0 when it did not ask.
	RetryAfter time.Duration
	// Since is the version that brought the call, set when this server does not have it.
	Since string

	kinds []error // the sentinels that it matches
}

// Error says what happened without anything secret.
func (e *APIError) Error() string {
	return fmt.Sprintf("%s %s: %d: %s", e.Method, e.Path, e.Status, e.Message)
}

// Is matches the sentinels of this package.
func (e *APIError) Is(target error) bool {
	return slices.Contains(e.kinds, target)
}

// Temporary tells whether the same request may succeed later: the server is in trouble or asks to wait.
func (e *APIError) Temporary() bool {
	return e.Status >= 500 || e.Status == http.StatusTooManyRequests || e.Status == http.StatusRequestTimeout
}

// Sentinels for [errors.Is]. Several can match one answer, because the server gives one answer to several mistakes.
var (
	// ErrUnauthorized: the token or session is missing, wrong or expired.
	ErrUnauthorized = errors.New("not authorised")
	// ErrSecondFactor: the login waits for the user's second factor; see [Client.VerifyTOTP]. ErrUnauthorized matches too.
	ErrSecondFactor = errors.New("second factor required")
	// ErrForbidden: the user may not do this. Some calls for administrators answer 401 for it,
	// which matches ErrUnauthorized too.
	ErrForbidden = errors.New("forbidden")
	// ErrNotFound: no such thing, or the user is no member of the project.
	ErrNotFound = errors.New("not found")
	// ErrInvalid: the server or this package refused what was asked.
	ErrInvalid = errors.New("invalid")
	// ErrInUse: something cannot be deleted while another thing uses it.
	ErrInUse = errors.New("in use")
	// ErrConflict: it exists already.
	ErrConflict = errors.New("conflict")
	// ErrRateLimited: something in front of the server asks to wait; [APIError.RetryAfter] says how long.
	ErrRateLimited = errors.New("rate limited")
	// ErrUnsupported: this server does not have the call; [APIError.Since] is the version that brought it.
	ErrUnsupported = errors.New("unsupported by this version of the server")
	// ErrWrongURL: what answered is not the API, most often because the path prefix in the URL is missing or wrong.
	ErrWrongURL = errors.New("wrong URL")
	// ErrTooLarge: an answer is larger than this package takes.
	ErrTooLarge = errors.New("too large")
	// ErrTaskEnded: the task has ended already, so that there is nothing to stop.
	ErrTaskEnded = errors.New("the task has ended already")
	// ErrWaitTimeout: a task did not end within the time given to [Client.Wait].
	ErrWaitTimeout = errors.New("the task did not end in time")
)

// MalformedError is an answer with a good status that could not be understood, such as JSON that was cut off.
type MalformedError struct {
	Method, Path string
	Err          error
}

// Error says which answer it was.
func (e *MalformedError) Error() string {
	return fmt.Sprintf("%s %s: the answer could not be understood: %v", e.Method, e.Path, e.Err)
}

// Unwrap gives the cause.
func (e *MalformedError) Unwrap() error { return e.Err }

// ArgumentError is an argument that this package refused before it asked the server. It matches [ErrInvalid].
type ArgumentError struct {
	// Name is the argument, as "Limit", or the name of a survey variable.
	Name string
	// Problem says what is wrong with it and what would be right.
	Problem string
}

// Error names the argument and the problem.
func (e *ArgumentError) Error() string { return e.Name + " " + e.Problem }

// Is matches [ErrInvalid].
func (e *ArgumentError) Is(target error) bool { return target == ErrInvalid }

// opError says what was being done when something failed.
type opError struct {
	op  string
	err error
}

func (e *opError) Error() string { return "semaphore: " + e.op + ": " + e.err.Error() }
func (e *opError) Unwrap() error { return e.err }

// during adds an operation to an error. Where one operation is a part of another, both are named.
func during(op string, err error) error {
	if inner, ok := err.(*opError); ok { //nolint:errorlint // Only the outermost name is joined.
		return &opError{op: op + ": " + inner.op, err: inner.err}
	}
	return &opError{op: op, err: err}
}

// oneLine bounds a text from outside for use in an error or a log.
func oneLine(text string, limit int) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return text
}
