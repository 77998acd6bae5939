package zuliptest

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

const (
	tusPath    = "/api/v1/tus"
	tusVersion = "1.0.0"
	tusSince   = 296
	chunkType  = "application/offset+octet-stream"
)

// tusUpload is a file of which parts have come.
type tusUpload struct {
	id      string // of the upload; the address of the file without /user_uploads/
	owner   *userState
	name    string
	mime    string
	size    int
	content []byte
	busy    bool // a part is being read
	done    bool
}

// serveTus takes files in parts, by the tus protocol 1.0 with its extension creation-with-upload.
// It is no part of the API proper: refusals are plain text, as those of the program that Zulip uses for it.
func (s *Server) serveTus(w http.ResponseWriter, r *http.Request, c *call, refused *answer) answer {
	switch {
	case r.Header.Get("Tus-Resumable") != tusVersion:
		return tusRefusal(http.StatusPreconditionFailed, "ERR_UNSUPPORTED_VERSION: missing, invalid or unsupported Tus-Resumable header")
	case refused != nil:
		return tusMessage(http.StatusUnauthorized, "Unauthenticated upload")
	}
	id, _ := strings.CutPrefix(strings.TrimPrefix(r.URL.Path, tusPath), "/")
	if r.Method == http.MethodPost && id == "" {
		return s.tusCreate(w, r, c)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	up := s.tus[id]
	switch {
	case r.Method != http.MethodHead && r.Method != http.MethodPatch:
		return tusRefusal(http.StatusMethodNotAllowed, "ERR_METHOD_NOT_ALLOWED: method not allowed")
	case up == nil || up.owner != c.user:
		return tusRefusal(http.StatusNotFound, "ERR_UPLOAD_NOT_FOUND: upload not found")
	case up.busy:
		return tusRefusal(http.StatusLocked, "ERR_UPLOAD_LOCKED: file currently locked")
	case r.Method == http.MethodPatch:
		return s.tusPatch(w, r, up)
	}
	a := tusAnswer(http.StatusOK, up)
	a.header["Upload-Length"], a.header["Cache-Control"] = strconv.Itoa(up.size), "no-store"
	return a
}

func (s *Server) tusCreate(w http.ResponseWriter, r *http.Request, c *call) answer {
	size, err := strconv.Atoi(r.Header.Get("Upload-Length"))
	switch {
	case r.Header.Get("Upload-Defer-Length") != "":
		return tusMessage(http.StatusLengthRequired, "SizeIsDeferred is not supported")
	case err != nil || size < 0:
		return tusRefusal(http.StatusBadRequest, "ERR_INVALID_UPLOAD_LENGTH: missing or invalid Upload-Length header")
	case size > maxUpload:
		return tusMessage(http.StatusRequestEntityTooLarge,
			fmt.Sprintf("Uploaded file is larger than the allowed limit of %d MiB", maxUpload>>20))
	}
	meta := tusMetadata(r.Header.Get("Upload-Metadata"))
	up := &tusUpload{owner: c.user, name: meta["filename"], mime: meta["filetype"], size: size}
	s.mu.Lock()
	defer s.mu.Unlock()
	up.id = strings.TrimPrefix(s.uploadPath(up.name), "/user_uploads/")
	if up.name == "" {
		up.name = "uploaded-file"
	}
	s.tus[up.id] = up
	a := tusAnswer(http.StatusCreated, up)
	if size == 0 || r.Header.Get("Content-Type") == chunkType {
		a = s.tusAppend(w, r, up)
		if a.status == http.StatusNoContent {
			a.status = http.StatusCreated
		}
	}
	a.header["Location"] = "http://" + c.host + tusPath + "/" + up.id
	return a
}

func (s *Server) tusPatch(w http.ResponseWriter, r *http.Request, up *tusUpload) answer {
	offset, err := strconv.Atoi(r.Header.Get("Upload-Offset"))
	switch {
	case r.Header.Get("Content-Type") != chunkType:
		return tusRefusal(http.StatusBadRequest, "ERR_INVALID_CONTENT_TYPE: missing or invalid Content-Type header")
	case err != nil || offset < 0:
		return tusRefusal(http.StatusBadRequest, "ERR_INVALID_OFFSET: missing or invalid Upload-Offset header")
	case offset != len(up.content):
		return tusRefusal(http.StatusConflict, "ERR_MISMATCHED_OFFSET: mismatched offset")
	}
	return s.tusAppend(w, r, up)
}

// tusAppend reads the next part, without the lock. What came before the client went away is kept, as tus promises.
func (s *Server) tusAppend(w http.ResponseWriter, r *http.Request, up *tusUpload) answer {
	up.busy = true
	body := http.MaxBytesReader(w, r.Body, int64(up.size-len(up.content)))
	s.mu.Unlock()
	part, err := io.ReadAll(body)
	s.mu.Lock()
	up.busy = false
	up.content = append(up.content, part...)
	_, tooLong := errors.AsType[*http.MaxBytesError](err)
	switch {
	case tooLong:
		return tusRefusal(http.StatusRequestEntityTooLarge, "ERR_UPLOAD_SIZE_EXCEEDED: upload's size exceeded")
	case err != nil || len(up.content) < up.size || up.done:
		return tusAnswer(http.StatusNoContent, up)
	}
	up.done = true
	u := s.addUpload(up.owner, "/user_uploads/"+up.id, file{name: up.name, mime: up.mime, content: up.content})
	a := tusAnswer(http.StatusOK, up)
	a.raw, a.mime = encode(map[string]any{"url": u.where, "filename": u.name}), "application/json"
	return a
}

// tusAnswer has no body; it tells how much has come.
func tusAnswer(status int, up *tusUpload) answer {
	return answer{status: status, raw: []byte{}, mime: "text/plain; charset=utf-8", header: map[string]string{
		"Tus-Resumable": tusVersion, "Upload-Offset": strconv.Itoa(len(up.content)),
	}}
}

func tusRefusal(status int, text string) answer {
	return answer{
		status: status, raw: []byte(text + "\n"), mime: "text/plain; charset=utf-8",
		header: map[string]string{"Tus-Resumable": tusVersion},
	}
}

// tusMessage is a refusal that Zulip itself makes.
func tusMessage(status int, text string) answer {
	a := tusRefusal(status, "")
	a.raw, a.mime = encode(map[string]any{"message": text}), "application/json"
	return a
}

// tusMetadata reads pairs of a key and a value in base64. What cannot be read is empty.
func tusMetadata(header string) map[string]string {
	meta := map[string]string{}
	for pair := range strings.SplitSeq(header, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(pair), " ")
		text, err := base64.StdEncoding.DecodeString(value)
		if err == nil {
			meta[key] = string(text)
		}
	}
	return meta
}

func (s *Server) isTus(r *http.Request) bool {
	return s.level() >= tusSince && (r.URL.Path == tusPath || strings.HasPrefix(r.URL.Path, tusPath+"/"))
}
