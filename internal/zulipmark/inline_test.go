package zulipmark_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/internal/zulipmark"
)

// TestWordsEndNoHeadingEarly has a backslash at the end, which keeps Zulip from reading "### " as a heading.
func TestWordsEndNoHeadingEarly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`C:\`: `C:\` + zulipmark.Mark, "a\\\u00a0 ": "a\\" + zulipmark.Mark + "\u00a0 ", `a\b`: `a\b`, `a\ b`: `a\ b`,
	} {
		assert.Equal(t, want, zulipmark.Words(text, "x"))
	}
}

// TestWordsAreNoAddress has what Zulip's server was seen to make a link of.
func TestWordsAreNoAddress(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "__."+zulipmark.Mark+"com", zulipmark.Words("__.com", "x"))
}
