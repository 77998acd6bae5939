package zulip_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestUploadsTellTheirLength is for servers that find no file in a request without a length.
func TestUploadsTellTheirLength(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "notes.txt")
	require.NoError(t, os.WriteFile(name, []byte("read before, the text"), 0o600))
	file, err := os.Open(name)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, file.Close()) })
	_, err = file.Seek(int64(len("read before, ")), io.SeekStart)
	require.NoError(t, err)
	for name, r := range map[string]io.Reader{
		"text": strings.NewReader("the text"), "the rest of a file": file, "nothing": strings.NewReader(""),
		"of unknown length": io.LimitReader(strings.NewReader("the text"), 100),
	} {
		var told int64
		var body []byte
		c := answering(t, func(w http.ResponseWriter, r *http.Request) {
			told = r.ContentLength
			body, _ = io.ReadAll(r.Body)
			_, _ = io.WriteString(w, `{"result":"success","msg":"","url":"/user_uploads/1/a"}`)
		})
		_, err := c.UploadFile(t.Context(), "notes.txt", r)
		require.NoError(t, err, name)
		if name == "of unknown length" {
			assert.LessOrEqual(t, told, int64(0))
		} else {
			assert.Equal(t, int64(len(body)), told, name)
		}
		assert.Equal(t, name != "nothing", strings.Contains(string(body), "\r\n\r\nthe text\r\n"), "%s: %q", name, body)
	}
}
