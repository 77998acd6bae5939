package zulip

import (
	"encoding/json"
	"net/url"
)

// params are the parameters of a request in the API's encoding: strings as they are, all else as JSON.
type params map[string]string

func (p params) text(name, value string) { p[name] = value }

func (p params) textIf(name, value string) {
	if value != "" {
		p[name] = value
	}
}

// json sets a value that always marshals: numbers, booleans, strings and lists of them.
func (p params) json(name string, value any) {
	raw, err := json.Marshal(value)
	if err != nil {
		panic("zulip: parameter " + name + " does not marshal: " + err.Error())
	}
	p[name] = string(raw)
}

func (p params) boolIf(name string, value *bool) {
	if value != nil {
		p.json(name, *value)
	}
}

func (p params) values() url.Values {
	values := make(url.Values, len(p))
	for name, value := range p {
		values.Set(name, value)
	}
	return values
}
