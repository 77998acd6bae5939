package zulip_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

func writeFile(tb testing.TB, content string, mode os.FileMode) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "zuliprc")
	require.NoError(tb, os.WriteFile(path, []byte(content), mode))
	return path
}

func TestLoadZuliprc(t *testing.T) {
	t.Parallel()
	const plain = "[api]\nemail=bot@example.org\nkey=topsecret\nsite=https://chat.example.org\n"
	for name, content := range map[string]string{
		"as downloaded":   plain,
		"Windows":         "\ufeff[api]\r\nemail=bot@example.org\r\nkey=topsecret\r\nsite=https://chat.example.org\r\n",
		"blanks, remarks": "# mine\n; old\n\n[ other ]\nkey=no\n[api]\n  Email = bot@example.org\nkey: topsecret\nsite =https://chat.example.org",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := zulip.LoadZuliprc(writeFile(t, content, 0o600))
			require.NoError(t, err)
			assert.Equal(t, "bot@example.org", c.Email)
			assert.Equal(t, "https://chat.example.org", c.Site)
			assert.Equal(t, "topsecret", c.APIKey.Reveal())
			assert.Empty(t, c.Warnings)
			assert.NotContains(t, fmt.Sprintf("%v %+v %#v", c, c, c), "topsecret")
		})
	}
}

func TestLoadZuliprcReadsTLSSettings(t *testing.T) {
	t.Parallel()
	path := writeFile(t, "[api]\nemail=a@b\nkey=k\nsite=s\ncert_bundle=ca.pem\nclient_cert=/abs/c.pem\nclient_cert_key=k.pem\ninsecure=true\n", 0o600)
	c, err := zulip.LoadZuliprc(path)
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(filepath.Dir(path), "ca.pem"), c.CertBundle)
	assert.Equal(t, "/abs/c.pem", c.ClientCert)
	assert.True(t, c.Insecure)
}

func TestLoadZuliprcRefuses(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ content, wants string }{
		"nothing":         {"", "no section [api]"},
		"another file":    {"hello: world\n", "no section [api]"},
		"missing keys":    {"[api]\nemail=a@b\n", "lacks site, key"},
		"no equals sign":  {"[api]\nemail\n", "line 2: expected name=value"},
		"broken section":  {"[api\n", "line 1: a section must look like [api]"},
		"unclear switch":  {"[api]\nemail=a@b\nkey=topsecret\nsite=s\ninsecure=yes\n", "insecure must be true or false"},
		"an empty secret": {"[api]\nemail=a@b\nkey=\nsite=s\n", "lacks key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := writeFile(t, row.content, 0o600)
			_, err := zulip.LoadZuliprc(path)
			require.ErrorContains(t, err, row.wants)
			require.ErrorContains(t, err, path)
			assert.NotContains(t, err.Error(), "topsecret")
		})
	}
	_, err := zulip.LoadZuliprc(filepath.Join(t.TempDir(), "absent"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = zulip.LoadZuliprc(t.TempDir())
	require.ErrorContains(t, err, "not a file")
}

func TestLoadZuliprcWarnsOfOpenFiles(t *testing.T) {
	t.Parallel()
	c, err := zulip.LoadZuliprc(writeFile(t, "[api]\nemail=a@b\nkey=k\nsite=chat.example.org\n", 0o644))
	require.NoError(t, err)
	require.Len(t, c.Warnings, 1)
	assert.Contains(t, c.Warnings[0], "chmod 600")
	log, text := logTo(t)
	_, err = zulip.NewClient(c, zulip.WithLogger(log))
	require.NoError(t, err)
	assert.Contains(t, text.String(), "chmod 600")
}

func FuzzZuliprc(f *testing.F) {
	f.Add("[api]\nemail=a@b\nkey=k\nsite=s\n")
	f.Add("\ufeff[api]\r\nkey")
	path := filepath.Join(f.TempDir(), "zuliprc")
	f.Fuzz(func(t *testing.T, content string) {
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		if c, err := zulip.LoadZuliprc(path); err == nil {
			assert.False(t, c.APIKey.IsZero())
		}
	})
}

func TestCredentialsFromEnv(t *testing.T) {
	t.Parallel()
	file := writeFile(t, "[api]\nemail=file@b\nkey=filekey\nsite=https://file.example.org\n", 0o600)
	key := writeFile(t, "secret from a file\n", 0o600)
	for name, row := range map[string]struct {
		env   map[string]string
		email string
		key   string
		wants string
	}{
		"variables": {map[string]string{"ZULIP_SITE": "s", "ZULIP_EMAIL": "a@b", "ZULIP_API_KEY": "k"}, "a@b", "k", ""},
		"key file":  {map[string]string{"ZULIP_SITE": "s", "ZULIP_EMAIL": "a@b", "ZULIP_API_KEY_FILE": key}, "a@b", "secret from a file", ""},
		"zuliprc":   {map[string]string{"ZULIP_CONFIG": file}, "file@b", "filekey", ""},
		"override":  {map[string]string{"ZULIP_CONFIG": file, "ZULIP_EMAIL": "env@b"}, "env@b", "filekey", ""},
		"nothing":   {nil, "", "", "lacks ZULIP_SITE, ZULIP_EMAIL, ZULIP_API_KEY"},
		"two keys":  {map[string]string{"ZULIP_API_KEY": "k", "ZULIP_API_KEY_FILE": key}, "", "", "not both"},
		"no file":   {map[string]string{"ZULIP_API_KEY_FILE": "/no/such/file"}, "", "", "ZULIP_API_KEY_FILE"},
		"insecure":  {map[string]string{"ZULIP_ALLOW_INSECURE": "perhaps"}, "", "", "true or false"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := zulip.CredentialsFromEnv(func(name string) string { return row.env[name] })
			if row.wants != "" {
				require.ErrorContains(t, err, row.wants)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, row.email, c.Email)
			assert.Equal(t, row.key, c.APIKey.Reveal())
		})
	}
}
