package contract

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
)

// The description hardly ever says that a key is required, but in words it says which keys may be missing.
// So complete demands every key of which it does not say so.
var mayBeMissing = regexp.MustCompile(`(?i)only (present|included|returned|sent)|present (only )?(if|when|for)|not present|optional|not included|` +
	`will be omitted|if (this|the) .* (was|were) |deprecated|for backwards|experimental|` +
	`field (is|was) removed|omitted`)

// leftOut are keys that come only where a queue or request asks for them, and those which the description has and a
// real server, as its recorded answers show, does not send.
var leftOut = map[string]bool{
	"GET /users/me/subscriptions subscriptions partial_subscribers":         true,
	"GET /users/me/subscriptions subscriptions subscribers":                 true,
	"GET /events events subscription/add subscriptions partial_subscribers": true,
	"GET /events events user_group/update data deactivated":                 true, // as all that did not change

	"GET /events queue_id":                                    true, // where nobody had to wait
	"GET /events events reaction/add user is_mirror_dummy":    true,
	"GET /events events reaction/remove user is_mirror_dummy": true,
	// People are no bots.
	"GET /users members bot_type":                           true,
	"GET /users members bot_owner_id":                       true,
	"GET /users/{user_id} user bot_type":                    true,
	"GET /users/{user_id} user bot_owner_id":                true,
	"GET /events events realm_user/add person bot_type":     true,
	"GET /events events realm_user/add person bot_owner_id": true,
}

func (v *validator) complete(route *routers.Route, schema *openapi3.Schema, got []byte) error {
	if route.Path == "/register" {
		return nil // it answers with what was asked for only
	}
	var value any
	if err := json.Unmarshal(got, &value); err != nil {
		return err
	}
	missing := map[string]bool{}
	walk(route.Method+" "+route.Path, schema, value, missing)
	if len(missing) > 0 {
		return fmt.Errorf("response lacks %s", strings.Join(slices.Sorted(maps.Keys(missing)), ", "))
	}
	return nil
}

func walk(where string, schema *openapi3.Schema, value any, missing map[string]bool) {
	switch value := value.(type) {
	case map[string]any:
		for name, ref := range properties(schema) {
			key := where + " " + name
			inner, present := value[name]
			switch {
			case present:
				walk(key, ref, inner, missing)
			case name == "ignored_parameters_unsupported": // comes only with parameters that are unknown
			case mayBeMissing.MatchString(ref.Description) || leftOut[key]:
			default:
				missing[key] = true
			}
		}
	case []any:
		for _, element := range value {
			for _, variant := range variants(schema.Items) {
				if variant.VisitJSON(element) == nil {
					walk(where+kind(element), variant, element, missing)
					break
				}
			}
		}
	}
}

// variants returns what an element of a list may be.
func variants(items *openapi3.SchemaRef) []*openapi3.Schema {
	switch {
	case items == nil:
		return nil
	case len(items.Value.OneOf) == 0:
		return []*openapi3.Schema{items.Value}
	}
	var all []*openapi3.Schema
	for _, ref := range items.Value.OneOf {
		all = append(all, ref.Value)
	}
	return all
}

// kind names an event.
func kind(element any) string {
	o, _ := element.(map[string]any)
	name, isEvent := o["type"].(string)
	if _, hasID := o["id"]; !isEvent || !hasID {
		return ""
	}
	if op, hasOp := o["op"].(string); hasOp {
		name += "/" + op
	}
	return " " + name
}

// properties gathers the properties of a schema over its allOf; a later one that only repeats the name does not count.
func properties(schema *openapi3.Schema) map[string]*openapi3.Schema {
	all := map[string]*openapi3.Schema{}
	for _, part := range schema.AllOf {
		for name, p := range properties(part.Value) {
			if old := all[name]; old == nil || old.Description == "" {
				all[name] = p
			}
		}
	}
	for name, ref := range schema.Properties {
		if old := all[name]; old == nil || old.Description == "" {
			all[name] = ref.Value
		}
	}
	return all
}
