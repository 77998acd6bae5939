package zulip

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// params are the parameters of a request in the API's encoding: strings as they are, all else as JSON.
// A list, because that is quicker than a map for the few that a request has.
type params []param

type param struct{ name, value string }

func (p *params) text(name, value string) {
	for i := range *p {
		if (*p)[i].name == name {
			(*p)[i].value = value
			return
		}
	}
	if cap(*p) == 0 {
		*p = make(params, 0, 8)
	}
	*p = append(*p, param{name, value})
}

func (p *params) textIf(name, value string) {
	if value != "" {
		p.text(name, value)
	}
}

// json sets a value that always marshals: numbers, booleans, strings and lists of them.
func (p *params) json(name string, value any) {
	raw, err := json.Marshal(value)
	if err != nil {
		panic("zulip: parameter " + name + " does not marshal: " + err.Error())
	}
	p.text(name, string(raw))
}

func (p *params) boolIf(name string, value *bool) {
	if value != nil {
		p.json(name, *value)
	}
}

func (p *params) values() url.Values {
	values := make(url.Values, len(*p))
	for _, one := range *p {
		values.Set(one.name, one.value)
	}
	return values
}

// encode writes the parameters as a form, in the order of their names.
func (p *params) encode() []byte {
	slices.SortFunc(*p, func(a, b param) int { return strings.Compare(a.name, b.name) })
	size := 0
	for _, one := range *p {
		size += len(one.name) + len(one.value) + len(one.value)/2 + 2 // room for some escapes
	}
	form := make([]byte, 0, size)
	for i, one := range *p {
		if i > 0 {
			form = append(form, '&')
		}
		form = append(appendEscaped(form, one.name), '=')
		form = appendEscaped(form, one.value)
	}
	return form
}

// appendEscaped is [url.QueryEscape] without a string in between.
func appendEscaped(form []byte, text string) []byte {
	const hex = "0123456789ABCDEF"
	for i := range len(text) {
		switch c := text[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.', c == '~':
			form = append(form, c)
		case c == ' ':
			form = append(form, '+')
		default:
			form = append(form, '%', hex[c>>4], hex[c&15])
		}
	}
	return form
}
