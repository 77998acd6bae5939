package semaphoretest

import "time"

// The statuses of a task.
const (
	StatusWaiting             = "waiting"
	StatusStarting            = "starting"
	StatusRunning             = "running"
	StatusWaitingConfirmation = "waiting_confirmation"
	StatusConfirmed           = "confirmed"
	StatusRejected            = "rejected" // since 2.16
	StatusStopping            = "stopping"
	StatusStopped             = "stopped" // final
	StatusSuccess             = "success" // final
	StatusError               = "error"   // final
)

// A Task is a task as it is at one moment.
type Task struct {
	ID          int
	TemplateID  int
	ProjectID   int
	Status      string
	UserID      int // who started it; zero when the server did
	ScheduleID  int // the schedule that started it; zero for others, and with Gen210
	Message     string
	Environment string         // as sent: a JSON object in a string, or nothing
	Arguments   string         // as sent: a JSON array in a string, or nothing
	GitBranch   string         // as sent
	Limit       string         // as sent at the top level, where 2.10 reads it
	Debug       bool           // as sent at the top level, where 2.10 reads it
	DryRun      bool           // as sent at the top level, where 2.10 reads it
	Params      map[string]any // as sent; 2.10 ignores it
	Created     time.Time      // by the server's clock, as are the next two
	Start       time.Time      // zero before the task runs
	End         time.Time      // zero before the task ends, and for ever when it was orphaned by Restart
	Lines       int            // written to its log so far, whether stored already or not
	Orphan      bool           // the server was restarted under it
}
