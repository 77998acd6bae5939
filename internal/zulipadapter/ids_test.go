package zulipadapter_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/internal/zulipadapter"
	"github.com/signalbox-go/signalbox/zulip"
)

func TestParseID(t *testing.T) {
	t.Parallel()
	id, ok := zulipadapter.ParseID[zulip.MessageID](zulipadapter.IDText(zulip.MessageID(123)))
	assert.True(t, ok)
	assert.Equal(t, zulip.MessageID(123), id)
	for _, text := range []string{"", "0", "-1", "+1", "01", " 1", "1.0", "x", "99999999999999999999"} {
		_, ok := zulipadapter.ParseID[zulip.MessageID](text)
		assert.False(t, ok, text)
	}
}

func TestTopic(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		" plans ": "plans", "a\x00b\nc": "abc", "a\xff": "a\uFFFD", "": "",
		strings.Repeat("🦊", 60): strings.Repeat("🦊", 60), strings.Repeat("🦊", 61): strings.Repeat("🦊", 59) + "…",
		strings.Repeat("x", 58) + " yz": strings.Repeat("x", 58) + "…",
	} {
		assert.Equal(t, want, zulipadapter.Topic(text))
	}
}
