package yamlfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// The bounds of a file. Aliases count as often as they are used, so that a few lines cannot become a great many.
const (
	maxBytes  = 1 << 20
	maxValues = 100_000
	maxErrors = 20
)

// Decode reads the one YAML document of a file into the struct that into points to. What the file does not say is left
// as it is, so defaults are set before; an empty file says nothing. The error joins an [*Error] for everything that is
// wrong, up to twenty, in the order of the file; then parts of into may have been set, so it is not to be used.
//
// Values are read as what the field is: strings (numbers without quotes are taken as written, so that a list of ids
// needs none), booleans, integers, floats, [time.Duration] as 1h30m, [time.Time] as 2026-12-24T18:00:00Z, whatever has
// an UnmarshalText, pointers to these, slices, maps with strings for keys, and structs. Any other type is a mistake of
// the program and panics.
func Decode(data []byte, into any) error {
	if len(data) > maxBytes {
		return &Error{Problem: fmt.Sprintf("the file has %d bytes, more than %d", len(data), maxBytes)}
	}
	reader := yaml.NewDecoder(bytes.NewReader(data))
	var document, second yaml.Node
	switch err := reader.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return syntaxError(err)
	}
	switch err := reader.Decode(&second); {
	case err == nil:
		return &Error{Line: second.Line, Problem: "a second document begins here, and one file is one document"}
	case !errors.Is(err, io.EOF):
		return syntaxError(err)
	}
	d := decoder{left: maxValues}
	d.value(document.Content[0], "", reflect.ValueOf(into).Elem())
	return errors.Join(d.problems...)
}

// decoder goes through one document.
type decoder struct {
	problems []error // Each an *Error.
	left     int     // How many values may follow; less than none stops it.
}

// refuse notes what is wrong at a place.
func (d *decoder) refuse(node *yaml.Node, key, format string, args ...any) {
	d.note(&Error{Line: node.Line, Key: key, Problem: fmt.Sprintf(format, args...)})
}

func (d *decoder) note(problem *Error) {
	switch {
	case len(d.problems) < maxErrors:
		d.problems = append(d.problems, problem)
	case len(d.problems) == maxErrors:
		d.problems = append(d.problems, &Error{Problem: "and more"})
		d.left = -1
	}
}

// lineOf finds the line in what the parser says.
var lineOf = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

func syntaxError(err error) error {
	problem := &Error{Problem: err.Error(), cause: err}
	if parts := lineOf.FindStringSubmatch(err.Error()); parts != nil {
		problem.Line, _ = strconv.Atoi(parts[1])
		problem.Problem = "this is no YAML: " + parts[2]
	}
	return problem
}
