package semaphoretest

import (
	"encoding/json"
	"time"
)

// Messages on WebSockets have their keys in alphabetical order.

type logMessage struct {
	Output    string    `json:"output"`
	ProjectID int       `json:"project_id"`
	TaskID    int       `json:"task_id"`
	Time      time.Time `json:"time"`
	Type      string    `json:"type"`
}

type updateMessage struct {
	End        *time.Time `json:"end"`
	ProjectID  int        `json:"project_id"`
	Start      *time.Time `json:"start"`
	Status     string     `json:"status"`
	TaskID     int        `json:"task_id"`
	TemplateID int        `json:"template_id"`
	Type       string     `json:"type"`
	Version    *string    `json:"version"`
}

// tell sends the state of a task to everybody who sees it.
func (s *Server) tell(t *task) {
	s.broadcast(t, updateMessage{
		End: t.End, ProjectID: t.ProjectID, Start: t.Start, Status: t.Status,
		TaskID: t.ID, TemplateID: t.TemplateID, Type: "update", Version: t.Version,
	})
}

// tellLine sends a line of a task's log to everybody who sees it.
func (s *Server) tellLine(t *task, at time.Time, text string) {
	s.broadcast(t, logMessage{Output: text, ProjectID: t.ProjectID, TaskID: t.ID, Time: at, Type: "log"})
}

func (s *Server) broadcast(t *task, message any) {
	if len(s.sockets) == 0 {
		return
	}
	text, err := json.Marshal(message)
	if err != nil {
		panic("semaphoretest: " + err.Error()) // only the types above get here
	}
	for k := range s.sockets {
		if t.viewers[k.userID] {
			k.send(text)
		}
	}
}
