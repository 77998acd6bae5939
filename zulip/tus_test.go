package zulip_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/zulip"
	"github.com/signalbox-go/signalbox/zulip/zuliptest"
)

// pieces is a server that takes files in pieces and does what it is told with one of them.
type pieces struct {
	location string
	got      bytes.Buffer
	length   int64
	patches  int
	metadata string
	trouble  func(p *pieces, n int, w http.ResponseWriter, body []byte) (handled bool)
}

func (p *pieces) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/api/v1/server_settings":
		_, _ = io.WriteString(w, `{"result":"success","msg":"","zulip_feature_level":421}`)
		return
	case r.Header.Get("Tus-Resumable") != "1.0.0" || r.Header.Get("Authorization") == "":
		w.WriteHeader(http.StatusPreconditionFailed)
		return
	}
	offset := strconv.Itoa(p.got.Len())
	switch r.Method {
	case http.MethodPost:
		p.length, _ = strconv.ParseInt(r.Header.Get("Upload-Length"), 10, 64)
		p.metadata = r.Header.Get("Upload-Metadata")
		w.Header().Set("Location", p.location)
		w.WriteHeader(http.StatusCreated)
	case http.MethodHead:
		w.Header().Set("Upload-Offset", offset)
	case http.MethodPatch:
		p.patches++
		body, _ := io.ReadAll(r.Body)
		if p.trouble != nil && p.trouble(p, p.patches, w, body) {
			return
		}
		if r.Header.Get("Upload-Offset") != offset {
			w.WriteHeader(http.StatusConflict)
			return
		}
		p.got.Write(body)
		if int64(p.got.Len()) == p.length {
			fmt.Fprint(w, `{"url":"/user_uploads/2/ab/big.bin","filename":"big file.bin"}`)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

// bigFile is more than goes in one request.
func bigFile() []byte {
	data := make([]byte, 26<<20)
	for i := range data {
		data[i] = byte(i * 7 >> 8)
	}
	return data
}

func TestLargeFilesGoInPieces(t *testing.T) {
	t.Parallel()
	data := bigFile()
	status := func(code int) func(*pieces, int, http.ResponseWriter, []byte) bool {
		return func(_ *pieces, n int, w http.ResponseWriter, _ []byte) bool {
			if n != 2 {
				return false
			}
			w.WriteHeader(code)
			return true
		}
	}
	for name, row := range map[string]struct {
		trouble func(p *pieces, n int, w http.ResponseWriter, body []byte) bool
		patches int
		wants   string
	}{
		"nothing happens":        {nil, 4, ""},
		"a proxy fails":          {status(http.StatusBadGateway), 5, ""},
		"another request has it": {status(http.StatusLocked), 5, ""},
		"the server has lost it": {status(http.StatusNotFound), 2, "404"},
		"a part of a piece arrives": {func(p *pieces, n int, w http.ResponseWriter, body []byte) bool {
			if n != 2 {
				return false
			}
			p.got.Write(body[:len(body)/3])
			w.WriteHeader(http.StatusGatewayTimeout)
			return true
		}, 5, ""},
		"the answer to a piece is lost": {func(p *pieces, n int, w http.ResponseWriter, body []byte) bool {
			if n != 2 {
				return false
			}
			p.got.Write(body)
			w.WriteHeader(http.StatusGatewayTimeout)
			return true
		}, 4, ""},
		"the answer to the last piece is lost": {func(p *pieces, n int, w http.ResponseWriter, body []byte) bool {
			if n != 4 {
				return false
			}
			p.got.Write(body)
			w.WriteHeader(http.StatusGatewayTimeout)
			return true
		}, 4, "look for it with Attachments"},
		"the server goes backwards": {func(p *pieces, n int, w http.ResponseWriter, _ []byte) bool {
			if n != 2 {
				return false
			}
			p.got.Truncate(10)
			w.WriteHeader(http.StatusGatewayTimeout)
			return true
		}, 2, "the server has 10 bytes"},
		"the server never recovers": {func(_ *pieces, n int, w http.ResponseWriter, _ []byte) bool {
			if n > 1 {
				w.WriteHeader(http.StatusBadGateway)
			}
			return n > 1
		}, 6, "502"},
		"the answer is no answer": {func(p *pieces, n int, w http.ResponseWriter, _ []byte) bool {
			if n == 4 {
				_, _ = io.WriteString(w, `<html>`)
			}
			return n == 4
		}, 4, "could not be understood"},
	} {
		synctest.Test(t, func(t *testing.T) {
			server := &pieces{location: "http://inside:9900/prefix/api/v1/tus/2/ab/big%20file", trouble: row.trouble}
			c := answering(t, server.ServeHTTP)
			upload, err := c.UploadFile(t.Context(), "big file.bin", bytes.NewReader(data))
			assert.Equal(t, row.patches, server.patches, name)
			if row.wants != "" {
				require.ErrorContains(t, err, row.wants, name)
				return
			}
			require.NoError(t, err, name)
			assert.Equal(t, zulip.Upload{URL: "/user_uploads/2/ab/big.bin", Filename: "big file.bin"}, upload)
			assert.True(t, bytes.Equal(data, server.got.Bytes()), name)
			assert.True(t, strings.HasPrefix(server.metadata, "filename "+base64.StdEncoding.EncodeToString([]byte("big file.bin"))+",filetype "))
		})
	}
}

func TestPiecesGoToTheSiteOnly(t *testing.T) {
	t.Parallel()
	for _, location := range []string{"", "https://evil.example/steal", "/api/v1/tus/", "/api/v1/tus/../users", "/api/v1/tus/%2e%2e/users", "::"} {
		server := &pieces{location: location}
		_, err := answering(t, server.ServeHTTP).UploadFile(t.Context(), "x", bytes.NewReader(bigFile()))
		require.Error(t, err, location)
		assert.Zero(t, server.patches, location)
	}
}

func TestLargeFilesAreRefusedWhereTheyCannotBeTaken(t *testing.T) {
	t.Parallel()
	h := newHouse(t, zuliptest.WithFeatureLevel(237))
	_, err := h.client(t).UploadFile(t.Context(), "x", bytes.NewReader(bigFile()))
	require.ErrorIs(t, err, zulip.ErrUnsupported)
	require.ErrorContains(t, err, "296")

	c := atLevel(t, 421, `,"queue_id":"q","max_file_upload_size_mib":25`, map[string]int{})
	_, err = c.Register(t.Context(), zulip.RegisterRequest{})
	require.NoError(t, err)
	_, err = c.UploadFile(t.Context(), "x", bytes.NewReader(bigFile()))
	require.ErrorIs(t, err, zulip.ErrFileTooLarge)
	require.ErrorContains(t, err, "25 MiB")

	server := &pieces{location: "/api/v1/tus/x", trouble: func(_ *pieces, _ int, w http.ResponseWriter, _ []byte) bool {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		_, _ = io.WriteString(w, `{"message":"Upload would exceed your organization's quota."}`)
		return true
	}}
	_, err = answering(t, server.ServeHTTP).UploadFile(t.Context(), "x", bytes.NewReader(bigFile()))
	require.ErrorContains(t, err, "would exceed your organization's quota")
}

func TestLargeFilesArriveAtAServer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, data := h.client(t), bigFile()
	name := filepath.Join(t.TempDir(), "big.bin")
	require.NoError(t, os.WriteFile(name, append([]byte("skipped"), data...), 0o600))
	file, err := os.Open(name)
	require.NoError(t, err)
	defer file.Close()
	_, err = file.Seek(7, io.SeekStart)
	require.NoError(t, err)
	upload, err := c.UploadFile(t.Context(), "big.bin", file)
	require.NoError(t, err)
	download, err := c.DownloadFile(t.Context(), upload.URL)
	require.NoError(t, err)
	defer download.Close()
	content, err := io.ReadAll(download)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(data, content), "from where the file stood")
}
