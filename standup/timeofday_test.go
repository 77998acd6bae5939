package standup_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/standup"
)

func TestParseTimeOfDay(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]standup.TimeOfDay{
		"00:00": 0, "0:00": 0, "9:30": 570, "09:30": 570, "23:59": 1439,
	} {
		got, err := standup.ParseTimeOfDay(text)
		require.NoError(t, err)
		assert.Equal(t, want, got, text)
	}
}

func TestParseTimeOfDayRefuses(t *testing.T) {
	t.Parallel()
	const form, limits = "24-hour clock", "hours go from 00 to 23"
	for text, hint := range map[string]string{
		"25:99": limits, "24:00": limits, "12:60": limits,
		"": form, "9": form, "930": form, "9:3": form, "09:300": form, "009:30": form, ":30": form, "9:": form,
		"9.30": form, "9:30am": form, "+9:30": form, "-1:30": form, "9:+3": form, "09:30:00": form, " 9:30": form, "٠٩:٣٠": form,
	} {
		_, err := standup.ParseTimeOfDay(text)
		var input *standup.InputError
		require.ErrorAs(t, err, &input, "%q", text)
		assert.Equal(t, "time of day", input.Kind)
		assert.Contains(t, input.Hint, hint, "%q", text)
	}
}

func TestTimeOfDayJSON(t *testing.T) {
	t.Parallel()
	times := []standup.TimeOfDay{0, 570, 1439}
	text, err := json.Marshal(times)
	require.NoError(t, err)
	assert.JSONEq(t, `["00:00","09:30","23:59"]`, string(text))

	var back []standup.TimeOfDay
	require.NoError(t, json.Unmarshal(text, &back))
	assert.Equal(t, times, back)
	require.ErrorContains(t, json.Unmarshal([]byte(`["25:99"]`), &back), "25:99")

	for _, outside := range []standup.TimeOfDay{-1, 1440} {
		_, err := json.Marshal(outside)
		assert.ErrorContains(t, err, "not within one day")
	}
}

func FuzzParseTimeOfDay(f *testing.F) {
	f.Add("09:30")
	f.Add("9:30")
	f.Add("25:99")
	f.Fuzz(func(t *testing.T, text string) {
		tod, err := standup.ParseTimeOfDay(text)
		if err != nil {
			return
		}
		assert.True(t, tod >= 0 && tod < 24*60)
		assert.Contains(t, []string{text, "0" + text}, tod.String())
	})
}
