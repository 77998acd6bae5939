package standup_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestHolidaysUnitedStates(t *testing.T) {
	t.Parallel()
	for day, want := range map[string]string{
		"2026-01-19": "Martin Luther King Jr. Day, statutory",
		"2026-02-16": "Washington's Birthday, statutory",
		"2026-05-25": "Memorial Day, statutory",
		"2027-05-31": "Memorial Day, statutory",
		"2026-06-19": "Juneteenth National Independence Day, statutory",
		"2026-07-03": "Independence Day, statutory, observed",
		"2026-07-04": "Independence Day, statutory",
		"2026-07-06": "ordinary",
		"2027-07-05": "Independence Day, statutory, observed",
		"2026-09-07": "Labor Day, statutory",
		"2026-10-12": "Columbus Day, statutory",
		"2026-11-11": "Veterans Day, statutory",
		"2026-11-26": "Thanksgiving Day, statutory",
		"2026-11-27": "ordinary",
		"2026-12-25": "Christmas Day, statutory",
		"2027-12-31": "New Year's Day, statutory, observed",
		"2028-01-01": "New Year's Day, statutory",
		"2028-01-03": "ordinary",
		"2028-12-31": "ordinary",
		"2029-01-01": "New Year's Day, statutory",
		"2023-01-02": "New Year's Day, statutory, observed",
	} {
		assert.Equal(t, want, onDay(t, "US", day), day)
	}
}
