package main

import (
	"reflect"
	"strings"

	"github.com/signalbox-go/signalbox/internal/yamlfile"
)

// A setting is one field of [settings], with all that is said about it.
type setting struct {
	key      string // In the configuration file, as "semaphore.url".
	variable string // In the environment.
	argument string // What its value is, in a word.
	help     string
	value    any // Points to the field.
}

// list returns every setting, in the order of the usage text.
func (s *settings) list() []setting { return listOf("", reflect.ValueOf(s).Elem()) }

func listOf(key string, of reflect.Value) (all []setting) {
	for field, value := range of.Fields() {
		name := field.Tag.Get("yaml")
		switch {
		case name == "":
		case field.Tag.Get("env") == "":
			all = append(all, listOf(name+".", value)...)
		default:
			all = append(all, setting{
				key: key + name, variable: field.Tag.Get("env"), argument: field.Tag.Get("arg"), help: field.Tag.Get("help"),
				value: value.Addr().Interface(),
			})
		}
	}
	return all
}

// section is the part of the file in which the setting is; "" for the top.
func (s setting) section() string {
	section, _, found := strings.Cut(s.key, ".")
	if !found {
		return ""
	}
	return section
}

// name is the key within the section.
func (s setting) name() string { return s.key[strings.LastIndex(s.key, ".")+1:] }

// secret returns the secret that the setting is, if it is one.
func (s setting) secret() (*secretText, bool) {
	value, ok := s.value.(*secretText)
	return value, ok
}

// isSet says whether anybody has set it, by default or otherwise.
func (s setting) isSet() bool { return !reflect.ValueOf(s.value).Elem().IsZero() }

// clear takes the value away.
func (s setting) clear() { reflect.ValueOf(s.value).Elem().SetZero() }

// read sets it to what a variable or an argument says.
func (s setting) read(text string) error { return yamlfile.DecodeText(text, s.value) }

// fileSuffix is what the variable of a file has more than that of the secret in
// it. In the configuration file it is the same in small letters.
const fileSuffix = "_FILE"
