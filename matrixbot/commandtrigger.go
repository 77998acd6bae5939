package matrixbot

import (
	"errors"
	"html"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"maunium.net/go/mautrix/id"
)

// trigger says what makes a command of a message.
type trigger struct {
	prefix  string
	mention bool
	direct  bool
}

// trigger kinds, by which a message was found to be a command.
const (
	noTrigger      = iota
	prefixTrigger  // It begins with the prefix.
	mentionTrigger // It begins with the bot's name.
	directTrigger  // It is said to the bot alone.
)

// addressed is what counts of a message.
type addressed struct {
	text      string
	html      string // formatted_body
	own       id.UserID
	mentioned bool
	direct    bool
}

func (t trigger) check() error {
	switch {
	case t.prefix == "" && !t.mention && !t.direct:
		return errors.New("nothing triggers commands: set Prefix, Mention or Direct")
	case utf8.RuneCountInString(t.prefix) > 20 || strings.ContainsFunc(t.prefix, unicode.IsSpace):
		return errors.New("the prefix must be without white space and not longer than 20 characters")
	}
	return nil
}

// attaches says whether commands follow the prefix without a blank: !help, but bot help.
func (t trigger) attaches() bool {
	last, _ := utf8.DecodeLastRuneInString(t.prefix)
	return last < utf8.RuneSelf && !unicode.IsLetter(last) && !unicode.IsDigit(last)
}

// cut returns what the command is, without what makes it one, and which kind of trigger that was.
func (t trigger) cut(m addressed) (rest string, by int) {
	text := strings.TrimLeftFunc(m.text, unicode.IsSpace)
	if rest, ok := t.cutPrefix(text); ok {
		return rest, prefixTrigger
	}
	if t.mention {
		if rest, ok := cutMention(text, m); ok {
			return rest, mentionTrigger
		}
	}
	if t.direct && m.direct {
		return text, directTrigger
	}
	return "", noTrigger
}

func (t trigger) cutPrefix(text string) (rest string, ok bool) {
	if t.prefix == "" {
		return "", false
	}
	rest, ok = cutFold(text, t.prefix)
	if !ok {
		return "", false
	}
	next, size := utf8.DecodeRuneInString(rest)
	if t.attaches() { // So that !, !! and "! no" are no commands.
		return rest, unicode.IsLetter(next) || unicode.IsDigit(next)
	}
	return rest, size == 0 || unicode.IsSpace(next)
}

// cutMention cuts the bot's name from the beginning: its user id, or, where the message says that it mentions the bot,
// the name that the sender's client shows for it.
func cutMention(text string, m addressed) (rest string, ok bool) {
	names := []string{string(m.own)}
	if m.mentioned {
		if name := pillName(m.html, m.own); name != "" {
			names = append(names, name)
		}
		names = append(names, "@"+m.own.Localpart(), m.own.Localpart())
	}
	for _, name := range names {
		rest, ok := cutFold(text, name)
		if !ok {
			continue
		}
		trimmed := strings.TrimLeft(rest, ":,")
		next, size := utf8.DecodeRuneInString(trimmed)
		if size == 0 || len(trimmed) < len(rest) || unicode.IsSpace(next) {
			return trimmed, true
		}
	}
	return "", false
}

// pillName returns the text of the link to a user with which a formatted message begins, or "".
func pillName(formatted string, user id.UserID) string {
	if _, after, ok := strings.Cut(formatted, "</mx-reply>"); ok {
		formatted = after
	}
	formatted = strings.TrimPrefix(strings.TrimSpace(formatted), "<p>")
	rest, ok := strings.CutPrefix(formatted, `<a href="https://matrix.to/#/`)
	if !ok {
		return ""
	}
	target, rest, ok := strings.Cut(rest, `"`)
	if !ok {
		return ""
	}
	target, _, _ = strings.Cut(target, "?")
	if plain, err := url.PathUnescape(html.UnescapeString(target)); err != nil || plain != string(user) {
		return ""
	}
	_, rest, _ = strings.Cut(rest, ">")
	name, _, ok := strings.Cut(rest, "</a>")
	if !ok {
		return ""
	}
	return strings.TrimSpace(html.UnescapeString(name))
}

// cutFold cuts a prefix of which the case does not count.
func cutFold(text, prefix string) (rest string, ok bool) {
	n := 0
	for range prefix {
		_, size := utf8.DecodeRuneInString(text[n:])
		n += size
	}
	if prefix == "" || !strings.EqualFold(text[:n], prefix) {
		return "", false
	}
	return text[n:], true
}
