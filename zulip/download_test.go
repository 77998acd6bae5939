package zulip_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
)

func TestDownload(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, ctx := h.client(t), t.Context()
	upload, err := c.UploadFile(ctx, "notes and more.txt", strings.NewReader("the text"))
	require.NoError(t, err)
	for _, address := range []string{upload.URL, h.server.URL() + upload.URL} {
		file, err := c.DownloadFile(ctx, address)
		require.NoError(t, err, address)
		content, err := io.ReadAll(file)
		require.NoError(t, err)
		require.NoError(t, file.Close())
		assert.Equal(t, "the text", string(content))
		assert.EqualValues(t, 8, file.Size)
		assert.Contains(t, file.ContentType, "text/plain")
	}

	temporary, err := c.TemporaryURL(ctx, upload.URL)
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(temporary, h.server.URL()+"/user_uploads/"), temporary)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, temporary, nil)
	require.NoError(t, err)
	response, err := h.server.Client().Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	assert.Equal(t, "the text", string(content), "without credentials")

	_, err = h.clientOf(t, h.alice).DownloadFile(ctx, upload.URL)
	require.ErrorIs(t, err, zulip.ErrForbidden)
	_, err = c.DownloadFile(ctx, "/user_uploads/2/no/such.txt")
	require.ErrorIs(t, err, zulip.ErrNotFound)
	require.ErrorContains(t, err, "GET /user_uploads/2/no/such.txt: 404")
}

func TestCredentialsGoToTheSiteOnly(t *testing.T) {
	t.Parallel()
	c := answering(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s was asked", r.URL) })
	for _, address := range []string{
		"https://evil.example/user_uploads/2/ab/x", "//evil.example/user_uploads/2/ab/x", "/api/v1/users/me/x",
		"/user_uploads/2/../../api/v1/users", "/user_uploads/2/%2e%2e/x", "https://chat.example.org.evil.example/user_uploads/2/x",
		"/user_uploads/%zz/x", "",
	} {
		_, err := c.DownloadFile(t.Context(), address)
		require.Error(t, err, address)
		_, err = c.TemporaryURL(t.Context(), address)
		require.Error(t, err, address)
	}
}
