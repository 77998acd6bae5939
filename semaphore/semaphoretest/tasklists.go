package semaphoretest

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
)

// The sizes of the lists of tasks.
const (
	allTasks  = 1000
	lastTasks = 200
)

// listed adds to a task what lists show.
func (s *Server) listed(p *project, t *task) listedTask {
	row := listedTask{taskRow: t.taskRow}
	if tpl := find(p.templates, t.TemplateID); tpl != nil {
		row.TplPlaybook, row.TplAlias, row.TplType, row.TplApp = tpl.Playbook, tpl.Name, tpl.Type, tpl.App
	}
	if t.UserID != nil {
		if u := s.userByID(*t.UserID); u != nil {
			row.UserName = &u.Name
		}
	}
	if t.BuildTaskID != nil {
		if build := s.tasks[*t.BuildTaskID]; build != nil {
			row.BuildTask = &build.taskRow
		}
	}
	return row
}

// newest lists tasks, newest first, in the order of their ids as databases do.
func (s *Server) newest(p *project, limit int, want func(*task) bool) []listedTask {
	list := []listedTask{}
	for _, t := range slices.Backward(s.sorted()) {
		if len(list) == limit {
			break
		}
		if t.ProjectID == p.ID && want(t) {
			list = append(list, s.listed(p, t))
		}
	}
	return list
}

// sorted are all tasks in the order of their ids, oldest first; on Bolt ids fall.
func (s *Server) sorted() []*task {
	return slices.SortedFunc(maps.Values(s.tasks), func(a, b *task) int {
		if s.db == Bolt {
			return b.ID - a.ID
		}
		return a.ID - b.ID
	})
}

func (s *Server) lastTask(p *project, tpl *template) *listedTask {
	for _, t := range slices.Backward(s.byAge) {
		if t.ProjectID == p.ID && t.TemplateID == tpl.ID {
			return new(s.listed(p, t))
		}
	}
	return nil
}

func anyTask(*task) bool { return true }

func getTasks(s *Server, c *call) answer {
	return s.reply(http.StatusOK, s.newest(c.project, allTasks, anyTask))
}

func getTemplateTasks(s *Server, c *call, tpl *template) answer {
	return s.reply(http.StatusOK, s.newest(c.project, allTasks, func(t *task) bool { return t.TemplateID == tpl.ID }))
}

func getLastTasks(s *Server, c *call) answer { return s.pageOf(c, anyTask) }

func getLastTemplateTasks(s *Server, c *call, tpl *template) answer {
	return s.pageOf(c, func(t *task) bool { return t.TemplateID == tpl.ID })
}

// pageOf answers the newest tasks: at most limit or, with Gen216, count, which are older than the task in before.
func (s *Server) pageOf(c *call, want func(*task) bool) answer {
	query := c.r.URL.Query()
	limit, err := strconv.Atoi(query.Get("limit"))
	if count, bad := strconv.Atoi(query.Get("count")); s.gen == Gen216 && bad == nil {
		limit, err = count, nil
	}
	if err != nil || limit <= 0 || limit > lastTasks {
		limit = lastTasks
	}
	before, err := strconv.Atoi(query.Get("before"))
	paged := s.gen == Gen216 && err == nil
	list := s.newest(c.project, limit+1, func(t *task) bool {
		older := s.db == Bolt && t.ID > before || s.db != Bolt && t.ID < before
		return want(t) && (!paged || older)
	})
	more := len(list) > limit
	if more {
		list = list[:limit]
	}
	a := s.reply(http.StatusOK, list)
	if s.gen == Gen216 {
		a.header = map[string]string{"X-Has-Next": strconv.FormatBool(more)}
	}
	return a
}
