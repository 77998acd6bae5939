// Package secret holds the type for keys, tokens and passwords.
//
// A [Secret] keeps its text behind a pointer. So nothing that prints by reflection shows the text,
// not even where a Secret sits in an unexported field, whose methods package fmt may not call.
package secret

import (
	"fmt"
	"io"
	"log/slog"
)

// redacted is what everybody sees who does not ask for the text.
const redacted = "REDACTED"

// Secret is a string that prints as REDACTED in every fmt verb, in log/slog, in JSON and as text.
// Only [Secret.Reveal] gives the text. The zero value is the empty secret and prints the same.
//
// Two secrets are not to be compared with ==, which says whether they came from the same call of [New].
type Secret struct {
	text *string
}

var (
	_ fmt.Formatter  = Secret{}
	_ fmt.Stringer   = Secret{}
	_ slog.LogValuer = Secret{}
)

// New makes a secret of the text. An empty text gives the zero value.
func New(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{text: &text}
}

// Reveal returns the text. Call it where the text is put to use, not earlier.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsZero says whether the secret is empty. Package encoding/json asks it for omitzero.
func (s Secret) IsZero() bool { return s.text == nil }

// String returns REDACTED.
func (Secret) String() string { return redacted }

// Format writes REDACTED for every verb and flag.
func (Secret) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, redacted) }

// LogValue returns REDACTED for log/slog.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns REDACTED for encoding/json, encoding/xml and other encoders.
// There is no way back: a secret is not read from what was printed.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
