package yamlfile

import "fmt"

// Error is one thing that is wrong in a file. [Decode] joins several with [errors.Join], each on a line of its own.
type Error struct {
	Line    int    // From 1; 0 where no line is to blame.
	Key     string // As "matrix.rooms[2]"; "" for the file itself.
	Problem string // A clause without a full stop.
	cause   error
}

// Error is as "line 4: matrix.homserver: there is no such key; did you mean homeserver?".
func (e *Error) Error() string {
	text := e.Problem
	if e.Key != "" {
		text = e.Key + ": " + text
	}
	if e.Line > 0 {
		text = fmt.Sprintf("line %d: %s", e.Line, text)
	}
	return text
}

// Unwrap returns what the type of the value said against it, or nil.
func (e *Error) Unwrap() error { return e.cause }
