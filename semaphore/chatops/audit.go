package chatops

import (
	"time"
)

// AuditEntry is one line of the audit: who did what where, and what was decided. It holds no secret and nothing that
// people wrote but the name of the command and what was asked to run.
type AuditEntry struct {
	Seq      uint64    `json:"seq"`
	Time     time.Time `json:"time"`
	Actor    UserID    `json:"actor,omitempty"` // "" where time or Semaphore was the cause.
	Room     RoomID    `json:"room,omitempty"`
	Event    EventID   `json:"event,omitempty"`
	Command  string    `json:"command,omitempty"` // As "run" or "approve"; "reaction" for one.
	Decision Decision  `json:"decision"`
	Reason   string    `json:"reason,omitempty"` // A few words.
	Request  string    `json:"request,omitempty"`
	Target   string    `json:"target,omitempty"` // As "website/deploy-prod (2/6)".
	Task     TaskRef   `json:"task,omitzero"`
	Asked    []string  `json:"asked,omitempty"`  // What was asked to run, as "limit: web" and "variable release: 1.4", long ones cut.
	Digest   string    `json:"digest,omitempty"` // Of the whole of it.
}

func (e AuditEntry) recordKey() string { return auditKey(e.Seq) }

// Decision is what became of an event.
type Decision string

// The decisions.
const (
	DecisionDone      Decision = "done"
	DecisionDenied    Decision = "denied"  // Who asked may not.
	DecisionRefused   Decision = "refused" // A lock, a freeze, a mistake in the command.
	DecisionLimited   Decision = "limited" // Too many at once.
	DecisionFailed    Decision = "failed"  // Something broke.
	DecisionAsked     Decision = "asked"   // A question is out.
	DecisionConfirmed Decision = "confirmed"
	DecisionApproved  Decision = "approved"
	DecisionCancelled Decision = "cancelled"
	DecisionExpired   Decision = "expired"
	DecisionStarted   Decision = "started" // Semaphore runs it.
	DecisionEnded     Decision = "ended"   // The task is over.
)
