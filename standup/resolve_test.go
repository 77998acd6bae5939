package standup_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
)

func ExampleResolve() {
	newYork, err := standup.LoadZone("America/New_York")
	if err != nil {
		fmt.Println(err)
		return
	}
	// On this night the clocks go from 02:00 to 03:00.
	at, ok := standup.Resolve(standup.Date{Year: 2026, Month: time.March, Day: 8}, 2*60+30, newYork)
	fmt.Println(at, ok)
	// Output: 2026-03-08 03:00:00 -0400 EDT true
}

func ExampleLoadZone() {
	_, err := standup.LoadZone("Africa/Lagoss")
	fmt.Println(err)
	// Output: standup: parse time zone "Africa/Lagoss": the nearest name is Africa/Lagos
}

func TestResolve(t *testing.T) {
	t.Parallel()
	const none = ""
	for _, c := range []struct{ name, zone, date, tod, want string }{
		{"ordinary day", "Africa/Lagos", "2026-11-23", "09:30", "2026-11-23T08:30:00Z"},
		{"quarter of an hour", "Asia/Kathmandu", "2026-06-15", "09:30", "2026-06-15T03:45:00Z"},
		{"UTC", "UTC", "2026-06-15", "09:30", "2026-06-15T09:30:00Z"},
		{"Monday there, Sunday in UTC", "Pacific/Auckland", "2026-11-23", "09:30", "2026-11-22T20:30:00Z"},
		{"gap", "America/New_York", "2026-03-08", "02:30", "2026-03-08T07:00:00Z"},
		{"end of a gap", "America/New_York", "2026-03-08", "03:00", "2026-03-08T07:00:00Z"},
		{"minute before a gap", "America/New_York", "2026-03-08", "01:59", "2026-03-08T06:59:00Z"},
		{"overlap", "America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30:00Z"},
		{"end of an overlap", "America/New_York", "2026-11-01", "02:00", "2026-11-01T07:00:00Z"},
		{"half-hour gap", "Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30:00Z"},
		{"gap of two hours", "Antarctica/Troll", "2026-03-29", "01:30", "2026-03-29T01:00:00Z"},
		{"gap at midnight", "Africa/Cairo", "2026-04-24", "00:30", "2026-04-23T22:00:00Z"},
		{"gap that ends on the next date", "America/Nuuk", "2026-03-28", "23:30", "2026-03-29T01:00:00Z"},
		{"overlap on a leap day", "Asia/Almaty", "2024-02-29", "23:30", "2024-02-29T17:30:00Z"},
		{"last day of a leap year", "America/New_York", "2028-12-31", "09:30", "2028-12-31T14:30:00Z"},
		{"beyond the tables of zone data", "Europe/London", "2052-07-01", "09:30", "2052-07-01T08:30:00Z"},
		{"day before the skipped one", "Pacific/Apia", "2011-12-29", "23:59", "2011-12-30T09:59:00Z"},
		{"skipped date", "Pacific/Apia", "2011-12-30", "00:00", none},
		{"skipped date, late", "Pacific/Apia", "2011-12-30", "23:59", none},
		{"day after the skipped one", "Pacific/Apia", "2011-12-31", "00:00", "2011-12-30T10:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			loc := zone(t, c.zone)
			got, ok := standup.Resolve(date(t, c.date), timeOfDay(t, c.tod), loc)
			assert.Equal(t, c.want, utc(got, ok))
			if ok {
				assert.Equal(t, loc, got.Location())
			}
		})
	}
}

func TestResolveRefusesWhatNoClockShows(t *testing.T) {
	t.Parallel()
	for _, d := range []standup.Date{{}, {Year: 2026, Month: time.February, Day: 30}, {Year: 2026, Month: 13, Day: 1}} {
		_, ok := standup.Resolve(d, 570, time.UTC)
		assert.False(t, ok, "%#v", d)
	}
	for _, tod := range []standup.TimeOfDay{-1, 1440} {
		_, ok := standup.Resolve(standup.Date{Year: 2026, Month: time.June, Day: 15}, tod, time.UTC)
		assert.False(t, ok, "%d", tod)
	}
}

