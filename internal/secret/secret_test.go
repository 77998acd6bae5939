package secret_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/internal/secret"
)

const text = "hunter2-0123456789"

type holder struct {
	Shown  secret.Secret
	hidden secret.Secret
}

func TestNoVerbShowsTheText(t *testing.T) {
	t.Parallel()
	s := secret.New(text)
	hex := fmt.Sprintf("%x", text)
	values := map[string]any{
		"value": s, "pointer": &s, "in a struct": holder{s, s}, "in a pointer to a struct": &holder{s, s},
		"slice": []secret.Secret{s}, "map": map[secret.Secret]secret.Secret{s: s}, "error": fmt.Errorf("x: %v", s),
	}
	for name, value := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%p", "%T", "%10.3s", "%!"} {
			got := fmt.Sprintf(verb, value)
			assert.NotContains(t, got, "hunter", "%s of %s", verb, name)
			assert.NotContains(t, got, hex, "%s of %s", verb, name)
		}
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		assert.Equal(t, "REDACTED", fmt.Sprintf(verb, s), verb)
	}
	assert.Equal(t, "REDACTED", s.String())
}

func TestNoEncoderShowsTheText(t *testing.T) {
	t.Parallel()
	h := holder{Shown: secret.New(text), hidden: secret.New(text)}

	asJSON, err := json.Marshal(h)
	require.NoError(t, err)
	assert.JSONEq(t, `{"Shown":"REDACTED"}`, string(asJSON))

	asXML, err := xml.Marshal(h)
	require.NoError(t, err)
	assert.NotContains(t, string(asXML), text)

	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("a", "key", h.Shown, "holder", h)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("a", "key", h.Shown, "holder", h)
	assert.Contains(t, log.String(), "key=REDACTED")
	assert.NotContains(t, log.String(), text)
}

func TestRevealAndZero(t *testing.T) {
	t.Parallel()
	assert.Equal(t, text, secret.New(text).Reveal())
	assert.False(t, secret.New(text).IsZero())
	for _, empty := range []secret.Secret{{}, secret.New("")} {
		assert.True(t, empty.IsZero())
		assert.Empty(t, empty.Reveal())
		assert.Equal(t, "REDACTED", fmt.Sprint(empty))
	}
}
