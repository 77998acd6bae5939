package zuliptest

import (
	"regexp"
	"strings"
)

// groupMention is @*name*; with an underscore it is silent.
var groupMention = regexp.MustCompile(`(?:^|[^*@\w])@\*([^*\n]+)\*(?:[^*]|$)`)

// calledGroups returns the groups that a content mentions aloud.
func (s *Server) calledGroups(content string) []*group {
	var list []*group
	for _, m := range groupMention.FindAllStringSubmatch(content, -1) {
		if g := s.groupByName(m[1]); g != nil && !g.deactivated {
			list = append(list, g)
		}
	}
	return list
}

// alerted reports whether the content has one of the user's alert words, as a whole word.
func (u *userState) alerted(content string) bool {
	for _, word := range u.alerts {
		pattern := `(?i)(?:^|[^\pL\pN_])` + regexp.QuoteMeta(word) + `(?:$|[^\pL\pN_])`
		if found, err := regexp.MatchString(pattern, strings.ToValidUTF8(content, "")); err == nil && found {
			return true
		}
	}
	return false
}
