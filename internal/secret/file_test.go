package secret_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/internal/secret"
)

func TestFromEnv(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(content), mode))
		require.NoError(t, os.Chmod(path, mode)) // whatever the umask
		return path
	}
	private, public := write("private", " s3cret\n", 0o600), write("public", "s3cret", 0o644)
	empty, huge := write("empty", "\n", 0o600), write("huge", strings.Repeat("x", 70_000), 0o600)
	for name, test := range map[string]struct {
		env              map[string]string
		want, warn, fail string
	}{
		"nothing":      {},
		"text":         {env: map[string]string{"KEY": "s3cret"}, want: "s3cret"},
		"file":         {env: map[string]string{"KEY_FILE": private}, want: "s3cret"},
		"others' file": {env: map[string]string{"KEY_FILE": public}, want: "s3cret", warn: "chmod 600"},
		"both":         {env: map[string]string{"KEY": "s3cret", "KEY_FILE": private}, fail: "set one of KEY and KEY_FILE, not both"},
		"no such file": {env: map[string]string{"KEY_FILE": filepath.Join(dir, "absent")}, fail: "read KEY_FILE"},
		"a folder":     {env: map[string]string{"KEY_FILE": dir}, fail: "is not a file"},
		"empty file":   {env: map[string]string{"KEY_FILE": empty}, fail: "the file is empty"},
		"too large":    {env: map[string]string{"KEY_FILE": huge}, fail: "has 70000 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, warnings, err := secret.FromEnv(func(name string) string { return test.env[name] }, "KEY")
			if test.fail != "" {
				require.ErrorContains(t, err, test.fail)
				assert.NotContains(t, err.Error(), "s3cret")
				return
			}
			require.NoError(t, err)
			assert.Equal(t, test.want, got.Reveal())
			assert.Contains(t, strings.Join(warnings, "\n"), test.warn)
			assert.Equal(t, test.warn != "", len(warnings) > 0)
		})
	}
}
