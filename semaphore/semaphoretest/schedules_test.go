package semaphoretest_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

// due are the moments at which tasks were made.
func (s *shop) due() []string {
	var times []string
	for _, t := range s.Tasks() {
		times = append(times, t.Created.Format("01-02 15:04:05"))
	}
	return times
}

// schedule makes a schedule of the shop's template.
func (s *shop) schedule(fields string) {
	s.admin.ask(http.StatusCreated, "POST", "/project/1/schedules", `{"template_id":1,"active":true,`+fields+`}`)
}

// A bubble begins at midnight of the first of January 2000, which was a Saturday, in UTC.
func TestSchedulesAreDue(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	for cron, want := range map[string][]string{
		"30 14 * * *":               {"01-01 14:30:00", "01-02 14:30:00", "01-03 14:30:00"},
		"*/20 0 * * *":              {"01-01 00:20:00", "01-01 00:40:00", "01-02 00:00:00"},
		"5/25 23 * * *":             {"01-01 23:05:00", "01-01 23:30:00", "01-01 23:55:00"},
		"0 9-10 * * mon-fri":        {"01-03 09:00:00", "01-03 10:00:00", "01-04 09:00:00"},
		"0 0 29 feb ?":              {"02-29 00:00:00"},
		"0 0 13 * 5":                {"01-07 00:00:00", "01-13 00:00:00", "01-14 00:00:00"}, // either day will do
		"0 0 */2 * 6":               {"01-03 00:00:00", "01-05 00:00:00", "01-07 00:00:00"}, // a step asks for something
		"@weekly":                   {"01-02 00:00:00", "01-09 00:00:00", "01-16 00:00:00"},
		"@every 36h":                {"01-02 12:00:00", "01-04 00:00:00", "01-05 12:00:00"},
		"CRON_TZ=Asia/Tokyo @daily": {"01-01 15:00:00", "01-02 15:00:00", "01-03 15:00:00"},
		"0 0 30 2 *":                nil,
	} {
		t.Run(cron, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newShop(t, semaphoretest.Script{}, gen216)
				s.schedule(`"cron_format":"` + cron + `"`)
				time.Sleep(60 * 24 * time.Hour)
				got := s.due()
				assert.Equal(t, want, got[:min(len(got), 3)])
			})
		})
	}
	t.Run("in the zone of the server", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			s := newShop(t, semaphoretest.Script{}, gen216, semaphoretest.WithScheduleZone(zone))
			assert.Equal(t, "America/New_York", s.admin.get("/info")["schedule_timezone"])
			time.Sleep(91 * 24 * time.Hour) // the first of April
			s.schedule(`"cron_format":"30 2 * * *"`)
			time.Sleep(60 * time.Hour)
			assert.Equal(t, []string{"04-01 07:30:00", "04-03 06:30:00"}, s.due(), "on the 2nd, clocks go from 2 to 3")
		})
	})
}

func TestScheduledTasks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, semaphoretest.Script{}, gen216)
		s.schedule(`"cron_format":"@hourly","task_params":{"message":"on time","git_branch":"live","params":{"debug":true}}`)
		s.schedule(`"cron_format":"@hourly","repository_id":1`) // has something new once
		time.Sleep(150 * time.Minute)
		tasks := s.Tasks()
		require.Len(t, tasks, 3)
		assert.Equal(t, 1, tasks[0].ScheduleID)
		assert.Equal(t, "on time", tasks[0].Message)
		assert.Equal(t, "live", tasks[0].GitBranch)
		assert.Equal(t, map[string]any{"debug": true}, tasks[0].Params)
		assert.Zero(t, tasks[0].UserID)
		assert.Equal(t, semaphoretest.StatusSuccess, tasks[0].Status)

		s.admin.ask(http.StatusNoContent, "PUT", "/project/1/schedules/1/active", `{"active":false}`)
		time.Sleep(time.Hour)
		assert.Len(t, s.Tasks(), 3, "it is off")
		s.admin.ask(http.StatusNoContent, "PUT", "/project/1/schedules/1/active", `{"active":true}`)
		s.admin.ask(http.StatusNoContent, "PUT", "/project/1/schedules/1", `{"id":1,"project_id":1,"template_id":1,"active":true,"cron_format":"0 12 * * *"}`)
		time.Sleep(10 * time.Hour)
		assert.Len(t, s.Tasks(), 4, "it has another time")
		s.admin.ask(http.StatusNoContent, "DELETE", "/project/1/schedules/1", "")
		time.Sleep(24 * time.Hour)
		assert.Len(t, s.Tasks(), 4, "it is gone")
	})
}

func TestScheduleForOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, semaphoretest.Script{}, gen216)
		s.schedule(`"type":"run_at","run_at":"2000-01-01T06:00:00+05:00"`)
		s.schedule(`"type":"run_at","run_at":"2000-01-01T02:00:00Z","delete_after_run":true`)
		s.schedule(`"type":"run_at","run_at":"1999-12-31T00:00:00Z"`) // has passed
		time.Sleep(24 * time.Hour)
		assert.Equal(t, []string{"01-01 01:00:00", "01-01 02:00:00"}, s.due())
		left := s.admin.list("/project/1/schedules")
		require.Len(t, left, 2)
		assert.Equal(t, false, left[0]["active"])
		assert.Equal(t, false, left[1]["active"])
	})
}

// 2.10 does not tell which schedule it was.
func TestSchedulesOf210(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, semaphoretest.Script{}, gen210)
		s.schedule(`"cron_format":"*/10 * * * *"`)
		time.Sleep(30*time.Minute + 10*sec)
		assert.Len(t, s.Tasks(), 3)
		task := s.admin.get("/project/1/tasks/" + id(s.Tasks()[0].ID))
		assert.Nil(t, task["schedule_id"])
	})
}
