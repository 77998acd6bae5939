package standup_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestHolidaysNigeria(t *testing.T) {
	t.Parallel()
	for day, want := range map[string]string{
		"2026-01-01": "New Year's Day, statutory",
		"2026-05-27": "Id el Kabir, estimated", // Also Children's Day, which is no public holiday.
		"2025-05-27": "ordinary",
		"2026-06-12": "Democracy Day, statutory",
		"2026-12-26": "Boxing Day, statutory",
		"2026-12-28": "Boxing Day, statutory, observed",
		"2027-05-03": "Workers' Day, statutory, observed",
		"2027-05-29": "Presidential Inauguration Day, statutory",
		"2027-05-31": "ordinary",
		"2026-05-29": "Id el Kabir, estimated",
		"2027-12-27": "Christmas Day, statutory, observed",
		"2027-12-28": "Boxing Day, statutory, observed",

		"2024-04-09": "Id el Fitr, declared",
		"2024-04-11": "Id el Fitr, declared",
		"2024-04-12": "ordinary",
		"2024-06-16": "ordinary", // The feast itself, a Sunday; the two days after it were declared.
		"2024-06-18": "Id el Kabir, declared",
		"2025-07-15": "Day of Mourning for President Muhammadu Buhari, declared",
		"2026-03-19": "Id el Fitr, declared",
		"2026-03-21": "ordinary",

		// Either of two Saturdays and Sundays leads to the same Monday off.
		"2027-08-14": "Id el Maulud, estimated",
		"2027-08-15": "Id el Maulud, estimated",
		"2027-08-16": "Id el Maulud, estimated, observed",
		"2027-08-17": "ordinary",
	} {
		assert.Equal(t, want, onDay(t, "NG", day), day)
	}
}

func TestHolidaysNigeriaBeyondTheTable(t *testing.T) {
	t.Parallel()
	calendar := holidays(t, "NG")
	for d := date(t, "2060-01-01"); d.Year == 2060; d = d.AddDays(1) {
		if holiday, ok := calendar.On(d); ok {
			assert.True(t, holiday.Certain(), "%s %s", d, holiday.Name)
		}
	}
	assert.Equal(t, "Good Friday, statutory", onDay(t, "NG", "2060-04-16"))
}

func TestEaster(t *testing.T) {
	t.Parallel()
	// Easter Mondays, among them the earliest and the latest of these centuries
	// and both exceptions of the computus.
	for _, day := range []string{
		"2024-04-01", "2025-04-21", "2026-04-06", "2027-03-29", "2038-04-26",
		"2285-03-23", "1818-03-23", "1954-04-19", "1981-04-20", "2049-04-19", "2076-04-20",
	} {
		assert.Equal(t, "Easter Monday, statutory", onDay(t, "NG", day), day)
	}
}
