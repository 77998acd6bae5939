package chatops

import "github.com/signalbox-go/signalbox/semaphore"

// trigger says what started a task.
type trigger string

const (
	byUser        trigger = "user"        // Somebody in Semaphore's own pages, or a program with his token.
	bySchedule    trigger = "schedule"    // A schedule or, where the server does not tell these apart, a build or a workflow.
	byIntegration trigger = "integration" // A webhook.
	byBot         trigger = "bot"         // Somebody in the chat.
)

// triggers are all of them.
func triggers() []string {
	return []string{string(byUser), string(bySchedule), string(byIntegration), string(byBot)}
}

// triggerOf says what started a task, but for the bot, which is a user to Semaphore.
func triggerOf(task semaphore.Task) trigger {
	switch {
	case task.ScheduleID != 0:
		return bySchedule
	case task.IntegrationID != 0:
		return byIntegration
	case task.UserID != 0:
		return byUser
	}
	return bySchedule
}

func (t trigger) words() string {
	switch t {
	case byIntegration:
		return "an integration"
	case bySchedule:
		return "a schedule"
	case byBot:
		return "somebody in the chat"
	case byUser:
	}
	return "somebody in Semaphore"
}
