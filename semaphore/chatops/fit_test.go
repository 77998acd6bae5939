package chatops

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// within is a chat whose messages have at most so many bytes, and which needs some for each block.
func within(size int) func(Text) bool {
	return func(t Text) bool { return len(t.String())+2*len(t) <= size }
}

func TestSplitLeavesWhatFits(t *testing.T) {
	t.Parallel()
	text := Text{heading(plain("Projects")), table([]string{"Name", "Number"}, []string{"shop", "1"})}
	assert.Equal(t, []Text{text}, split(text, within(100)))
}

func TestSplitCutsTablesBetweenRowsAndRepeatsTheHeading(t *testing.T) {
	t.Parallel()
	head := []string{"Name", "Number"}
	text := Text{heading(plain("Templates")), table(head, []string{"one", "1"}, []string{"two", "2"}, []string{"three", "3"}), para(plain("The end."))}
	assert.Equal(t, []Text{
		{heading(plain("Templates")), table(head, []string{"one", "1"}, []string{"two", "2"})},
		{table(head, []string{"three", "3"}), para(plain("The end."))},
	}, split(text, within(40)))
}

func TestSplitShortensARowThatIsTooLarge(t *testing.T) {
	t.Parallel()
	head := []string{"Name"}
	text := Text{table(head, []string{"one"}, []string{strings.Repeat("x", 99)}, []string{"two"})}
	assert.Equal(t, []Text{
		{table(head, []string{"one"})},
		{table(head, []string{"xxxxxxxxxxxx…"})},
		{table(head, []string{"two"})},
	}, split(text, within(22)))
}

func TestSplitCutsCodeBetweenLines(t *testing.T) {
	t.Parallel()
	text := Text{codeBlock("ok: [web1]\nok: [web2]\nfatal: [web3]: " + strings.Repeat("x", 20) + "\nend")}
	parts := split(text, within(26))
	assert.Equal(t, []Text{
		{codeBlock("ok: [web1]\nok: [web2]\n")},
		{codeBlock("fatal: [web3]: xxxxxxxxx")},
		{codeBlock("xxxxxxxxxxx\nend")},
	}, parts)
}

func TestSplitCutsParagraphsBetweenWords(t *testing.T) {
	t.Parallel()
	text := Text{para(plain("Ask "), mention("7", "Ada Lovelace"), plain(" whether it is done"))}
	assert.Equal(t, []Text{
		{para(plain("Ask "), mention("7", "Ada "))},
		{para(plain("Lovelace"), plain(" "))},
		{para(plain("whether it "))},
		{para(plain("is done"))},
	}, split(text, within(13)))
}

func TestSplitKeepsAHeadingWithWhatFollows(t *testing.T) {
	t.Parallel()
	text := Text{para(plain("Some words.")), heading(plain("Log")), para(plain("All of the log."))}
	assert.Equal(t, []Text{
		{para(plain("Some words."))},
		{heading(plain("Log")), para(plain("All of the log."))},
	}, split(text, within(25)))
}

func TestSplitLeavesOutARowThatFitsNowhere(t *testing.T) {
	t.Parallel()
	wide := table([]string{"A", "B"}, []string{"1", "2"}, []string{"x", "y"}, []string{"3", "4"})
	fits := func(t Text) bool { return !strings.Contains(t.String(), "x") }
	assert.Equal(t, []Text{
		{table([]string{"A", "B"}, []string{"1", "2"})},
		{table([]string{"A", "B"}, []string{"3", "4"})},
	}, split(Text{wide}, fits))
}

func TestSplitEndsWhereNothingFits(t *testing.T) {
	t.Parallel()
	text := Text{heading(plain("a")), para(plain("b")), codeBlock("c\nd"), table([]string{"e"}, []string{"f"}), item(plain("g"))}
	assert.Empty(t, split(text, func(Text) bool { return false }))
}

func FuzzSplit(f *testing.F) {
	f.Add("deploy the\nweb shop", "ok: [web1]\n\tfatal", "name", "7", uint16(60), uint8(9))
	f.Add("", "", "", "", uint16(0), uint8(0))
	f.Fuzz(func(t *testing.T, words, lines, name, cell string, size uint16, many uint8) {
		if len(words)+len(lines)+len(name)+len(cell) > 500 {
			t.Skip("more than it takes to find mistakes")
		}
		for _, text := range []*string{&words, &lines, &name, &cell} {
			*text = strings.ToValidUTF8(*text, "?")
		}
		limit := 40 + int(size)%2000
		text := Text{heading(plain(clean(words, 20))), para(plain(words), bold(name), plain(words)), codeBlock(strings.Repeat(lines+"\n", int(many)%20))}
		rows := [][]string{{"Name", "Number"}}
		for i := range int(many) {
			rows = append(rows, []string{clean(name, 5), fmt.Sprint(i)})
		}
		text = append(text, table(rows...), item(plain(cell)))
		var code, said strings.Builder
		seen := 0
		for _, part := range split(text, within(limit)) {
			require.True(t, within(limit)(part), "%d: %s", limit, part)
			require.NotEmpty(t, part)
			for _, b := range part {
				code.WriteString(b.Code)
				if b.Kind == Table {
					require.Equal(t, rows[0], b.Rows[0])
					for _, row := range b.Rows[1:] {
						require.Equal(t, fmt.Sprint(seen), row[1], "rows are whole and in order")
						seen++
					}
				}
				for _, s := range b.Spans {
					said.WriteString(s.Text)
				}
			}
		}
		assert.Equal(t, int(many), seen)
		assert.Equal(t, text[2].Code, code.String())
		assert.Equal(t, utf8.RuneCountInString(clean(words, 20)+words+name+words+cell), utf8.RuneCountInString(said.String()))
	})
}

func TestReplyTakesAFewMessagesAtMost(t *testing.T) {
	t.Parallel()
	e := &Engine{Config: Config{Chat: fitting(within(50))}}
	in := Incoming{ID: EventID(strings.Repeat("$", 250)), From: "7", Room: "1", Thread: "deploys", Message: "3"}
	rows := e.reply(in, in.key("reply"), Text{codeBlock(strings.Repeat("a line\n", 1000))})
	require.Len(t, rows, maxParts)
	keys := map[string]bool{}
	for i, row := range rows {
		assert.LessOrEqual(t, len(row.Key), 200)
		keys[row.Key] = true
		assert.Equal(t, i == 0, row.To.ReplyTo == "3", "only the first one answers the message")
		assert.Equal(t, "deploys", row.To.Thread)
	}
	assert.Len(t, keys, maxParts)
	assert.Equal(t, "… and more, which is left out.", rows[maxParts-1].Body.String())
}

// fitting is a chat that can do nothing but say what fits.
func fitting(fits func(Text) bool) Chat { return onlyFits{fits: fits} }

type onlyFits struct {
	Chat
	fits func(Text) bool
}

func (c onlyFits) Fits(t Text) bool { return c.fits(t) }
