package chatops

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestVoteWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"yes": "yes", " Y ": "yes", "YES!": "yes", "👍🏿": "yes", "✔️": "yes", "no.": "no", "Nope": "no", "yes abcde": "yes abcde", "no ABCDE": "no abcde",
		"Approve abcde": "yes abcde", "reject abcde.": "", "reject abcde": "no abcde", "\tok\nabcde": "yes abcde",
		"": "", "yes please": "", "yes abcde now": "", "no problem": "", "go home": "", "yesterday": "", "yes abcd1": "", "maybe": "", "y e s": "",
	} {
		yes, id, ok := voteIn(text)
		got := ""
		if ok {
			got = strings.TrimSpace(map[bool]string{true: "yes ", false: "no "}[yes] + id)
		}
		assert.Equal(t, want, got, "%q", text)
	}
	for reaction, want := range map[string]string{"👍": "yes", "👍🏻": "yes", ":thumbs_up:": "yes", "☑️": "yes", "⛔": "no", "🎉": "", "": ""} {
		yes, ok := voteBy(reaction)
		assert.Equal(t, want, map[bool]string{true: map[bool]string{true: "yes", false: "no"}[yes]}[ok], reaction)
	}
}

func FuzzVoteIn(f *testing.F) {
	f.Add("yes abcde")
	f.Add("👍\ufe0f")
	f.Fuzz(func(t *testing.T, text string) {
		_, id, ok := voteIn(text)
		if !ok {
			return
		}
		require.LessOrEqual(t, len(strings.Fields(text)), 2)
		require.True(t, id == "" || len(id) == 5 && strings.Trim(id, idLetters) == "")
	})
}

func FuzzWhatReachesSemaphore(f *testing.F) {
	f.Add("release/1.4", "web,db")
	f.Add("-x", "@/etc/passwd")
	f.Fuzz(func(t *testing.T, branch, list string) {
		if branchProblem(branch) == "" {
			require.False(t, strings.HasPrefix(branch, "-") || strings.ContainsAny(branch, " \n\x00:"), "%q", branch)
		}
		values, problem := entries([]string{list})
		if problem != "" {
			return
		}
		for _, value := range values {
			require.False(t, strings.HasPrefix(value, "-") || strings.HasPrefix(value, "@") || strings.ContainsAny(value, ",\n\x00") ||
				strings.Contains(value, "{{") || value == "", "%q", value)
		}
	})
}
