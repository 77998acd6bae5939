package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/stretchr/testify/require"
)

// A description is one of Zulip's descriptions of its API, for holding the client's requests against it.
type description struct {
	doc *openapi3.T
	// Two paths of the description are one place: byEmail knows /users/{email}, byID knows /users/{user_id}.
	byID, byEmail routers.Router
	level         int
}

// The descriptions of two releases that the client works with.
var (
	newer = sync.OnceValues(func() (*description, error) { return describe(specFile(), 421) })
	older = sync.OnceValues(func() (*description, error) {
		return describe(filepath.Join(filepath.Dir(specFile()), "zulip-fl247.yaml"), 247)
	})
)

func loaded(t *testing.T, load func() (*description, error)) *description {
	t.Helper()
	d, err := load()
	if os.IsNotExist(err) {
		absent(t, "Zulip's OpenAPI description ("+err.Error()+")")
	}
	require.NoError(t, err)
	return d
}

func describe(name string, level int) (*description, error) {
	if _, err := os.Stat(name); err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromFile(name)
	if err != nil {
		return nil, err
	}
	doc.Security = nil // it names a scheme by another name than the one it declares
	doc.Servers = openapi3.Servers{{URL: "/api/v1"}}
	const file = "/user_uploads/{realm_id_str}/{filename}"
	doc.Paths.Set("/user_uploads/{realm_id_str}/{filename:.+}", doc.Paths.Value(file)) // the name has slashes in it
	doc.Paths.Delete(file)
	d := &description{doc: doc, level: level}
	for path, router := range map[string]*routers.Router{"/users/{email}": &d.byID, "/users/{user_id}": &d.byEmail} {
		left := doc.Paths.Value(path)
		doc.Paths.Delete(path)
		if *router, err = gorillamux.NewRouter(doc); err != nil {
			return nil, err
		}
		doc.Paths.Set(path, left)
	}
	return d, nil
}

// undescribed are parameters that the client sends to all servers alike: those that do not know one ignore it, and the
// client can do without.
var undescribed = map[string]string{
	"idle_queue_timeout":     "feature level 481",
	"queue_lifespan_secs":    "its undocumented forerunner",
	"widget_content":         "undocumented",
	"allow_empty_topic_name": "feature level 334",
	"exclude_archived":       "feature level 315",
	"user_ids":               "feature level 384",
	// The description has these two as the body of a GET request.
	"include_deactivated_groups": "feature level 290",
	"include_archived":           "feature level 389",
}

// checkRequest finds the operation that a request is for and tells what is wrong with the request.
func (d *description) checkRequest(r *http.Request, body []byte) (*routers.Route, error) {
	router := d.byID
	if strings.Contains(r.URL.Path, "@") {
		router = d.byEmail
	}
	route, vars, err := router.FindRoute(r)
	if err != nil {
		return nil, fmt.Errorf("no such operation: %w", err)
	}
	copied := r.Clone(r.Context())
	copied.Body = io.NopCloser(bytes.NewReader(body))
	err = openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
		Request: copied, PathParams: vars, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	})
	if err != nil {
		return route, err
	}
	return route, d.checkNames(route, r, body)
}

// checkNames finds parameters that the operation does not have: the validator has nothing against them.
func (d *description) checkNames(route *routers.Route, r *http.Request, body []byte) error {
	known := map[string]bool{}
	for _, parameter := range route.Operation.Parameters {
		known[parameter.Value.Name] = true
	}
	sent := r.URL.Query()
	if r.Header.Get("Content-Type") == formType {
		if content := route.Operation.RequestBody; content != nil {
			for name := range properties(content.Value.Content[formType].Schema.Value) {
				known[name] = true
			}
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return err
		}
		maps.Copy(sent, form)
	}
	for name := range sent {
		if !known[name] && undescribed[name] == "" {
			return fmt.Errorf("the operation has no parameter %s", name)
		}
	}
	return nil
}

// operation finds an operation by its name, as "GET /users".
func (d *description) operation(name string) *openapi3.Operation {
	method, path, _ := strings.Cut(name, " ")
	item := d.doc.Paths.Value(path)
	if item == nil {
		return nil
	}
	return item.GetOperation(method)
}

// success is the form of an operation's good answer.
func (d *description) success(name string) *openapi3.Schema {
	operation := d.operation(name)
	if operation == nil {
		return nil
	}
	content := operation.Responses.Status(http.StatusOK).Value.Content["application/json"]
	if content == nil {
		return nil
	}
	return content.Schema.Value
}

// example is an operation's own example of a good answer, made the answer of a server of the description's level; it is
// the caller's. Without an example it is the least that an answer can be; nil when there is no such operation.
func (d *description) example(name string) object {
	schema := d.success(name)
	if schema == nil {
		return nil
	}
	example, _ := exampleOf(schema).(map[string]any)
	if example == nil {
		example = object{"result": "success", "msg": ""}
	}
	if name == "GET /server_settings" || name == "POST /register" {
		example["zulip_feature_level"] = float64(d.level)
	}
	delete(example, "ignored_parameters_unsupported") // examples show parameters that no client sends
	return example
}

// exampleOf prefers the examples of the parts: one of the whole may be generated, without sense.
func exampleOf(schema *openapi3.Schema) any {
	for _, part := range schema.AllOf {
		if example := exampleOf(part.Value); example != nil {
			return example
		}
	}
	if schema.Example == nil {
		return nil
	}
	// A copy, in which all numbers are of one type.
	text, err := json.Marshal(schema.Example)
	if err != nil {
		return nil
	}
	var example any
	if json.Unmarshal(text, &example) != nil {
		return nil
	}
	return repaired(schema, example)
}

// repaired makes numbers of strings where the description wants numbers: large floats have suffered on their way.
func repaired(schema *openapi3.Schema, value any) any {
	switch value := value.(type) {
	case map[string]any:
		known := properties(schema)
		for name, inner := range value {
			if p := known[name]; p != nil {
				value[name] = repaired(p, inner)
			} else if more := schema.AdditionalProperties.Schema; more != nil {
				value[name] = repaired(more.Value, inner)
			}
		}
	case []any:
		if schema.Items != nil {
			for i := range value {
				value[i] = repaired(schema.Items.Value, value[i])
			}
		}
	case string:
		var number float64
		if schema.Type.Is("number") && json.Unmarshal([]byte(value), &number) == nil {
			return number
		}
	}
	return value
}
