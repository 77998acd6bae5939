package yamlfile_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/internal/yamlfile"
)

// colour is a type that knows its own words.
type colour string

func (c *colour) UnmarshalText(text []byte) error {
	if string(text) != "red" && string(text) != "green" {
		return fmt.Errorf("%q is none of red and green", text)
	}
	*c = colour(text)
	return nil
}

type common struct {
	Name string `yaml:"name"`
}

type door struct {
	common

	Colour colour    `yaml:"colour"`
	Open   bool      `yaml:"open"`
	Width  int8      `yaml:"width"`
	Opens  time.Time `yaml:"opens"`
}

type house struct {
	Street   string           `yaml:"street"`
	Numbers  []string         `yaml:"numbers"`
	Doors    []door           `yaml:"doors"`
	Bell     time.Duration    `yaml:"bell"`
	Height   float64          `yaml:"height"`
	Floors   *uint            `yaml:"floors"`
	People   map[string]int   `yaml:"people"`
	Cellar   *door            `yaml:"cellar"`
	Colours  []colour         `yaml:"colours"`
	Nested   [][]string       `yaml:"nested"`
	Gardens  map[colour]*door `yaml:"gardens"`
	Untagged string
}

func TestDecode(t *testing.T) {
	t.Parallel()
	got := house{Street: "as it was", Height: 2, Numbers: []string{"9"}, Untagged: "x"}
	require.NoError(t, yamlfile.Decode([]byte(`# A house.
numbers: [12, 12a, "no"]
doors:
  - &front
    name: front
    colour: red
    open: true
    width: -0x10
    opens: 2026-12-24T18:00:00+01:00
  - *front
  - {name: back, opens: "2026-12-24T17:00:00Z"}
bell: 1m30s
height: 3
floors: 2
people: {Ada: 1, 7: 2}
cellar:
colours:
nested: [[a], []]
gardens:
  green: {name: rear}
`), &got))
	opens := time.Date(2026, time.December, 24, 17, 0, 0, 0, time.UTC)
	assert.True(t, got.Doors[0].Opens.Equal(opens))
	assert.True(t, got.Doors[2].Opens.Equal(opens))
	got.Doors[0].Opens, got.Doors[1].Opens, got.Doors[2].Opens = time.Time{}, time.Time{}, time.Time{}
	front := door{common: common{"front"}, Colour: "red", Open: true, Width: -16}
	assert.Equal(t, house{
		Street: "as it was", Numbers: []string{"12", "12a", "no"}, Doors: []door{front, front, {common: common{"back"}}},
		Bell: 90 * time.Second, Height: 3, Floors: new(uint(2)), People: map[string]int{"Ada": 1, "7": 2}, Cellar: new(door),
		Nested: [][]string{{"a"}, nil}, Gardens: map[colour]*door{"green": {common: common{"rear"}}}, Untagged: "x",
	}, got)
}

