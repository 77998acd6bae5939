package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// show prints the settings as they are in force, as a configuration file.
func (p program) show(_ context.Context, args arguments) int {
	s, err := p.settings(args)
	if err != nil {
		return p.refuse(err)
	}
	section, all := "", s.list()
	for _, each := range all {
		if _, secret := each.secret(); !each.isSet() || secret && find(all, each.variable+fileSuffix).isSet() {
			continue // A secret from a file stands there by the name of the file.
		}
		if each.section() != section {
			section = each.section()
			fmt.Fprintf(p.stdout, "%s:\n", section)
		}
		indent := ""
		if section != "" {
			indent = "  "
		}
		fmt.Fprintf(p.stdout, "%s%s: %s\n", indent, each.name(), each.yaml())
	}
	for _, remark := range s.warnings {
		fmt.Fprintln(p.stderr, "deploybot:", remark)
	}
	return statusOK
}

// yaml is the value as it stands in a file. A secret stays hidden.
func (s setting) yaml() string {
	switch value := s.value.(type) {
	case *secretText:
		return value.String()
	case *bool:
		return strconv.FormatBool(*value)
	case *string:
		return quote(*value)
	case *[]string:
		return list(*value)
	}
	return strings.ToLower(fmt.Sprint(s.value))
}

// list writes a list for YAML.
func list(entries []string) string {
	quoted := make([]string, len(entries))
	for i, entry := range entries {
		quoted[i] = quote(entry)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// quote writes text for YAML, which takes JSON's.
func quote(text string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // A string has no error.
	return strings.TrimSuffix(b.String(), "\n")
}
