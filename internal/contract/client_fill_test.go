package contract

import (
	"encoding/json"
	"regexp"

	"github.com/getkin/kin-openapi/openapi3"
)

// fill adds to the example of an operation's answer what the description has beyond it.
func (d *description) fill(name string, example object) {
	if schema := d.success(name); schema != nil && example != nil {
		fill(schema, example, 0)
	}
}

// gone are fields that the description itself advises against, or that came and went.
var gone = regexp.MustCompile(`(?i)deprecated|backwards|was removed|field removed`)

// deepest bounds how far values are made up.
const deepest = 6

// fill adds the fields that an object may have and does not, in all objects of a value.
func fill(schema *openapi3.Schema, value any, depth int) {
	switch value := value.(type) {
	case map[string]any:
		for name, p := range properties(schema) {
			if inner, present := value[name]; present {
				fill(p, inner, depth+1)
			} else if !p.Deprecated && !gone.MatchString(p.Description) && name != "ignored_parameters_unsupported" {
				value[name] = sample(p, depth+1)
			}
		}
		if more := schema.AdditionalProperties.Schema; more != nil {
			for name, inner := range value {
				if properties(schema)[name] == nil {
					fill(more.Value, inner, depth+1)
				}
			}
		}
	case []any:
		if schema.Items != nil && len(value) > 0 && len(schema.Items.Value.OneOf) == 0 {
			fill(schema.Items.Value, value[0], depth+1) // one of them is enough
		}
	}
}

// sample makes up a value.
func sample(schema *openapi3.Schema, depth int) any {
	if len(schema.OneOf) > 0 {
		return sample(schema.OneOf[0].Value, depth)
	}
	if schema.Type == nil && len(schema.AllOf) > 0 && len(properties(schema)) == 0 {
		return sample(schema.AllOf[0].Value, depth)
	}
	if len(schema.Enum) > 0 {
		return plain(schema.Enum[0])
	}
	switch {
	case schema.Type.Is("string"):
		return "7"
	case schema.Type.Is("integer"), schema.Type.Is("number"):
		return 7.0
	case schema.Type.Is("boolean"):
		return true
	case depth > deepest:
		return nil
	case schema.Type.Is("array"):
		if schema.Items == nil {
			return []any{}
		}
		return []any{sample(schema.Items.Value, depth+1)}
	}
	o := object{}
	fill(schema, o, depth)
	if more := schema.AdditionalProperties.Schema; more != nil {
		o["7"] = sample(more.Value, depth+1)
	}
	return o
}

// plain is a value as JSON has it.
func plain(value any) any {
	text, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	var decoded any
	_ = json.Unmarshal(text, &decoded) // just written
	return decoded
}
