package zuliptest

import (
	"html"
	"regexp"
	"strconv"
	"strings"
)

var (
	mentionPattern = regexp.MustCompile(`@(_?)\*\*([^*|\n]*)(?:\|(\d+))?\*\*`)
	boldPattern    = regexp.MustCompile(`\*\*([^*\n]+)\*\*`)
	codePattern    = regexp.MustCompile("`([^`\n]+)`")
	linkPattern    = regexp.MustCompile(`\[([^\]\n]*)\]\(([^)\s]+)\)`)
)

// mentioned is who a content calls for.
type mentioned struct {
	users map[int]bool
	all   bool // everybody in the channel
	topic bool // everybody who spoke in the topic
}

// mentions finds the mentions that notify; silent ones do not.
func (s *Server) mentions(content string) mentioned {
	found := mentioned{users: map[int]bool{}}
	for _, m := range mentionPattern.FindAllStringSubmatch(content, -1) {
		if m[1] != "" {
			continue
		}
		switch m[2] {
		case "all", "everyone", "channel", "stream":
			found.all = true
		case "topic":
			found.topic = true
		default:
			if u := s.mentionedUser(m[2], m[3]); u != nil {
				found.users[u.ID] = true
			}
		}
	}
	return found
}

// mentionedUser finds who is meant: the id counts when there is one, and then a name must fit it.
func (s *Server) mentionedUser(name, id string) *userState {
	if id != "" {
		n, _ := strconv.Atoi(id)
		if u := s.users[n]; u != nil && (name == "" || name == u.FullName) {
			return u
		}
		return nil
	}
	for _, u := range s.sortedUsers() {
		if u.FullName == name {
			return u
		}
	}
	return nil
}

// render makes HTML of Markdown: paragraphs, line breaks, bold, code, links and mentions. Zulip knows far more.
func (s *Server) render(content string) string {
	if content == "" {
		return ""
	}
	var paragraphs []string
	for p := range strings.SplitSeq(content, "\n\n") {
		if p = strings.Trim(p, "\n"); p == "" {
			continue
		}
		p = html.EscapeString(p)
		p = mentionPattern.ReplaceAllStringFunc(p, s.renderMention)
		p = codePattern.ReplaceAllString(p, "<code>$1</code>")
		p = boldPattern.ReplaceAllString(p, "<strong>$1</strong>")
		p = linkPattern.ReplaceAllStringFunc(p, renderLink)
		paragraphs = append(paragraphs, "<p>"+strings.ReplaceAll(p, "\n", "<br>\n")+"</p>")
	}
	return strings.Join(paragraphs, "\n")
}

func (s *Server) renderMention(text string) string {
	m := mentionPattern.FindStringSubmatch(text)
	class, at := "user-mention", "@"
	if m[1] != "" {
		class, at = "user-mention silent", ""
	}
	switch m[2] {
	case "all", "everyone", "channel", "stream":
		return `<span class="` + class + ` channel-wildcard-mention" data-user-id="*">` + at + m[2] + `</span>`
	case "topic":
		return `<span class="topic-mention">` + at + `topic</span>`
	}
	u := s.mentionedUser(html.UnescapeString(m[2]), m[3])
	if u == nil {
		return text
	}
	return `<span class="` + class + `" data-user-id="` + strconv.Itoa(u.ID) + `">` + at + html.EscapeString(u.FullName) + `</span>`
}

// renderLink makes a link of what leads to the web or to this server, and leaves everything else as text.
func renderLink(text string) string {
	m := linkPattern.FindStringSubmatch(text)
	if !strings.HasPrefix(m[2], "http://") && !strings.HasPrefix(m[2], "https://") && !strings.HasPrefix(m[2], "/") {
		return text
	}
	return `<a href="` + m[2] + `">` + m[1] + `</a>`
}
