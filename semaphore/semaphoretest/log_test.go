package semaphoretest_test

import (
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/semaphore/semaphoretest"
)

func TestLogIsCompleteLongAfterTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, semaphoretest.Script{Lines: 20_000, Rate: 5000}, semaphoretest.WithLogLag(0, 2000))
		task := s.start(4500 * time.Millisecond)
		s.is(t, semaphoretest.StatusSuccess, task)
		half := len(s.admin.output(task))
		assert.InDelta(t, 9000, half, 500)
		time.Sleep(3 * sec)
		assert.InDelta(t, half+6000, len(s.admin.output(task)), 1)
		time.Sleep(10 * sec)
		assert.Equal(t, s.Log(task), s.admin.output(task))
	})
}

func TestLinesAreStoredLaterThanTheyAreSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, semaphoretest.Script{Lines: 3, Hold: time.Minute}, semaphoretest.WithLogLag(500*time.Millisecond, 0))
		watched := watch(t, s.Server, s.Admin())
		task := s.start(400 * time.Millisecond)
		assert.Empty(t, s.admin.output(task))
		time.Sleep(sec)
		assert.Equal(t, s.Log(task), s.admin.output(task))
		var told []string
		for _, f := range watched() {
			if f["type"] == "log" {
				told = append(told, f["output"].(string))
			}
		}
		assert.Equal(t, s.Log(task), told)
	})
}

func TestRestartLosesWhatIsNotStored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, semaphoretest.Script{Lines: 100}, semaphoretest.WithLogLag(0, 10))
		task := s.start(5 * sec)
		stored := s.admin.output(task)
		require.Less(t, len(stored), 60)
		s.Restart()
		time.Sleep(time.Minute)
		assert.Equal(t, stored, s.admin.output(task))
		assert.Equal(t, stored, s.Log(task))
	})
}

func TestMySQLMixesUpTheLinesOfASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, semaphoretest.Script{Lines: 1000, Rate: 500}, gen210, semaphoretest.WithDatabase(semaphoretest.MySQL))
		task := s.start(20 * sec)
		got := s.admin.output(task)
		want := s.Log(task)
		assert.NotEqual(t, want, got)
		assert.ElementsMatch(t, want, got)
		slow := s.AddTemplate(s.project, semaphoretest.Template{Name: "slow", Script: semaphoretest.Script{Lines: 100, Rate: 20}})
		task = s.StartTask(slow, nil, "")
		time.Sleep(20 * sec)
		assert.Equal(t, s.Log(task), s.admin.output(task))
	})
}

func TestRawOutputHasNoColours(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, semaphoretest.Script{Lines: 1, Line: func(int) string { return "\x1b[0;32mgreen\x1b[0m" }})
		task := s.start(sec)
		text := s.admin.ask(http.StatusOK, "GET", "/project/1/tasks/"+id(task)+"/raw_output", "")
		assert.True(t, strings.HasSuffix(text, "installing static inventory\ngreen\n"), text)
		assert.Equal(t, "running", s.admin.list("/project/1/tasks/" + id(task) + "/stages")[1]["type"])
	})
}

// A log of a million lines costs neither time nor memory until it is read.
func TestALongLogCostsNothing(t *testing.T) {
	var before, after runtime.MemStats
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, semaphoretest.Script{Lines: 1_000_000, Rate: 100_000})
		runtime.GC()
		runtime.ReadMemStats(&before)
		task := s.start(time.Minute)
		runtime.GC()
		runtime.ReadMemStats(&after)
		s.is(t, semaphoretest.StatusSuccess, task)
		got, _ := s.Task(task)
		assert.Greater(t, got.Lines, 1_000_000)
	})
	assert.Less(t, int64(after.HeapAlloc)-int64(before.HeapAlloc), int64(1<<20))
}

func TestOutOf210sDeadlock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, semaphoretest.Script{Lines: 20_000}, gen210, semaphoretest.WithLogLag(0, 1000), semaphoretest.WithDeadlock())
		s.start(6 * sec)
		s.admin.ask(http.StatusCreated, "POST", "/project/1/tasks", `{"template_id":1}`)
		answered := make(chan struct{})
		go func() {
			defer close(answered)
			_, err := s.admin.try("POST", "/project/1/tasks", `{"template_id":1}`)
			assert.Error(t, err)
		}()
		time.Sleep(time.Hour)
		select {
		case <-answered:
			t.Fatal("the second start was answered")
		default:
		}
		all := s.Tasks()
		require.Len(t, all, 3, "it made a task nevertheless")
		assert.Equal(t, []string{"waiting", "waiting"}, []string{all[1].Status, all[2].Status})
		s.Restart()
		s.Close()
		<-answered
	})
}

func TestIdsAndTimesOfDatabases(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		db   semaphoretest.Database
		ids  []int
		time string
	}{
		{semaphoretest.Bolt, []int{2147483646, 2147483645}, "2000-01-01T00:00:00.123456789Z"},
		{semaphoretest.PostgreSQL, []int{1, 2}, "2000-01-01T00:00:00.123456Z"},
		{semaphoretest.MySQL, []int{1, 2}, "2000-01-01T00:00:00Z"},
	} {
		t.Run(strconv.Itoa(int(c.db)), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newShop(t, semaphoretest.Script{}, semaphoretest.WithDatabase(c.db))
				time.Sleep(123456789)
				s.start(0)
				s.start(0)
				var ids []int
				for _, o := range slices.Backward(s.admin.list("/project/1/tasks")) {
					ids = append(ids, int(o["id"].(float64)))
					assert.Equal(t, c.time, o["created"])
				}
				assert.Equal(t, c.ids, ids)
			})
		})
	}
}