func TestSaysNothing(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"", "\n", "# A remark.\n", "---\n", "{}", "null", "---\n...\n"} {
		got := house{Street: "as it was"}
		require.NoError(t, yamlfile.Decode([]byte(file), &got), "%q", file)
		assert.Equal(t, house{Street: "as it was"}, got)
	}
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		"street: a\nstret: b":                "line 2: stret: there is no such key; did you mean street?",
		"doors:\n- {}\n- {colours: red}":     "line 3: doors[2].colours: there is no such key; did you mean colour?",
		"doors:\n- {garage: red}":            "line 2: doors[1].garage: there is no such key; known here are name, colour, open, width, opens",
		"common: {name: a}":                  "line 1: common: there is no such key",
		"Untagged: a":                        "line 1: Untagged: there is no such key",
		"street: a\n\nstreet: b":             "line 3: street: is given twice, first on line 1",
		"people: {a: 1, a: 2}":               "line 1: people.a: is given twice",
		"street: no":                         "",
		"street: 12":                         "",
		"street: true":                       "line 1: street: here belongs text (in quotes, if it looks like something else), not true or false",
		"street: 1.10":                       "not a number",
		"street: 2026-12-24":                 "not a date",
		"street: [a]":                        "not a list",
		"street:":                            "not nothing",
		"numbers: a":                         "line 1: numbers: here belongs a list, as [one, two], not text",
		"numbers:\n- a\n- {b: c}":            "line 3: numbers[2]: here belongs text",
		"doors: {name: a}":                   "here belongs a list",
		"doors: [a]":                         "line 1: doors[1]: here belongs keys with values, not text",
		"doors: [{open: yes}]":               "here belongs true or false, not text",
		"doors: [{width: 128}]":              "line 1: doors[1].width: the number is out of range",
		"doors: [{width: 1.5}]":              "here belongs a whole number, not a number",
		"doors: [{colour: blue}]":            `line 1: doors[1].colour: "blue" is none of red and green`,
		"doors: [{colour: [red]}]":           "here belongs text, not a list",
		"doors: [{opens: tomorrow}]":         "line 1: doors[1].opens: here belongs an instant as 2026-12-24T18:00:00+01:00",
		"doors: [{opens: 7}]":                "not a number",
		"bell: 90":                           "line 1: bell: here belongs a time as 90s or 1h30m, not a number",
		"bell: soon":                         "here belongs a time as 90s or 1h30m",
		"height: tall":                       "here belongs a number, not text",
		"floors: -1":                         "here belongs a whole number",
		"people: [a]":                        "here belongs names with values, not a list",
		"people: {a: b}":                     "line 1: people.a: here belongs a whole number, not text",
		"people: {? [a] : 1}":                "line 1: people: here belongs a name before the colon, not a list",
		"gardens: {blue: {}}":                `line 1: gardens.blue: "blue" is none of red and green`,
		"a: &a {street: b}\n<<: *a":          "line 2: <<: there is no such key",
		"- street":                           "line 1: here belongs keys with values, not a list",
		"street":                             "line 1: here belongs keys with values, not text",
		"street: a\n---\nstreet: b":          "line 2: a second document begins here",
		"street: a\n---\n]":                  "this is no YAML",
		"street: a\n  numbers: [":            "line 2: this is no YAML",
		"street: *nowhere":                   "unknown anchor 'nowhere'",
		"street: \"\xff\"":                   "this is no YAML",
		"numbers: [" + deep + "]":            "numbers[1]: here belongs text",
		"numbers: &a [*a]":                   "numbers[1]: here belongs text",
		strings.Repeat("#", 1<<20+1):         "the file has 1048577 bytes, more than 1048576",
		"numbers: [" + many(100_000) + "]":   "the file has more than 100000 values",
		"nested: [" + bomb(200, 1_000) + "]": "the file has more than 100000 values",
		strings.Repeat("street: a\n", 100):   "line 21: street: is given twice, first on line 1\nand more",
		"doors: [" + many(50) + "]\nx: y":    "and more",
	} {
		name := file[:min(len(file), 40)]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := yamlfile.Decode([]byte(file), new(house))
			if want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, want)
			assert.LessOrEqual(t, strings.Count(err.Error(), "\n"), 20)
			_, ok := errors.AsType[*yamlfile.Error](err)
			assert.True(t, ok)
		})
	}
}

var deep = strings.Repeat("[", 500) + strings.Repeat("]", 500)

func many(n int) string { return strings.Repeat("a,", n) }

// bomb is a list of so many entries, and uses of it.
func bomb(uses, entries int) string {
	return "&a [" + many(entries) + "]" + strings.Repeat(", *a", uses)
}

func TestEverythingAtOnce(t *testing.T) {
	t.Parallel()
	err := yamlfile.Decode([]byte("stret: a\nbell: 3\ndoors:\n- colour: blue\n  opened: true\n"), new(house))
	assert.EqualError(t, err, `line 1: stret: there is no such key; did you mean street?
line 2: bell: here belongs a time as 90s or 1h30m, not a number
line 4: doors[1].colour: "blue" is none of red and green
line 5: doors[1].opened: there is no such key; did you mean open?`)
}

func TestDecodeText(t *testing.T) {
	t.Parallel()
	var h house
	require.NoError(t, yamlfile.DecodeText(" a, ,12 ", &h.Numbers))
	require.NoError(t, yamlfile.DecodeText("5s", &h.Bell))
	require.NoError(t, yamlfile.DecodeText("red,green", &h.Colours))
	require.NoError(t, yamlfile.DecodeText("a, b", &h.Street))
	assert.Equal(t, house{Numbers: []string{"a", "12"}, Bell: 5 * time.Second, Colours: []colour{"red", "green"}, Street: "a, b"}, h)
	require.NoError(t, yamlfile.DecodeText("", &h.Numbers))
	assert.Empty(t, h.Numbers)

	require.EqualError(t, yamlfile.DecodeText("soon", &h.Bell), "here belongs a time as 90s or 1h30m")
	require.EqualError(t, yamlfile.DecodeText("red,blue", &h.Colours), `"blue" is none of red and green`)
	require.EqualError(t, yamlfile.DecodeText("yes", new(bool)), "here belongs true or false")
	assert.Panics(t, func() { _ = yamlfile.DecodeText("a", &h.People) })
	assert.Panics(t, func() { _ = yamlfile.Decode([]byte("a"), new(any)) })
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{"", "street: a", "doors: [{name: a}]", "nested: [&a [b], *a]", "people: {a: 1}\n---\n", "bell: 3s\n\t"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := yamlfile.Decode(data, new(house)); err != nil {
			require.NotEmpty(t, err.Error())
		}
	})
}
