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
const (
	realmID     = "2"
	realmNumber = 2
)

// temporaryFor is how long a temporary address of a file works.
const temporaryFor = time.Minute

type upload struct {
	file
	id      int
	where   string // path of the address, from /user_uploads/ on
	owner   int
	at      time.Time
	tokens  map[string]time.Time // of temporary addresses, until when
	counter int
}

var (
	unsafeName = regexp.MustCompile(`[^\pL\pN_\s.-]+`)
	nameBlanks = regexp.MustCompile(`[-\s]+`)
)

// postUpload takes the one file of a multipart body, whatever its field is called.
func (s *Server) postUpload(c *call) answer {
	switch {
	case len(c.files) == 0:
		return badRequest("You must specify a file to upload")
	case len(c.files) > 1:
		return badRequest("You may only upload one file at a time")
	case len(c.files[0].content) > maxForm:
		return badRequest(fmt.Sprintf("File is larger than the allowed maximum of %d MiB", maxForm>>20))
	}
	u := s.addUpload(c.user, s.uploadPath(c.files[0].name), c.files[0])
	o := map[string]any{"uri": u.where}
	if s.featureLevel >= 272 {
		o["url"], o["filename"] = u.where, u.name
	}
	return ok(o)
}

// uploadPath makes the address of a file that is to have this name.
func (s *Server) uploadPath(name string) string {
	name = strings.TrimSpace(unsafeName.ReplaceAllString(path.Base(name), ""))
	name = strings.Trim(nameBlanks.ReplaceAllString(name, "-"), ".")
	if name == "" {
		name = "uploaded-file"
	}
	s.lastUpload++
	return fmt.Sprintf("/user_uploads/%s/%02x/%s/%s", realmID, s.lastUpload%256, sha(name + fmt.Sprint(s.lastUpload))[:24], name)
}

// addUpload keeps a file and tells its owner.
func (s *Server) addUpload(by *userState, where string, f file) *upload {
	s.lastAttachment++
	u := &upload{
		file: f, id: s.lastAttachment, where: where, owner: by.ID, at: s.now(),
		tokens: map[string]time.Time{},
	}
	s.uploads[where] = u
	s.emitAttachment("add", by.ID, s.attachmentObject(u))
	return u
}

// getUploadURL makes an address that needs no key and works for a minute.
func (s *Server) getUploadURL(c *call) answer {
	u := s.uploads["/user_uploads/"+c.vars["realm"]+"/"+c.vars["name"]]
	if u == nil || !s.mayLoad(c.user, u) {
		return fail(http.StatusNotFound, "BAD_REQUEST", "File not found.")
	}
	u.counter++
	token := sha(fmt.Sprint(u.where, u.counter))[:32]
	u.tokens[token] = time.Now().Add(temporaryFor)
	return ok(map[string]any{"url": "/user_uploads/temporary/" + token + "/" + path.Base(u.where)})
}

// mayLoad reports whether the user uploaded the file or may read a message that links to it.
func (s *Server) mayLoad(by *userState, u *upload) bool {
	if by.ID == u.owner {
		return true
	}
	for _, m := range s.messages {
		if !m.deleted && strings.Contains(m.content, u.where) && s.mayRead(by, m) {
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
	case !s.mayLoad(c.user, u):
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

// maxUploadMiB is what the server says it accepts: more since files may come in parts.
func (s *Server) maxUploadMiB() int {
	if s.featureLevel >= tusSince {
		return maxUpload >> 20
	}
	return maxForm >> 20
}
