package zuliptest

import (
	"fmt"
	"net/http"
	"path"
	"regexp"
	"strings"
)

// maxEmojiSize is the largest image of a custom emoji.
const maxEmojiSize = 5 << 20

// A customEmoji is one that the organization uploaded.
type customEmoji struct {
	id          int
	name        string
	author      int
	file        string
	deactivated bool
}

var emojiName = regexp.MustCompile(`^[0-9a-z.\-_]+[0-9a-z]$`)

func (e *customEmoji) object() map[string]any {
	return map[string]any{
		"id": itoa(e.id), "name": e.name, "author_id": e.author, "deactivated": e.deactivated, "still_url": nil,
		"source_url": "/user_avatars/" + realmID + "/emoji/images/" + e.file,
	}
}

func (s *Server) emojiObjects() map[string]any {
	all := map[string]any{}
	for id, e := range s.emoji {
		all[id] = e.object()
	}
	return all
}

func (s *Server) getEmoji(*call) answer { return ok(map[string]any{"emoji": s.emojiObjects()}) }

// activeEmoji finds a custom emoji that can be used.
func (s *Server) activeEmoji(name string) *customEmoji {
	for _, e := range s.emoji {
		if e.name == name && !e.deactivated {
			return e
		}
	}
	return nil
}

func (s *Server) postEmoji(c *call) answer {
	name := strings.ReplaceAll(strings.TrimSpace(c.vars["name"]), " ", "_")
	switch {
	case !emojiName.MatchString(name):
		return badRequest("Emoji names must contain only lowercase English letters, digits, spaces, dashes, underscores, and periods.")
	case s.activeEmoji(name) != nil:
		return badRequest("A custom emoji with this name already exists.")
	case len(c.files) != 1:
		return badRequest("You must upload exactly one file.")
	case emojiCodes[name] != "" && !c.user.isAdmin():
		return badRequest("Only administrators can override default emoji.")
	case len(c.files[0].content) > maxEmojiSize:
		return badRequest(fmt.Sprintf("Uploaded file is larger than the allowed limit of %d MiB", maxEmojiSize>>20))
	case !strings.HasPrefix(http.DetectContentType(c.files[0].content), "image/"):
		return fail(http.StatusBadRequest, "BAD_IMAGE", "Could not decode image; did you upload an image file?")
	}
	s.lastEmoji++
	e := &customEmoji{id: s.lastEmoji, name: name, author: c.user.ID}
	e.file = itoa(e.id) + path.Ext(c.files[0].name)
	s.emoji[itoa(e.id)] = e
	s.emitEmoji()
	return ok(nil)
}

func (s *Server) removeEmoji(c *call) answer {
	e := s.activeEmoji(c.vars["name"])
	switch {
	case e == nil:
		return fail(http.StatusNotFound, "BAD_REQUEST", "Emoji '"+c.vars["name"]+"' does not exist")
	case !c.user.isAdmin() && e.author != c.user.ID:
		return badRequest("Must be an organization administrator or emoji author")
	}
	e.deactivated = true
	s.emitEmoji()
	return ok(nil)
}

func (s *Server) emitEmoji() {
	s.emit("realm_emoji", everyone, func(*queue) event { return event{"op": "update", "realm_emoji": s.emojiObjects()} })
}

// emojiReaction is reaction with the organization's own emoji, which go before the usual ones.
func (s *Server) emojiReaction(by *userState, name, code, kind string) (Reaction, *answer) {
	e := s.emoji[code]
	if code == "" && (kind == "" || kind == "realm_emoji") {
		e = s.activeEmoji(name)
	}
	switch {
	case kind == "realm_emoji" && e == nil:
		return Reaction{}, refuse("Invalid custom emoji.")
	case kind == "realm_emoji" && e.deactivated:
		return Reaction{}, refuse("This custom emoji has been deactivated.")
	case kind == "realm_emoji" && e.name != name:
		return Reaction{}, refuse("Invalid custom emoji name.")
	case e != nil && kind != "unicode_emoji":
		return Reaction{UserID: by.ID, EmojiName: name, EmojiCode: itoa(e.id), Type: "realm_emoji"}, nil
	}
	return reaction(by, name, code, kind)
}
