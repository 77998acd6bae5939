package zuliptest

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// nearURL is the address of a message in the web app.
func (s *Server) nearURL(m *messageState) string {
	if m.channel != nil {
		return fmt.Sprintf("%s/#narrow/channel/%d-%s/topic/%s/near/%d",
			s.URL(), m.channel.ID, hashPart(strings.ReplaceAll(m.channel.Name, " ", "-")), hashPart(m.topic), m.id)
	}
	ids := make([]string, len(m.to))
	for i, id := range m.to {
		ids[i] = strconv.Itoa(id)
	}
	return fmt.Sprintf("%s/#narrow/dm/%s-pm/near/%d", s.URL(), strings.Join(ids, ","), m.id)
}

// hashPart writes a name as the web app does behind the "#": percent signs become dots.
func hashPart(name string) string {
	return strings.NewReplacer("+", ".20", ".", ".2E", "%", ".").Replace(url.QueryEscape(name))
}
