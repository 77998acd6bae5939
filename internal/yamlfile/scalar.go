package yamlfile

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// isScalar says whether values of the type are written as one word.
func isScalar(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		return true
	}
	return t.Kind() != reflect.Pointer && reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// scalar reads one word into a value, if the word is of the kind that belongs there.
func (d *decoder) scalar(node *yaml.Node, key string, into reflect.Value) {
	want, tags := kindOf(into)
	if node.Kind != yaml.ScalarNode || !slices.Contains(tags, node.ShortTag()) {
		d.wrong(node, key, want)
		return
	}
	if err := setText(into, node.Value); err != nil {
		d.note(&Error{Line: node.Line, Key: key, Problem: err.Error(), cause: err})
	}
}

// kindOf says in words what belongs into a value, and which of YAML's own types that may be.
func kindOf(into reflect.Value) (want string, tags []string) {
	if _, ok := reflect.TypeAssert[encoding.TextUnmarshaler](into.Addr()); ok {
		if into.Type() == reflect.TypeFor[time.Time]() {
			return "an instant as 2026-12-24T18:00:00+01:00", []string{"!!str", "!!timestamp"}
		}
		return "text", []string{"!!str", "!!int", "!!float", "!!timestamp"}
	}
	switch into.Kind() {
	case reflect.String:
		return "text (in quotes, if it looks like something else)", []string{"!!str", "!!int"}
	case reflect.Bool:
		return "true or false", []string{"!!bool"}
	case reflect.Float32, reflect.Float64:
		return "a number", []string{"!!float", "!!int"}
	}
	if into.Type() == reflect.TypeFor[time.Duration]() {
		return "a time as 90s or 1h30m", []string{"!!str"}
	}
	return "a whole number", []string{"!!int"}
}

// setText sets a scalar to what a text says.
func setText(into reflect.Value, text string) error {
	want, _ := kindOf(into)
	if from, ok := reflect.TypeAssert[encoding.TextUnmarshaler](into.Addr()); ok {
		err := from.UnmarshalText([]byte(text))
		if into.Type() == reflect.TypeFor[time.Time]() && err != nil {
			return errors.New("here belongs " + want)
		}
		return err
	}
	var err error
	switch kind := into.Kind(); {
	case kind == reflect.String:
		into.SetString(text)
	case kind == reflect.Bool:
		var value bool
		value, err = strconv.ParseBool(text)
		into.SetBool(value)
	case into.Type() == reflect.TypeFor[time.Duration]():
		var value time.Duration
		value, err = time.ParseDuration(text)
		into.SetInt(int64(value))
	case kind == reflect.Float32 || kind == reflect.Float64:
		var value float64
		value, err = strconv.ParseFloat(text, into.Type().Bits())
		into.SetFloat(value)
	case into.CanUint():
		var value uint64
		value, err = strconv.ParseUint(text, 0, into.Type().Bits())
		into.SetUint(value)
	default:
		var value int64
		value, err = strconv.ParseInt(text, 0, into.Type().Bits())
		into.SetInt(value)
	}
	switch {
	case errors.Is(err, strconv.ErrRange):
		return errors.New("the number is out of range")
	case err != nil:
		return errors.New("here belongs " + want)
	}
	return nil
}

// DecodeText reads one value as it stands in an environment variable or an argument of a command: what belongs into a
// file, without the quotes, and the entries of a list with commas between them. Blanks around it do not count.
func DecodeText(text string, into any) error {
	value := reflect.ValueOf(into).Elem()
	text = strings.TrimSpace(text)
	switch {
	case isScalar(value.Type()):
		return setText(value, text)
	case value.Kind() != reflect.Slice:
		panic(fmt.Sprintf("yamlfile: a %s has no form of one line", value.Type()))
	}
	value.SetZero()
	for entry := range strings.SplitSeq(text, ",") {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		fresh := reflect.New(value.Type().Elem())
		if err := DecodeText(entry, fresh.Interface()); err != nil {
			return err
		}
		value.Set(reflect.Append(value, fresh.Elem()))
	}
	return nil
}
