package semaphore

import (
	"encoding/json"
	"strings"
	"time"
)

// TaskStatus says where a task is in its life. Later servers may add values; those count as not ended.
type TaskStatus string

// The statuses of tasks.
const (
	StatusWaiting             TaskStatus = "waiting"  // for its turn
	StatusStarting            TaskStatus = "starting" // for a few milliseconds
	StatusRunning             TaskStatus = "running"
	StatusWaitingConfirmation TaskStatus = "waiting_confirmation" // for a yes to the plan of Terraform
	StatusConfirmed           TaskStatus = "confirmed"            // and running again soon
	StatusRejected            TaskStatus = "rejected"             // and ending soon; 2.16 and later
	StatusStopping            TaskStatus = "stopping"
	StatusStopped             TaskStatus = "stopped" // the end of a task that was stopped by force or while waiting
	StatusSuccess             TaskStatus = "success"
	StatusError               TaskStatus = "error" // also the end of a task that was stopped while running
)

// Ended tells whether the status is final. The log may go on for a while after that.
func (s TaskStatus) Ended() bool {
	return s == StatusSuccess || s == StatusError || s == StatusStopped
}

// Task is one run of a template.
type Task struct {
	ID         TaskID     `json:"id"`
	TemplateID TemplateID `json:"template_id"`
	ProjectID  ProjectID  `json:"project_id"`
	Status     TaskStatus `json:"status"`
	// Message is what the person or program who started the task wrote.
	Message string `json:"message"`
	// UserID, IntegrationID and ScheduleID say who or what started it. All are 0 for deploys that a build started,
	// and on servers of 2.10 for what a schedule started.
	UserID        UserID        `json:"user_id"`
	IntegrationID IntegrationID `json:"integration_id"`
	ScheduleID    ScheduleID    `json:"schedule_id"`
	// Start is zero while the task waits. End is zero while it runs, a moment longer, and for ever when the server
	// was restarted in between.
	Created time.Time `json:"created"`
	Start   time.Time `json:"start"`
	End     time.Time `json:"end"`

	// What was asked for; see [StartTaskRequest].
	Variables   Variables   `json:"environment"`
	Arguments   Arguments   `json:"arguments"`
	Playbook    string      `json:"playbook"`
	GitBranch   string      `json:"git_branch"`
	InventoryID InventoryID `json:"inventory_id"`
	Debug       bool        `json:"debug"`
	DryRun      bool        `json:"dry_run"`
	Diff        bool        `json:"diff"`
	Limit       []string    `json:"-"`
	// Params has the options of the app as servers since 2.16 keep them, those above included.
	Params map[string]any `json:"params"`

	// CommitHash and CommitMessage are of the repository, as far as known.
	CommitHash    string `json:"commit_hash"`
	CommitMessage string `json:"commit_message"`
	// Version is what a build made; BuildTaskID is the build that a deploy brings out.
	Version     string `json:"version"`
	BuildTaskID TaskID `json:"build_task_id"`

	// WorkflowRunID and WorkflowNodeID are of the workflow that started the task; 0 if none did.
	WorkflowRunID  WorkflowRunID  `json:"workflow_run_id"`
	WorkflowNodeID WorkflowNodeID `json:"workflow_node_id"`
	// Artifacts are what the task left for the tasks after it in a workflow.
	Artifacts json.RawMessage `json:"artifacts"`

	// The rest is set in lists only.
	TemplateName     string       `json:"tpl_alias"`
	TemplatePlaybook string       `json:"tpl_playbook"`
	TemplateType     TemplateType `json:"tpl_type"`
	TemplateApp      AppID        `json:"tpl_app"`
	UserName         string       `json:"user_name"`
	BuildTask        *Task        `json:"build_task"`
	UsedRunnerID     RunnerID     `json:"used_runner_id"`
	UsedRunnerName   string       `json:"used_runner_name"`
}

// plainTask is Task without its methods.
type plainTask Task

// wireTask has the limit as text, as servers before 2.16 keep it.
type wireTask struct {
	plainTask
	Limit string `json:"limit"`
}

// UnmarshalJSON reads the task as the server's API has it. Servers before 2.16 have the options of Ansible beside
// everything else, later ones in params; here they are in one place.
func (t *Task) UnmarshalJSON(data []byte) error {
	var wire wireTask
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*t = Task(wire.plainTask)
	for name, flag := range map[string]*bool{"debug": &t.Debug, "dry_run": &t.DryRun, "diff": &t.Diff} {
		if set, ok := t.Params[name].(bool); ok {
			*flag = set
		}
	}
	if hosts, ok := t.Params["limit"].([]any); ok {
		for _, host := range hosts {
			if name, ok := host.(string); ok {
				t.Limit = append(t.Limit, name)
			}
		}
	} else if wire.Limit != "" {
		for host := range strings.SplitSeq(wire.Limit, ",") {
			t.Limit = append(t.Limit, strings.TrimSpace(host))
		}
	}
	return nil
}

// TaskStage is a part of a task's life.
type TaskStage struct {
	ID     StageID `json:"id"`
	TaskID TaskID  `json:"task_id"`
	// Type is "init", "terraform_plan", "running" or "print_result".
	Type  string    `json:"type"`
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
	// StartOutputID and EndOutputID are lines of the log; see [LogLine.ID].
	StartOutputID int64 `json:"start_output_id"`
	EndOutputID   int64 `json:"end_output_id"`
	// Result depends on the type.
	Result json.RawMessage `json:"result"`
}

// AnsibleHost counts what Ansible did on one host.
type AnsibleHost struct {
	ID          int64     `json:"id"`
	TaskID      TaskID    `json:"task_id"`
	ProjectID   ProjectID `json:"project_id"`
	Host        string    `json:"host"`
	Changed     int       `json:"changed"`
	Failed      int       `json:"failed"`
	Ignored     int       `json:"ignored"`
	OK          int       `json:"ok"`
	Rescued     int       `json:"rescued"`
	Skipped     int       `json:"skipped"`
	Unreachable int       `json:"unreachable"`
	Created     time.Time `json:"created"`
}

// AnsibleError is something that went wrong on a host.
type AnsibleError struct {
	ID        int64     `json:"id"`
	TaskID    TaskID    `json:"task_id"`
	ProjectID ProjectID `json:"project_id"`
	Host      string    `json:"host"`
	Task      string    `json:"task"`
	Error     string    `json:"error"`
	Created   time.Time `json:"created"`
}
