package zulip

import (
	"context"
	"errors"
	"net/http"
)

// FetchAPIKey exchanges a person's password for the API key and returns login with it, fit for [NewClient].
// Login needs Site and Email, which is the name to log in with; its key is not used. It works where the organisation
// allows passwords, and servers permit only a few tries in half an hour. API: POST /fetch_api_key.
func FetchAPIKey(ctx context.Context, login Credentials, password Secret, options ...Option) (Credentials, error) {
	const op = "fetch API key"
	if password.IsZero() {
		return Credentials{}, errors.New("zulip: " + op + ": the password is empty")
	}
	entry := login
	entry.APIKey = password // hidden like a key; it goes where a key goes, too, and the server does not look there
	c, err := NewClient(entry, options...)
	if err != nil {
		return Credentials{}, err
	}
	p := params{}
	p.text("username", login.Email)
	p.text("password", password.Reveal())
	var out struct {
		envelope
		APIKey string `json:"api_key"`
		Email  string `json:"email"`
	}
	err = c.call(ctx, call{op: op, method: http.MethodPost, path: path("fetch_api_key"), params: p}, &out)
	if err != nil {
		return Credentials{}, err
	}
	if out.APIKey == "" || out.Email == "" {
		return Credentials{}, errors.New("zulip: " + op + ": the answer has no key")
	}
	login.Email, login.APIKey = out.Email, NewSecret(out.APIKey)
	return login, nil
}