// TestRunsAcrossZones follows teams whose people, cutoffs or nights lie on
// different dates.
func TestRunsAcrossZones(t *testing.T) {
	t.Parallel()
	honolulu, auckland := zone(t, "Pacific/Honolulu"), zone(t, "Pacific/Auckland")
	resolve := func(d, tod string, loc *time.Location) time.Time {
		at, ok := standup.Resolve(date(t, d), timeOfDay(t, tod), loc)
		require.True(t, ok)
		return at
	}
	t.Run("an Aucklander in a team of Honolulu", func(t *testing.T) {
		t.Parallel()
		prompt, cutoff := resolve("2026-11-23", "09:30", auckland), resolve("2026-11-23", "12:45", honolulu)
		assert.Equal(t, "2026-11-22T20:30:00Z", utc(prompt, true))
		assert.Equal(t, "2026-11-22", standup.DateOf(prompt, honolulu).String())
		assert.Equal(t, "2026-11-23T22:45:00Z", utc(cutoff, true))
		assert.Equal(t, "2026-11-24", standup.DateOf(cutoff, auckland).String())

		tuesday := resolve("2026-11-24", "09:30", auckland)
		assert.Equal(t, 135*time.Minute, cutoff.Sub(tuesday), "two runs are open")
	})
	t.Run("an afternoon that is tomorrow in UTC", func(t *testing.T) {
		t.Parallel()
		losAngeles := zone(t, "America/Los_Angeles")
		cutoff := resolve("2026-11-23", "16:30", losAngeles)
		assert.Equal(t, "2026-11-24T00:30:00Z", utc(cutoff, true))
		assert.Equal(t, "2026-11-23", standup.DateOf(cutoff, losAngeles).String())
	})
	t.Run("a night shift", func(t *testing.T) {
		t.Parallel()
		warsaw := zone(t, "Europe/Warsaw")
		assert.Equal(t, "2026-11-23T21:30:00Z", utc(resolve("2026-11-23", "22:30", warsaw), true))
		assert.Equal(t, "2026-11-23T23:30:00Z", utc(resolve("2026-11-24", "00:30", warsaw), true))
	})
	t.Run("a move from Lagos to New York before the prompt", func(t *testing.T) {
		t.Parallel()
		moved := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
		assert.True(t, moved.Before(resolve("2026-11-23", "09:30", zone(t, "Africa/Lagos"))))
		assert.Equal(t, "2026-11-23T14:30:00Z", utc(resolve("2026-11-23", "09:30", zone(t, "America/New_York")), true))
	})
}

// TestResolveAgainstSearch compares Resolve, around every change of the clocks
// in some zones with odd rules, with a list of what the clocks show minute by
// minute.
func TestResolveAgainstSearch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone        string
		first, last int
	}{
		{"America/New_York", 2026, 2029},
		{"Europe/London", 2026, 2028},
		{"Australia/Lord_Howe", 2026, 2028},
		{"Pacific/Chatham", 2026, 2028},
		{"Antarctica/Troll", 2026, 2028},
		{"Africa/Cairo", 2026, 2028},
		{"Africa/Casablanca", 2024, 2026},
		{"America/Nuuk", 2023, 2026},
		{"America/Santiago", 2026, 2028},
		{"America/Vancouver", 2025, 2027},
		{"Asia/Almaty", 2024, 2024},
		{"Pacific/Apia", 2011, 2012},
	} {
		t.Run(c.zone, func(t *testing.T) {
			t.Parallel()
			loc := zone(t, c.zone)
			changes := 0
			end := time.Date(c.last+1, 1, 1, 0, 0, 0, 0, time.UTC)
			for at := time.Date(c.first, 1, 1, 0, 0, 0, 0, time.UTC); at.Before(end); at = at.Add(time.Hour) {
				if offset(at, loc) != offset(at.Add(time.Hour), loc) {
					changes++
					compareWithSearch(t, at, loc)
				}
			}
			assert.NotZero(t, changes, "a zone without changes proves nothing")
		})
	}
}

// compareWithSearch checks Resolve for the local times of a day and a half
// around a change.
func compareWithSearch(t *testing.T, change time.Time, loc *time.Location) {
	t.Helper()
	clocks := watch(change, loc)
	nominal := time.Date(change.Year(), change.Month(), change.Day(), change.Hour(), 0, 0, 0, time.UTC).
		Add(time.Duration(offset(change, loc)) * time.Second)
	for minutes := -18 * 60; minutes <= 28*60; minutes += 7 {
		wall := nominal.Add(time.Duration(minutes) * time.Minute)
		d, tod := standup.DateOf(wall, time.UTC), standup.TimeOfDay(wall.Hour()*60+wall.Minute())
		got, ok := standup.Resolve(d, tod, loc)
		if want := clocks.search(d, tod); want != utc(got, ok) {
			t.Errorf("Resolve(%s, %s, %s) = %q, want %q", d, tod, loc, utc(got, ok), want)
		}
	}
}

// clockReading is what the clocks show at an instant.
type clockReading struct {
	at   time.Time
	wall int // 202611230930 for 09:30 on 2026-11-23.
}

type clockReadings []clockReading

// watch reads the clocks of loc each minute, three days either side of an
// instant.
func watch(around time.Time, loc *time.Location) clockReadings {
	var readings clockReadings
	around = around.Truncate(time.Minute)
	for at := around.Add(-72 * time.Hour); at.Before(around.Add(72 * time.Hour)); at = at.Add(time.Minute) {
		local := at.In(loc)
		readings = append(readings, clockReading{at, wallNumber(standup.DateOf(local, loc), local.Hour(), local.Minute())})
	}
	return readings
}

func wallNumber(d standup.Date, hour, minute int) int {
	return (((d.Year*100+int(d.Month))*100+d.Day)*100+hour)*100 + minute
}

