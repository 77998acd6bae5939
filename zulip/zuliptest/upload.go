package zuliptest

import (
	"fmt"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"
)

// realmID is the number of the organization in the addresses of uploaded files.
const realmID = "2"

// temporaryFor is how long a temporary address of a file works.
const temporaryFor = time.Minute

type upload struct {
	file
	owner   int
	tokens  map[string]time.Time // of temporary addresses, until when
	counter int
}

var unsafeName = regexp.MustCompile(`[^\w.\-() ]+`)

// postUpload takes the one file of a multipart body, whatever its field is called.
func (s *Server) postUpload(c *call) answer {
	switch {
	case len(c.files) == 0:
		return badRequest("You must specify a file to upload")
	case len(c.files) > 1:
		return badRequest("You may only upload one file at a time")
	case len(c.files[0].content) > maxUpload:
		return badRequest(fmt.Sprintf("File is larger than the allowed maximum of %d MiB", maxUpload>>20))
	}
	f := c.files[0]
	name := strings.Trim(strings.ReplaceAll(unsafeName.ReplaceAllString(path.Base(f.name), ""), " ", "-"), ".")
	if name == "" {
		name = "uploaded-file"
	}
	s.lastUpload++
	where := fmt.Sprintf("/user_uploads/%s/%02x/%s/%s", realmID, s.lastUpload%256, sha(name + fmt.Sprint(s.lastUpload))[:24], name)
	s.uploads[where] = &upload{file: f, owner: c.user.ID, tokens: map[string]time.Time{}}
	return ok(map[string]any{"url": where, "uri": where, "filename": f.name})
}

// getUploadURL makes an address that needs no key and works for a minute.
func (s *Server) getUploadURL(c *call) answer {
	where := "/user_uploads/" + c.vars["realm"] + "/" + c.vars["name"]
	u := s.uploads[where]
	if u == nil || !s.mayLoad(c.user, u, where) {
		return fail(http.StatusNotFound, "BAD_REQUEST", "File not found.")
	}
	u.counter++
	token := sha(fmt.Sprint(where, u.counter))[:32]
	u.tokens[token] = time.Now().Add(temporaryFor)
	return ok(map[string]any{"url": "/user_uploads/temporary/" + token + "/" + path.Base(where)})
}

// mayLoad reports whether the user uploaded the file or may read a message that links to it.
func (s *Server) mayLoad(by *userState, u *upload, where string) bool {
	if by.ID == u.owner {
		return true
	}
	for _, m := range s.messages {
		if !m.deleted && strings.Contains(m.content, where) && s.mayRead(by, m) {
			return true
		}
	}
	return false
}

// serveFile answers everything that is not the API: only uploaded files exist.
func (s *Server) serveFile(r *http.Request, c *call, refused *answer) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	notFound := answer{status: http.StatusNotFound, raw: []byte("<p>Page not found.</p>"), mime: "text/html"}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return notFound
	}
	if rest, temporary := strings.CutPrefix(r.URL.Path, "/user_uploads/temporary/"); temporary {
		token, _, _ := strings.Cut(rest, "/")
		for _, u := range s.uploads {
			if until, known := u.tokens[token]; known && time.Now().Before(until) {
				return u.answer()
			}
		}
		return notFound
	}
	u := s.uploads[r.URL.Path]
	switch {
	case u == nil:
		return notFound
	case refused != nil:
		return answer{status: http.StatusForbidden, raw: []byte("<p>Not logged in.</p>"), mime: "text/html"}
	case !s.mayLoad(c.user, u, r.URL.Path):
		return answer{status: http.StatusForbidden, raw: []byte("<p>You are not authorized to view this file.</p>"), mime: "text/html"}
	}
	return u.answer()
}

func (u *upload) answer() answer {
	kind := u.mime
	if kind == "" {
		kind = mime.TypeByExtension(path.Ext(u.name))
	}
	if kind == "" {
		kind = "application/octet-stream"
	}
	return answer{status: http.StatusOK, raw: u.content, mime: kind}
}
