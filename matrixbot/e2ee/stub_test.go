//go:build !goolm && !libolm

package e2ee_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/matrixbot/e2ee"
)

// A program without the build tag refuses to start with encryption, and names the tag.
func TestWithoutTheTag(t *testing.T) {
	t.Parallel()
	_, err := e2ee.New(e2ee.Config{})
	require.ErrorIs(t, err, e2ee.ErrNoEncryption)
	require.ErrorContains(t, err, "-tags goolm")
}
