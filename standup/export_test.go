package standup

import (
	"fmt"
	"time"
)

// SeedTeams stores n teams whose next run opens in the far future.
func SeedTeams(tx Tx, n int) error {
	for i := range n {
		id := fmt.Sprintf("%06d", i)
		t := Team{
			ID: TeamID(id), Channel: ChannelID(id), Members: []Member{{ID: "ada", Name: "Ada"}},
			Schedule: Schedule{Days: Workdays, Zone: "UTC", Prompt: 570, Reminder: 700, Cutoff: 760},
			Next:     NextRun{Date: Date{2999, 1, 1}, OpenAt: time.Date(2999, 1, 1, 9, 30, 0, 0, time.UTC)},
		}
		var c changes
		c.team(Team{ID: t.ID}, t)
		if err := c.apply(tx); err != nil {
			return err
		}
	}
	return nil
}
