package yamlfile

import (
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/signalbox-go/signalbox/internal/commandline"
)

// value reads a node into a value that can be set.
func (d *decoder) value(node *yaml.Node, key string, into reflect.Value) {
	if d.left == 0 {
		d.refuse(node, key, "the file has more than %d values", maxValues)
	}
	if d.left--; d.left < 0 {
		return
	}
	for node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	kind := into.Kind()
	switch {
	case isScalar(into.Type()):
		d.scalar(node, key, into)
	case kind == reflect.Pointer:
		fresh := reflect.New(into.Type().Elem())
		d.value(node, key, fresh.Elem())
		into.Set(fresh)
	case node.ShortTag() == "!!null": // A heading whose entries are all commented out.
	case kind == reflect.Struct:
		d.object(node, key, into)
	case kind == reflect.Map:
		d.dictionary(node, key, into)
	case kind == reflect.Slice:
		d.list(node, key, into)
	default:
		panic(fmt.Sprintf("yamlfile: %s is a %s, which no file can hold", key, into.Type()))
	}
}

// object reads a mapping into a struct.
func (d *decoder) object(node *yaml.Node, key string, into reflect.Value) {
	fields := map[string]reflect.Value{}
	names := fieldsOf(into, fields)
	for name, value := range d.pairs(node, key, "keys with values") {
		field, known := fields[name.Value]
		if !known {
			d.refuse(name, joinKey(key, name.Value), "there is no such key; %s", hint(name.Value, names))
			continue
		}
		d.value(value, joinKey(key, name.Value), field)
	}
}

// fieldsOf collects the fields of a struct by their keys, and returns the keys in order.
func fieldsOf(of reflect.Value, fields map[string]reflect.Value) (names []string) {
	for field, value := range of.Fields() {
		name := field.Tag.Get("yaml")
		switch {
		case name != "":
			fields[name] = value
			names = append(names, name)
		case field.Anonymous && value.Kind() == reflect.Struct:
			names = append(names, fieldsOf(value, fields)...)
		}
	}
	return names
}

// hint says what was probably meant.
func hint(name string, names []string) string {
	if near := commandline.Suggest(name, names); near != "" {
		return "did you mean " + near + "?"
	}
	return "known here are " + strings.Join(names, ", ")
}

// dictionary reads a mapping into a map.
func (d *decoder) dictionary(node *yaml.Node, key string, into reflect.Value) {
	kind := into.Type()
	into.Set(reflect.MakeMap(kind))
	for name, value := range d.pairs(node, key, "names with values") {
		at := joinKey(key, name.Value)
		k, v := reflect.New(kind.Key()).Elem(), reflect.New(kind.Elem()).Elem()
		d.scalar(name, at, k)
		d.value(value, at, v)
		into.SetMapIndex(k, v)
	}
}

// pairs yields the keys and values of a mapping, and refuses keys that were given before.
func (d *decoder) pairs(node *yaml.Node, key, want string) func(yield func(name, value *yaml.Node) bool) {
	return func(yield func(name, value *yaml.Node) bool) {
		if node.Kind != yaml.MappingNode {
			d.wrong(node, key, want)
			return
		}
		seen := map[string]int{}
		for i := 0; i+1 < len(node.Content); i += 2 {
			name, value := node.Content[i], node.Content[i+1]
			if name.Kind != yaml.ScalarNode {
				d.wrong(name, key, "a name before the colon")
				continue
			}
			if before, again := seen[name.Value]; again {
				d.refuse(name, joinKey(key, name.Value), "is given twice, first on line %d", before)
				continue
			}
			seen[name.Value] = name.Line
			if d.left < 0 || !yield(name, value) {
				return
			}
		}
	}
}

// list reads a sequence into a slice.
func (d *decoder) list(node *yaml.Node, key string, into reflect.Value) {
	if node.Kind != yaml.SequenceNode {
		d.wrong(node, key, "a list, as [one, two]")
		return
	}
	into.SetZero()
	for i, entry := range node.Content {
		if d.left < 0 {
			return
		}
		value := reflect.New(into.Type().Elem()).Elem()
		d.value(entry, fmt.Sprintf("%s[%d]", key, i+1), value)
		into.Set(reflect.Append(into, value))
	}
}

// wrong refuses a node of another kind than is wanted.
func (d *decoder) wrong(node *yaml.Node, key, want string) {
	d.refuse(node, key, "here belongs %s, not %s", want, describe(node))
}

// describe names what a node is. It does not show a value, which may be a secret in the wrong place.
func describe(node *yaml.Node) string {
	switch node.ShortTag() {
	case "!!null":
		return "nothing"
	case "!!bool":
		return "true or false"
	case "!!int", "!!float":
		return "a number"
	case "!!timestamp":
		return "a date"
	case "!!map":
		return "keys with values"
	case "!!seq":
		return "a list"
	}
	return "text"
}

func joinKey(key, name string) string {
	if key == "" {
		return name
	}
	return key + "." + name
}