// search applies the rule in its plain words: the first instant that shows the
// local time, else the first one after the gap, unless no instant shows the
// date. The result is that of utc.
func (r clockReadings) search(d standup.Date, tod standup.TimeOfDay) string {
	want := wallNumber(d, int(tod)/60, int(tod)%60)
	dateExists, afterGap := false, ""
	for _, reading := range r {
		if reading.wall == want {
			return utc(reading.at, true)
		}
		dateExists = dateExists || reading.wall/10_000 == want/10_000
		if afterGap == "" && reading.wall > want {
			afterGap = utc(reading.at, true)
		}
	}
	if !dateExists {
		return ""
	}
	return afterGap
}

// TestResolveCases runs cases kept beside the checkout. Some depend on the age
// of the machine's zone data; for these the search decides which value is
// right today.
func TestResolveCases(t *testing.T) {
	t.Parallel()
	type expectation struct {
		ExpectedUTC *time.Time `json:"expected_utc"`
	}
	var cases []struct {
		expectation
		Zone      string            `json:"zone"`
		Date      standup.Date      `json:"date"`
		Local     standup.TimeOfDay `json:"local"`
		Note      string            `json:"note"`
		With2025b *expectation      `json:"with_2025b"`
	}
	readSharedCases(t, "dst-cases.json", &cases)
	require.NotEmpty(t, cases)
	expected := func(e expectation) string {
		if e.ExpectedUTC == nil {
			return ""
		}
		return utc(*e.ExpectedUTC, true)
	}
	for _, c := range cases {
		loc := zone(t, c.Zone)
		got, ok := standup.Resolve(c.Date, c.Local, loc)
		want := expected(c.expectation)
		if c.With2025b != nil {
			around := time.Date(c.Date.Year, c.Date.Month, c.Date.Day, 12, 0, 0, 0, time.UTC)
			search := watch(around, loc).search(c.Date, c.Local)
			require.Contains(t, []string{want, expected(*c.With2025b)}, search)
			want = search
		}
		assert.Equal(t, want, utc(got, ok), "%s %s %s: %s", c.Zone, c.Date, c.Local, c.Note)
	}
}

func TestLoadZone(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"Africa/Lagos", "America/Argentina/Buenos_Aires", "America/Port-au-Prince", "Etc/GMT+5", "UTC", "Asia/Calcutta",
	} {
		for range 2 {
			loc, err := standup.LoadZone(name)
			require.NoError(t, err)
			assert.Equal(t, name, loc.String())
		}
	}
}

func TestLoadZoneRefuses(t *testing.T) {
	t.Parallel()
	const example = "for example Africa/Lagos"
	for name, hint := range map[string]string{
		"":                       example,
		"Local":                  example,
		"PST":                    example,
		"Mars/Phobos":            example,
		"America":                example,
		"/etc/localtime":         example,
		"../Africa/Lagos":        example,
		"right/Africa/Lagos":     example,
		"posixrules":             example,
		"zone.tab":               example,
		"Africa//Lagos":          "nearest name is Africa/Lagos",
		"Africa/Lagoss":          "nearest name is Africa/Lagos",
		"africa/lagos":           "nearest name is Africa/Lagos",
		"lagos":                  "nearest name is Africa/Lagos",
		"New York":               "nearest name is America/New_York",
		"america/buenos aires":   example,
		"Buenos Aires":           "nearest name is America/Argentina/Buenos_Aires",
		"Europe/Londn":           "nearest name is Europe/London",
		"utc":                    "nearest name is Etc/UTC",
		strings.Repeat("A", 1e6): example,
	} {
		_, err := standup.LoadZone(name)
		var input *standup.InputError
		require.ErrorAs(t, err, &input, "%.40q", name)
		assert.Contains(t, input.Hint, hint, "%.40q", name)
	}
}

func FuzzLoadZone(f *testing.F) {
	for _, name := range []string{"Africa/Lagos", "Local", "../../etc/passwd", "Etc/GMT+5", "new york", "right/UTC", "A\x00b"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		loc, err := standup.LoadZone(name)
		if err != nil {
			assert.Nil(t, loc)
			return
		}
		assert.Equal(t, name, loc.String())
		assert.NotContains(t, name, ".")
		assert.NotEqual(t, "Local", name)
	})
}

// utc writes the result of Resolve, "" where there is no instant.
func utc(at time.Time, ok bool) string {
	if !ok {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

func offset(at time.Time, loc *time.Location) int {
	_, seconds := at.In(loc).Zone()
	return seconds
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := standup.LoadZone(name)
	require.NoError(t, err)
	return loc
}

func timeOfDay(t *testing.T, text string) standup.TimeOfDay {
	t.Helper()
	tod, err := standup.ParseTimeOfDay(text)
	require.NoError(t, err)
	return tod
}

// readSharedCases decodes a file of the folder that is kept beside the
// checkout, and skips the test where there is no such folder.
func readSharedCases(t *testing.T, name string, into any) {
	t.Helper()
	dir := os.Getenv("SIGNALBOX_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared")
	}
	text, err := os.ReadFile(filepath.Join(dir, "cases", name))
	if err != nil {
		t.Skipf("no shared cases: %v", err)
	}
	require.NoError(t, json.Unmarshal(text, into))
}
