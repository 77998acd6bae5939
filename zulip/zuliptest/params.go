package zuliptest

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	maxUpload   = 100 << 20              // what the server says it accepts, in parts
	maxForm     = 25 << 20               // what it accepts in one request: what is larger, the proxy gives up
	maxBody     = maxForm + 1<<20        // with the rest of the request around the file
	maxRecorded = 64 << 10               // of the parameters of one request
	maxPartSize = 4 << 20                // of a parameter in a multipart body
	jsonProblem = `" is not valid JSON.` // end of the sentence
)

// params are the parameters of a request, wherever they stood: query, urlencoded or multipart body.
// Reading one that is missing or malformed remembers the refusal in bad; handlers look at it once, after reading all.
type params struct {
	values url.Values
	files  []file
	used   map[string]bool
	tooNew []string // parameters that a server of this level does not know
	bad    *answer
}

type file struct {
	name    string
	mime    string
	content []byte
}

// readParams reads the whole request. It reports true when the body is larger than the server accepts.
func readParams(w http.ResponseWriter, r *http.Request) (*params, bool) {
	p := &params{values: url.Values{}, used: map[string]bool{}}
	maps.Copy(p.values, r.URL.Query())
	body := http.MaxBytesReader(w, r.Body, maxBody)
	kind, attrs, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err != nil:
	case kind == "application/x-www-form-urlencoded":
		var text []byte
		if text, err = io.ReadAll(body); err == nil {
			form, _ := url.ParseQuery(string(text)) // Zulip, too, takes what can be read
			for k, v := range form {
				p.values[k] = append(p.values[k], v...)
			}
		}
	case kind == "multipart/form-data" && attrs["boundary"] != "":
		err = p.readParts(multipart.NewReader(body, attrs["boundary"]))
	}
	_, tooBig := errors.AsType[*http.MaxBytesError](err)
	return p, tooBig
}

func (p *params) readParts(r *multipart.Reader) error {
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if part.FileName() != "" {
			content, err := io.ReadAll(part)
			if err != nil {
				return err
			}
			p.files = append(p.files, file{name: part.FileName(), mime: part.Header.Get("Content-Type"), content: content})
			continue
		}
		value, err := io.ReadAll(io.LimitReader(part, maxPartSize))
		if err != nil {
			return err
		}
		p.values.Add(part.FormName(), string(value))
	}
}

// record returns a copy for the list of requests. What goes beyond maxRecorded bytes is left out.
func (p *params) record() url.Values {
	c, left := url.Values{}, maxRecorded
	for k, all := range p.values {
		for _, v := range all {
			if left -= len(k) + len(v); left >= 0 {
				c.Add(k, v)
			}
		}
	}
	return c
}

// unused returns the names of parameters that no handler asked for.
func (p *params) unused() []string {
	names := slices.Clone(p.tooNew)
	for k := range p.values {
		if !p.used[k] {
			names = append(names, k)
		}
	}
	return names
}

// forget drops the parameters that came after this feature level, as an old server does.
func (p *params) forget(newer map[string]int, level int) {
	for name, since := range newer {
		if level < since && p.values.Has(name) {
			p.values.Del(name)
			p.tooNew = append(p.tooNew, name)
		}
	}
}

// accept marks parameters that are known but change nothing here.
func (p *params) accept(names ...string) {
	for _, n := range names {
		p.used[n] = true
	}
}

func (p *params) reject(a answer) {
	if p.bad == nil {
		p.bad = &a
	}
}

func (p *params) has(name string) bool {
	p.used[name] = true
	return p.values.Has(name)
}

func (p *params) str(name, otherwise string) string {
	if !p.has(name) {
		return otherwise
	}
	return p.values.Get(name)
}

func (p *params) need(name string) string {
	if !p.has(name) {
		p.reject(fail(http.StatusBadRequest, "REQUEST_VARIABLE_MISSING", "Missing '"+name+"' argument").with("var_name", name))
	}
	return p.values.Get(name)
}

// flag reads a JSON boolean.
func (p *params) flag(name string, otherwise bool) bool {
	v := otherwise
	p.json(name, &v)
	return v
}

func (p *params) integer(name string, otherwise int) int {
	if !p.has(name) {
		return otherwise
	}
	n, err := strconv.Atoi(strings.TrimSpace(p.values.Get(name)))
	if err != nil {
		p.reject(badRequest(name + " is not an integer"))
	}
	return n
}

// json decodes a JSON value into v and reports whether the parameter was there.
func (p *params) json(name string, v any) bool {
	if !p.has(name) {
		return false
	}
	text := []byte(p.values.Get(name))
	if !json.Valid(text) {
		p.reject(badRequest(`Argument "` + name + jsonProblem))
		return false
	}
	if json.Unmarshal(text, v) != nil {
		p.reject(fail(http.StatusBadRequest, "REQUEST_VARIABLE_INVALID", "Bad value for '"+name+"': "+string(text)).
			with("var_name", name).with("bad_value", string(text)))
		return false
	}
	return true
}

// id reads a number from the path; -1 when it is none.
func (c *call) id(name string) int {
	n, err := strconv.Atoi(c.vars[name])
	if err != nil {
		return -1
	}
	return n
}
