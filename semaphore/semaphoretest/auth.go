package semaphoretest

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A token is an API token.
type token struct {
	ID      string    `json:"id"`
	Name    string    `json:"name" gen:"216"`
	Created time.Time `json:"created"`
	Expired bool      `json:"expired"`
	UserID  int       `json:"user_id"`
}

// secretText makes what tokens and cookies are made of.
func secretText() string {
	random := make([]byte, 32)
	_, _ = rand.Read(random) // never fails
	return base64.URLEncoding.EncodeToString(random)
}

func (s *Server) addToken(u *user, name string) *token {
	t := &token{ID: strings.ToLower(secretText()), Name: name, Created: s.t, UserID: u.ID}
	if s.db == Bolt {
		t.Created = time.Time{}
	}
	s.tokens = append(s.tokens, t)
	slices.SortFunc(s.tokens, func(a, b *token) int { return strings.Compare(a.ID, b.ID) })
	return t
}

// authenticate finds the user of a request. A header that speaks of a bearer hides the cookie, whatever it holds.
// A session that lacks its second factor is nobody's yet: then half is true.
func (s *Server) authenticate(r *http.Request) (u *user, half bool) {
	if header := strings.ToLower(r.Header.Get("Authorization")); strings.Contains(header, "bearer") {
		id := strings.Replace(header, "bearer ", "", 1)
		for _, t := range s.tokens {
			if t.ID == id && (!t.Expired || s.db == Bolt) {
				return s.userByID(t.UserID), false
			}
		}
		return nil, false
	}
	v := s.sessionOf(r)
	if v == nil || v.half {
		return nil, v != nil
	}
	return s.userByID(v.userID), false
}

func (s *Server) sessionOf(r *http.Request) *session {
	cookie, err := r.Cookie("semaphore")
	if err != nil {
		return nil
	}
	return s.sessions[cookie.Value]
}

func getLogin(s *Server, _ *call) answer {
	body := map[string]any{"oidc_providers": []any{}, "login_with_password": true}
	if s.gen == Gen216 {
		body["auth_methods"] = map[string]any{"totp": map[string]bool{"allow_recovery": true}}
	}
	return s.reply(http.StatusOK, body)
}

// postLogin opens a session. Its cookie works for ever: logging out does not end the session.
func postLogin(s *Server, c *call) answer {
	var body struct {
		Auth     string `json:"auth"`
		Password string `json:"password"`
	}
	if !c.bind(&body) {
		return empty(http.StatusBadRequest)
	}
	for _, u := range s.users {
		if (u.Username == body.Auth || u.Email == body.Auth) && u.password == body.Password {
			cookie := secretText()
			s.sessions[cookie] = &session{userID: u.ID, half: u.TOTP != nil}
			a := noContent()
			a.header = map[string]string{"Set-Cookie": "semaphore=" + cookie + "; Path=/"}
			return a
		}
	}
	return empty(http.StatusUnauthorized)
}

func postLogout(s *Server, _ *call) answer {
	a := noContent()
	past := s.t.AddDate(0, 0, -7).Format(http.TimeFormat)
	a.header = map[string]string{"Set-Cookie": "semaphore=; Path=/; Expires=" + past}
	return a
}

// shortID is how much of a token 2.15 and later show after its creation.
const shortID = 8

func getTokens(s *Server, c *call) answer {
	list := []token{}
	for _, t := range s.tokens {
		if t.UserID != c.user.ID {
			continue
		}
		seen := *t
		if s.gen == Gen216 {
			seen.ID = seen.ID[:shortID]
		}
		list = append(list, seen)
	}
	return s.reply(http.StatusOK, list)
}

func postToken(s *Server, c *call) answer {
	var body struct {
		Name string `json:"name"`
	}
	if s.gen == Gen216 && len(c.body) > 0 && !c.bind(&body) {
		return empty(http.StatusBadRequest)
	}
	t := s.addToken(c.user, body.Name)
	return s.reply(http.StatusCreated, t)
}

// deleteToken marks a token as expired; it stays in the list. Gen216 knows it by its first characters too.
func deleteToken(s *Server, c *call) answer {
	id := c.vars["token_id"]
	for _, t := range s.tokens {
		if t.UserID != c.user.ID || t.ID != id && (s.gen != Gen216 || t.ID[:shortID] != id) {
			continue
		}
		if s.gen == Gen216 {
			s.tokens = slices.DeleteFunc(s.tokens, func(other *token) bool { return other == t })
			return noContent()
		}
		t.Expired = true
		return noContent()
	}
	return empty(http.StatusNotFound)
}
