package contract

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

const formType = "application/x-www-form-urlencoded"

// registerForms teaches the validator Zulip's forms: strings are raw, and everything else is JSON.
// The stock decoder does not look at the encoding of properties and refuses objects.
func registerForms() {
	openapi3filter.RegisterBodyDecoder(formType, decodeForm)
}

func decodeForm(body io.Reader, _ http.Header, schema *openapi3.SchemaRef, _ openapi3filter.EncodingFn) (any, error) {
	text, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(text))
	if err != nil {
		return nil, err
	}
	known := properties(schema.Value)
	object := map[string]any{}
	for name := range form {
		value := form.Get(name)
		p := known[name]
		object[name] = value
		if p == nil || isText(p) {
			continue
		}
		if p.Nullable && value == "null" {
			object[name] = nil
			continue
		}
		if p.Type.Is("integer") {
			if n, err := strconv.ParseFloat(value, 64); err == nil {
				object[name] = n
			}
			continue
		}
		var decoded any
		if json.Unmarshal([]byte(value), &decoded) == nil {
			object[name] = decoded
		}
	}
	return object, nil
}

// isText tells whether a property is a string, or one with more said about it.
func isText(p *openapi3.Schema) bool {
	if p.Type.Is("string") {
		return true
	}
	return slices.ContainsFunc(p.AllOf, func(part *openapi3.SchemaRef) bool { return isText(part.Value) })
}
