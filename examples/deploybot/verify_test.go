package main

import (
	"bufio"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
)

func TestVerifyWithoutEncryption(t *testing.T) {
	t.Parallel()
	for want, env := range map[string]environment{
		"not those of a bot on Matrix": onZulipAlone(),
		"no_encryption is set":         onMatrixAlone().with(environment{"MATRIX_NO_ENCRYPTION": "true"}),
		"MATRIX_PASSWORD":              onMatrixAlone().with(environment{"MATRIX_PASSWORD": ""}),
	} {
		got := runs(t, env, "verify")
		assert.Equal(t, statusConfig, got.status)
		assert.Contains(t, got.stderr, want)
	}
}

func TestComparison(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]bool{
		"yes\n": true, " Y \n": true, "perhaps\nyes\n": true, "yes": true,
		"no\n": false, "N\n": false, "": false, "perhaps": false, "perhaps\n": false, "no\nyes\n": false,
	} {
		c := &comparison{from: bufio.NewReader(strings.NewReader(answer)), to: io.Discard}
		assert.Equal(t, want, c.compare(t.Context(), e2ee.Verification{}, []e2ee.Emoji{{Symbol: "🐶", Name: "Dog"}}), "%q", answer)
	}
}

func TestComparisonThatTheOtherSideEnds(t *testing.T) {
	t.Parallel()
	terminal, keyboard := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := &comparison{from: bufio.NewReader(terminal), to: io.Discard}
	assert.False(t, c.compare(ctx, e2ee.Verification{}, nil))
	require.NoError(t, keyboard.Close())
}
