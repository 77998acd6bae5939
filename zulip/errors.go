package zulip

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
	// Code is Zulip's word for the error, as "RATE_LIMIT_HIT". Empty when the answer did not come from Zulip itself.
	Code string
	// Message is meant for people and comes in the server's language; for an answer that is not JSON it says so.
	Message string
	// Method and Path are of the request; the path has no query.
	Method, Path string
	// RetryAfter is how long the server asks to wait; 0 when it did not ask.
	RetryAfter time.Duration
}

// Error says what happened without anything secret.
func (e *APIError) Error() string {
	text := fmt.Sprintf("%s %s: %d", e.Method, e.Path, e.Status)
	if e.Code != "" {
		text += " " + e.Code
	}
	return text + ": " + e.Message
}

// Is matches the sentinels of this package.
func (e *APIError) Is(target error) bool {
	sentinel, ok := target.(*sentinelError)
	return ok && (slices.Contains(sentinel.codes, e.Code) || slices.Contains(sentinel.statuses, e.Status) ||
		e.Code == "UNAUTHORIZED" && slices.Contains(sentinel.reasons, e.Message))
}

// Temporary tells whether the same request may succeed later: the server is in trouble, asks to wait, or
// the answer came from something in front of it.
func (e *APIError) Temporary() bool {
	if errors.Is(e, ErrUnauthorized) {
		return false
	}
	return e.Status >= 500 || e.Status == http.StatusTooManyRequests || e.Status == http.StatusRequestTimeout || e.Code == ""
}

// sentinelError is an error that stands for a set of answers.
type sentinelError struct {
	text     string
	codes    []string
	statuses []int
	reasons  []string // messages of UNAUTHORIZED, which stands for other codes when they refuse the credentials of a request
}

func (e *sentinelError) Error() string { return e.text }

// Sentinels for [errors.Is].
var (
	// ErrUnauthorized: the credentials are wrong, or the user or organisation is deactivated. Trying again is of no use.
	ErrUnauthorized error = &sentinelError{
		text:     "not authorised",
		codes:    []string{"INVALID_API_KEY", "USER_DEACTIVATED", "REALM_DEACTIVATED", "UNAUTHORIZED", "AUTHENTICATION_FAILED"},
		statuses: []int{http.StatusUnauthorized},
	}
	// ErrUserDeactivated: the bot or user was switched off.
	ErrUserDeactivated error = &sentinelError{text: "the user is deactivated", codes: []string{"USER_DEACTIVATED"}, reasons: []string{"Account is deactivated"}}
	// ErrRealmDeactivated: the organisation was switched off.
	ErrRealmDeactivated error = &sentinelError{text: "the organisation is deactivated", codes: []string{"REALM_DEACTIVATED"}, reasons: []string{"This organization has been deactivated"}}
	// ErrForbidden: the caller may not do this.
	ErrForbidden error = &sentinelError{text: "forbidden", statuses: []int{http.StatusForbidden}}
	// ErrNotFound: no such thing, or the caller cannot see it.
	ErrNotFound error = &sentinelError{
		text: "not found", codes: []string{"STREAM_DOES_NOT_EXIST", "NOT_FOUND"}, statuses: []int{http.StatusNotFound},
	}
	// ErrRateLimited: too many requests; [APIError.RetryAfter] says how long to wait.
	ErrRateLimited error = &sentinelError{
		text: "rate limited", codes: []string{"RATE_LIMIT_HIT"}, statuses: []int{http.StatusTooManyRequests},
	}
	// ErrBadEventQueueID: the event queue is unknown, expired or somebody else's. [Client.Events] deals with it.
	ErrBadEventQueueID error = &sentinelError{text: "no such event queue", codes: []string{"BAD_EVENT_QUEUE_ID"}}
	// ErrReactionAlreadyExists and ErrReactionDoesNotExist: [Client.AddReaction] and [Client.RemoveReaction]
	// count them as success.
	ErrReactionAlreadyExists error = &sentinelError{text: "the reaction is there already", codes: []string{"REACTION_ALREADY_EXISTS"}}
	ErrReactionDoesNotExist  error = &sentinelError{text: "the reaction does not exist", codes: []string{"REACTION_DOES_NOT_EXIST"}}
	// ErrBadNarrow: the server does not understand a search.
	ErrBadNarrow error = &sentinelError{text: "bad narrow", codes: []string{"BAD_NARROW"}}
)

// ErrForeignQueue means that a [QueueStore] holds the state of another bot or server.
var ErrForeignQueue = errors.New("the stored event queue belongs to another bot")

// ErrUnsupported means that the server is older than the call; the error names both feature levels.
var ErrUnsupported = errors.New("the server is too old for this call")

var (
	errNegatedNarrow = errors.New("an event queue takes no negated narrow terms")
	errNarrowByID    = errors.New("an event queue knows channels by name and senders by e-mail; use NarrowChannelNamed or NarrowSenderEmail")
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

// oneLine bounds a text from outside for use in an error or a log.
func oneLine(text string, limit int) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return text
}
