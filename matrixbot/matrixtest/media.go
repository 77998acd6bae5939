package matrixtest

import (
	"bytes"
	"mime"
	"net/http"
)

func (s *Server) upload(u *User, name, kind string, data []byte) (*Media, *answer) {
	if len(data) > s.uploadLimit {
		return nil, refuse(http.StatusRequestEntityTooLarge, "M_TOO_LARGE", "The file is too large.")
	}
	if kind == "" {
		kind = "application/octet-stream"
	}
	m := &Media{
		URI: "mxc://" + s.serverName + "/" + s.makeID()[:24], Owner: u.id, Name: name, Mime: kind, Data: bytes.Clone(data),
	}
	s.media[m.URI] = m
	s.announceWatch()
	return m, nil
}

func (s *Server) handleUpload(c *call) answer {
	m, bad := s.upload(c.user, c.query.Get("filename"), c.header.Get("Content-Type"), c.raw)
	if bad != nil {
		return *bad
	}
	return ok(map[string]any{"content_uri": m.URI})
}

// handleDownload sends a file; it is its own thumbnail.
func (s *Server) handleDownload(c *call) answer {
	m := s.media["mxc://"+c.vars["server"]+"/"+c.vars["media"]]
	if m == nil {
		return *notFound("Media not found")
	}
	name := m.Name
	if given := c.vars["name"]; given != "" {
		name = given
	}
	shown := "inline"
	if name != "" {
		shown = mime.FormatMediaType("inline", map[string]string{"filename": name})
	}
	return answer{status: http.StatusOK, raw: m.Data, mime: m.Mime, header: map[string]string{
		"Content-Disposition": shown, "Content-Security-Policy": "sandbox; default-src 'none'",
	}}
}

func (s *Server) handleMediaConfig(*call) answer {
	return ok(map[string]any{"m.upload.size": s.uploadLimit})
}
