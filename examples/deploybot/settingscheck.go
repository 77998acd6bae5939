package main

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"
)

// chatName says which chat the settings are for.
type chatName string

const (
	onMatrix chatName = "Matrix"
	onZulip  chatName = "Zulip"
)

// chat is the one of the two that is set up; "" for neither or both.
func (s *settings) chat() chatName {
	matrix := s.Matrix.Homeserver != "" || s.Matrix.User != ""
	zulip := s.Zulip.Site != "" || s.Zulip.Config != ""
	switch {
	case matrix && !zulip:
		return onMatrix
	case zulip && !matrix:
		return onZulip
	}
	return ""
}

// check finds what cannot work. It looks at nothing but the settings.
func (s *settings) check() error {
	wrong := []error{s.checkChat(), s.checkPeople(), s.checkListen()}
	switch {
	case s.Semaphore.URL == "":
		wrong = append(wrong, errors.New("semaphore.url (SEMAPHORE_URL) is missing: the address at which people open Semaphore"))
	case !strings.Contains(s.Semaphore.URL, "://"):
		wrong = append(wrong, fmt.Errorf("semaphore.url (SEMAPHORE_URL): %q is no address, as https://ci.example.org", s.Semaphore.URL))
	}
	if s.Semaphore.Token.IsZero() {
		wrong = append(wrong, errors.New("semaphore.token (SEMAPHORE_TOKEN or SEMAPHORE_TOKEN_FILE) is missing: "+
			"make one in Semaphore, under the bot's user, API Tokens"))
	}
	if s.Prefix == "" || strings.ContainsAny(s.Prefix, " \t\n") || len(s.Prefix) > 20 {
		wrong = append(wrong, fmt.Errorf("prefix (DEPLOY_PREFIX): %q is not one word of at most 20 characters, as !cd", s.Prefix))
	}
	if isNumber(s.Prefix) {
		wrong = append(wrong, fmt.Errorf("prefix (DEPLOY_PREFIX): %q is a number: commands begin with a word, as !cd", s.Prefix))
	}
	return errors.Join(wrong...)
}

func (s *settings) checkChat() error {
	switch s.chat() {
	case onMatrix:
		return s.Matrix.check()
	case onZulip:
		return s.Zulip.check()
	}
	if s.Zulip.Site == "" && s.Zulip.Config == "" {
		return errors.New("no chat is set: give matrix.homeserver, matrix.user and matrix.password " +
			"(MATRIX_HOMESERVER, MATRIX_USER, MATRIX_PASSWORD or MATRIX_ACCESS_TOKEN), " +
			"or zulip.site, zulip.email and zulip.api_key (ZULIP_SITE, ZULIP_EMAIL, ZULIP_API_KEY)")
	}
	return errors.New("both matrix and zulip are set: a bot is on one chat; start two with a folder each")
}

func (m *matrixSettings) check() error {
	ways := 0
	for _, way := range []bool{!m.Password.IsZero(), !m.AccessToken.IsZero(), !m.LoginToken.IsZero(), m.OAuth} {
		if way {
			ways++
		}
	}
	switch {
	case ways == 0:
		return errors.New("matrix.password (MATRIX_PASSWORD or MATRIX_PASSWORD_FILE) is missing, " +
			"or matrix.access_token (MATRIX_ACCESS_TOKEN), matrix.login_token or matrix.oauth in its place")
	case ways > 1:
		return errors.New("the settings of matrix have several ways to log in: keep one of password, access_token, login_token and oauth")
	case m.User == "" && m.AccessToken.IsZero():
		return errors.New("matrix.user (MATRIX_USER) is missing: the bot's user id, as @deploybot:example.org")
	}
	return nil
}

func (z *zulipSettings) check() error {
	if z.Config != "" {
		return nil // It is read, and found wanting, when the client is made.
	}
	var missing []string
	if z.Email == "" {
		missing = append(missing, "zulip.email (ZULIP_EMAIL)")
	}
	if z.APIKey.IsZero() {
		missing = append(missing, "zulip.api_key (ZULIP_API_KEY or ZULIP_API_KEY_FILE)")
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("%s is missing: see the bot's settings page in Zulip", strings.Join(missing, ", "))
}

// checkPeople finds names that cannot be those of people and rooms, and a bot
// that would answer nobody.
func (s *settings) checkPeople() error {
	var wrong []error
	if s.Policy == "" {
		if len(s.Admins) == 0 {
			wrong = append(wrong, errors.New("nobody may do anything: name people with -admin, admins (DEPLOY_ADMINS), or in a policy (DEPLOY_POLICY)"))
		}
		if len(s.Rooms) == 0 {
			wrong = append(wrong, errors.New("commands count in no room: name rooms with -room, rooms (DEPLOY_ROOMS), or in a policy (DEPLOY_POLICY)"))
		}
	}
	for _, name := range s.Admins {
		if err := s.chat().checkPerson(name); err != nil {
			wrong = append(wrong, fmt.Errorf("admins: %w", err))
		}
	}
	for _, name := range s.Rooms {
		if err := s.chat().checkRoom(name); err != nil {
			wrong = append(wrong, fmt.Errorf("rooms: %w", err))
		}
	}
	return errors.Join(wrong...)
}

func isNumber(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// checkListen keeps what the bot tells of itself on this machine.
func (s *settings) checkListen() error {
	if s.Listen == noListen {
		return nil
	}
	host, port, err := net.SplitHostPort(s.Listen)
	if _, wrong := strconv.ParseUint(port, 10, 16); err != nil || wrong != nil {
		return fmt.Errorf("listen (DEPLOY_LISTEN): %q is no address, as 127.0.0.1:9127, and not %s", s.Listen, noListen)
	}
	if address := net.ParseIP(host); host != "localhost" && (address == nil || !address.IsLoopback()) {
		return fmt.Errorf("listen (DEPLOY_LISTEN): %q is not an address of this machine alone, as 127.0.0.1:9127: "+
			"what is told there is for nobody else; let a proxy guard it", s.Listen)
	}
	return nil
}

// matrixData is the folder of matrixbot.
func (s *settings) matrixData() string {
	if s.Matrix.Data != "" {
		return s.Matrix.Data
	}
	return filepath.Join(s.Data, "matrix")
}

// The files in the folder of everything.
func (s *settings) storeFile() string   { return filepath.Join(s.Data, "deploy.db") }
func (s *settings) auditFile() string   { return filepath.Join(s.Data, "audit.jsonl") }
func (s *settings) controlFile() string { return filepath.Join(s.Data, "control.sock") }
