package chatops

import (
	"slices"
	"strconv"
	"strings"
)

// inRoom says whether the scope includes a room. One that names rooms does not include direct messages, which are "".
func (s Scope) inRoom(room RoomID) bool {
	return len(s.Rooms) == 0 || room != "" && slices.Contains(s.Rooms, room)
}

// touches says whether the scope includes a template, or, where the target names none, something of its project.
func (s Scope) touches(t TargetRef) bool {
	if len(s.Projects) > 0 && !slices.ContainsFunc(s.Projects, func(name string) bool {
		return names(name, t.ProjectName, int64(t.Project))
	}) {
		return false
	}
	return len(s.Templates) == 0 || slices.ContainsFunc(s.Templates, func(name string) bool { return namesTemplate(name, t) })
}

// names says whether somebody who writes name means the thing with this name and number. A number is only ever a number,
// so that nobody can name a thing after the number of another.
func names(written, name string, number int64) bool {
	if n, err := strconv.ParseInt(written, 10, 64); err == nil {
		return n == number
	}
	return strings.EqualFold(written, name)
}

// namesTemplate says whether an entry of [Scope.Templates] means a template or, where the target has none, something in
// its project. What has a slash is always a project and a template.
func namesTemplate(written string, t TargetRef) bool {
	if !strings.Contains(written, "/") {
		return t.Template == 0 || names(written, t.TemplateName, int64(t.Template))
	}
	for i, r := range written {
		if r == '/' && names(written[:i], t.ProjectName, int64(t.Project)) &&
			(t.Template == 0 || names(written[i+1:], t.TemplateName, int64(t.Template))) {
			return true
		}
	}
	return false
}
