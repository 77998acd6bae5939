package commandline_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/signalbox-go/signalbox/internal/commandline"
)

func TestSuggest(t *testing.T) {
	t.Parallel()
	names := []string{"deploy", "status", "stop", "start", "projects"}
	for text, want := range map[string]string{
		"deplyo":  "deploy",
		"DEPLOY":  "deploy",
		"dep":     "deploy",
		"statsu":  "status",
		"stp":     "stop",
		"satrt":   "start",
		"project": "projects",
		"x":       "",
		"":        "",
		"weather": "",
		"réploy":  "deploy",
	} {
		assert.Equal(t, want, commandline.Suggest(text, names), text)
	}
	assert.Empty(t, commandline.Suggest("deploy", nil))
}

func ExampleSpec_Usage() {
	fmt.Println(deploy().Usage("deploy"))
	fmt.Println(deploy().Table().Plain())
	// Output:
	// deploy <project> [<number>] [--limit <limit>]… [--force] [--wait <wait>] [--level info|debug]
	// <project>
	// [<number>] – how many; otherwise 1
	// -l, --limit <limit> – a host
	// -f, --force
	// --wait <wait> – otherwise 15m
	// --level info|debug – how much to say; one of info, debug; otherwise info
}

func TestTable(t *testing.T) {
	t.Parallel()
	table := commandline.Table{
		Head: []string{"Name", "A & B"},
		Rows: [][]string{{"<b>x</b>", "two\nlines\u202e\x1b[0m\xff"}, {"y", ""}},
	}
	assert.Equal(t, "<b>x</b> – two lines[0m�\ny", table.Plain())
	assert.Equal(t, "<table><thead><tr><th>Name</th><th>A &amp; B</th></tr></thead><tbody>"+
		"<tr><td><code>&lt;b&gt;x&lt;/b&gt;</code></td><td>two lines[0m�</td></tr>"+
		"<tr><td><code>y</code></td><td></td></tr></tbody></table>", table.HTML())
	assert.Empty(t, commandline.Table{Head: []string{"Name"}}.HTML())
	assert.Empty(t, commandline.Table{}.Plain())
}
