package semaphoretest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A dayStat counts the tasks of a day.
type dayStat struct {
	Date          string         `json:"date"`
	CountByStatus map[string]int `json:"count_by_status"`
	AvgDuration   int            `json:"avg_duration"` // in seconds

	ended int
	took  time.Duration
}

func getStats(s *Server, c *call) answer { return s.stats(c, anyTask) }

func getTemplateStats(s *Server, c *call, tpl *template) answer {
	return s.stats(c, func(t *task) bool { return t.TemplateID == tpl.ID })
}

// stats counts tasks by the day on which they were made.
func (s *Server) stats(c *call, want func(*task) bool) answer {
	query := c.r.URL.Query()
	for _, name := range []string{"start", "end"} {
		if text := query.Get(name); text != "" {
			if _, err := time.Parse(time.DateOnly, text); err != nil {
				return refuse(http.StatusBadRequest, "Invalid "+name+" date")
			}
		}
	}
	userID, err := strconv.Atoi(query.Get("user_id"))
	if query.Get("user_id") != "" && err != nil {
		return refuse(http.StatusBadRequest, "Invalid user_id")
	}
	days := map[string]*dayStat{}
	for _, t := range s.byAge {
		date := t.Created.Format(time.DateOnly)
		switch {
		case t.project != c.project || !want(t),
			query.Get("start") != "" && date < query.Get("start"), query.Get("end") != "" && date > query.Get("end"),
			userID != 0 && !is(t.UserID, userID):
			continue
		}
		if days[date] == nil {
			days[date] = &dayStat{Date: date, CountByStatus: map[string]int{}}
		}
		days[date].count(t)
	}
	list := []*dayStat{}
	for _, day := range days {
		list = append(list, day)
	}
	slices.SortFunc(list, func(a, b *dayStat) int { return strings.Compare(a.Date, b.Date) })
	return s.reply(http.StatusOK, list)
}

func (d *dayStat) count(t *task) {
	d.CountByStatus[t.Status]++
	if t.Start != nil && t.End != nil {
		d.ended++
		d.took += t.End.Sub(*t.Start)
		d.AvgDuration = int(d.took.Seconds()) / d.ended
	}
}
