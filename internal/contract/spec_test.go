package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
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

// absent ends a test whose real counterpart is not there.
func absent(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("SIGNALBOX_REQUIRE_REAL") == "1" {
		t.Fatal(what + " is absent, and SIGNALBOX_REQUIRE_REAL=1")
	}
	t.Skip(what + " is absent")
}

func specFile() string {
	if name := os.Getenv("ZULIP_OPENAPI"); name != "" {
		return name
	}
	shared := os.Getenv("SIGNALBOX_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	return filepath.Join(shared, "spec", "zulip.yaml")
}

// specOrSkip is the file of the description; without it the test ends.
func specOrSkip(t *testing.T) string {
	t.Helper()
	name := specFile()
	if _, err := os.Stat(name); err != nil {
		absent(t, "Zulip's OpenAPI description ("+name+")")
	}
	return name
}

// A validator is a transport that holds every request and answer against the description.
type validator struct {
	t      *testing.T
	doc    *openapi3.T
	router routers.Router
	base   http.RoundTripper

	mu   sync.Mutex
	seen map[string]bool // operations that answered with success
}

// newValidator reads the description and evens out its slips, none of which concerns an answer's form.
func newValidator(t *testing.T, site string, base http.RoundTripper) *validator {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile(specOrSkip(t))
	require.NoError(t, err)
	doc.Security = nil // it names a scheme by another name than the one it declares
	doc.Servers = openapi3.Servers{{URL: site + "/api/v1"}}
	doc.Paths.Delete("/real-time")
	doc.Paths.Delete("/zulip-outgoing-webhook")
	doc.Paths.Delete("/users/{email}") // the same place as /users/{user_id}
	const file = "/user_uploads/{realm_id_str}/{filename}"
	doc.Paths.Set("/user_uploads/{realm_id_str}/{filename:.+}", doc.Paths.Value(file)) // the name has slashes in it
	doc.Paths.Delete(file)
	// Here the example is a float and the type an integer; the server sends a float.
	doc.Components.Schemas["RateLimitedError"].Value.AllOf[1].Value.Properties["retry-after"].Value.Type = &openapi3.Types{"number"}
	// This refusal's example has a key, "objections", that its type forbids.
	inUse := doc.Components.Schemas["deactivate_user_group_400_response"].Value.OneOf[1].Value
	inUse.AllOf[0] = doc.Components.Schemas["CodedErrorBase"]
	// The example of this answer is a person's; a real server tells a bot more of itself.
	own := doc.Components.Schemas["get_own_user_200_response"].Value.AllOf[1].Value.Properties
	for _, name := range []string{"bot_type", "bot_owner_id"} {
		own[name] = openapi3.NewSchemaRef("", openapi3.NewIntegerSchema().WithNullable())
		own[name].Value.Description = "Only present for bots."
	}
	router, err := gorillamux.NewRouter(doc)
	require.NoError(t, err)
	return &validator{t: t, doc: doc, router: router, base: base, seen: map[string]bool{}}
}

func (v *validator) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	resp, err := v.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(got))
	if err := v.check(r, body, resp, got); err != nil {
		v.t.Errorf("%s %s: %d %.400s\n%v", r.Method, r.URL.Path, resp.StatusCode, got, err)
	}
	return resp, nil
}

func (v *validator) check(r *http.Request, body []byte, resp *http.Response, got []byte) error {
	route, vars, err := v.router.FindRoute(r)
	if err != nil {
		return fmt.Errorf("no such operation: %w", err)
	}
	copied := r.Clone(r.Context())
	copied.Body = io.NopCloser(bytes.NewReader(body))
	in := &openapi3filter.RequestValidationInput{
		Request: copied, PathParams: vars, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true},
	}
	if resp.StatusCode != http.StatusOK {
		return v.checkError(route, resp.StatusCode, got)
	}
	// Only of a request that the server took is it known that it was meant to be right.
	if err := openapi3filter.ValidateRequest(r.Context(), in); err != nil {
		return fmt.Errorf("request: %w", err)
	}
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: resp.StatusCode, Header: resp.Header, Options: in.Options,
	}
	out.SetBodyBytes(got)
	if err := openapi3filter.ValidateResponse(r.Context(), out); err != nil {
		return fmt.Errorf("response: %w", err)
	}
	v.mu.Lock()
	v.seen[route.Method+" "+route.Path] = true
	v.mu.Unlock()
	schema := route.Operation.Responses.Status(http.StatusOK).Value.Content["application/json"].Schema.Value
	return v.complete(route, schema, got)
}

// errorSchemas names the schemas of refusals that any operation may answer and that have keys of their own.
var errorSchemas = map[string]string{
	"BAD_EVENT_QUEUE_ID":       "BadEventQueueIdError",
	"RATE_LIMIT_HIT":           "RateLimitedError",
	"REQUEST_VARIABLE_MISSING": "MissingArgumentError",
	"INVALID_API_KEY":          "InvalidApiKeyError",
	"USER_DEACTIVATED":         "UserDeactivatedError",
}

func (v *validator) checkError(route *routers.Route, status int, got []byte) error {
	var object map[string]any
	if err := json.Unmarshal(got, &object); err != nil {
		return err
	}
	if ref := route.Operation.Responses.Status(status); ref != nil {
		schema := ref.Value.Content["application/json"].Schema.Value
		if schema.VisitJSON(object) == nil {
			return nil
		}
	}
	code, _ := object["code"].(string)
	name := errorSchemas[code]
	switch {
	case name != "":
	case strings.HasPrefix(code, "STREAM_DOES") && object["stream_id"] != nil:
		name = "NonExistingChannelIdError"
	case strings.HasPrefix(code, "STREAM_DOES"):
		name = "NonExistingChannelNameError"
	default:
		name = "CodedError"
	}
	ref := v.doc.Components.Schemas[name]
	if ref == nil {
		return fmt.Errorf("the description has no schema %s", name)
	}
	if err := ref.Value.VisitJSON(object); err != nil {
		return fmt.Errorf("refusal is no %s: %w", name, err)
	}
	return nil
}
