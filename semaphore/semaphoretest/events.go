package semaphoretest

import (
	"net/http"
	"time"
)

// An event is a line of a project's history.
type event struct {
	UserID        *int      `json:"user_id"`
	ProjectID     *int      `json:"project_id"`
	IntegrationID *int      `json:"integration_id"`
	ObjectID      *int      `json:"object_id"`
	ObjectType    *string   `json:"object_type"`
	Description   *string   `json:"description"`
	Created       time.Time `json:"created"`
	ObjectName    string    `json:"object_name"`
	ProjectName   *string   `json:"project_name"`
	Username      *string   `json:"username"`
}

// maxEvents is how many events the server keeps.
const maxEvents = 10_000

// note adds to the history. A userID of zero is the server itself.
func (s *Server) note(p *project, userID int, kind string, objectID int, text string) {
	e := &event{ProjectID: &p.ID, ObjectID: &objectID, ObjectType: &kind, Description: &text, Created: s.t}
	if u := s.userByID(userID); u != nil {
		e.UserID, e.Username = new(u.ID), new(u.Username)
	}
	if len(s.events) >= maxEvents {
		s.events = s.events[maxEvents/10:]
	}
	s.events = append(s.events, e)
}

// The newest events that GET …/events/last answers; Bolt counts one too many, and one too few for GET …/events.
const lastEvents = 200

func getEvents(s *Server, c *call) answer {
	if s.db == Bolt {
		return s.listEvents(c, 1)
	}
	return s.listEvents(c, maxEvents)
}

func getLastEvents(s *Server, c *call) answer {
	if s.db == Bolt {
		return s.listEvents(c, lastEvents+1)
	}
	return s.listEvents(c, lastEvents)
}

func (s *Server) listEvents(c *call, limit int) answer {
	list := []event{}
	for i := len(s.events) - 1; i >= 0 && len(list) < limit; i-- {
		e := *s.events[i]
		p := s.projectByID(*e.ProjectID)
		if p == nil || c.project != nil && p != c.project || c.project == nil && p.role(c.user.ID) == "" {
			continue
		}
		e.ProjectName = &p.Name
		list = append(list, e)
	}
	return s.reply(http.StatusOK, list)
}
