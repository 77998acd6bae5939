package commandline

import (
	"fmt"
	"strings"
	"unicode"
)

// Check returns what is wrong with the spec: a mistake of the programmer, not of somebody who writes commands.
func (s Spec) Check() error {
	seen := map[string]bool{}
	for i, a := range s.Args {
		if s.behind() && (!a.optional() || a.Raw) {
			return fmt.Errorf("the argument %s is not optional or raw, and the last one stands behind --", a.Name)
		}
		if err := a.check(i == len(s.Args)-1, i > 0 && s.Args[i-1].optional()); err != nil {
			return err
		}
		if seen[a.Name] {
			return fmt.Errorf("the name %q is taken twice", a.Name)
		}
		seen[a.Name] = true
	}
	for _, f := range s.Flags {
		if err := f.check(); err != nil {
			return err
		}
		short := "-" + string(f.Short)
		if seen[f.Name] || seen[short] {
			return fmt.Errorf("the name %q or %q is taken twice", f.Name, short)
		}
		seen[f.Name], seen[short] = true, f.Short != 0
	}
	return nil
}

func (a Arg) check(last, afterOptional bool) error {
	switch {
	case !ValidName(a.Name):
		return fmt.Errorf("the name %q of an argument is not made of lower-case letters, digits and single dashes", a.Name)
	case a.Kind == Bool:
		return fmt.Errorf("the argument %s is a bool: make it a flag", a.Name)
	case (a.Repeated || a.Raw || a.Behind) && !last:
		return fmt.Errorf("the argument %s takes the rest and is not the last one", a.Name)
	case a.Repeated && a.Raw, a.Raw && (a.Kind != Text || len(a.Choices) > 0):
		return fmt.Errorf("the argument %s is raw: it is a single text", a.Name)
	case afterOptional && !a.optional():
		return fmt.Errorf("the argument %s follows an optional one and is not optional", a.Name)
	}
	return checkValues(a.Name, a.Kind, a.Choices, a.Default)
}

func (f Flag) check() error {
	switch {
	case !ValidName(f.Name):
		return fmt.Errorf("the name %q of a flag is not made of lower-case letters, digits and single dashes", f.Name)
	case f.Short != 0 && !unicode.IsLetter(f.Short):
		return fmt.Errorf("the short name of the flag %s is not a letter", f.Name)
	case f.Kind == Bool && (f.Repeated || f.Required || len(f.Choices) > 0):
		return fmt.Errorf("the flag %s is a bool: it can be neither repeated nor required, and has no choices", f.Name)
	case f.Required && f.Default != "":
		return fmt.Errorf("the flag %s is required and has a default", f.Name)
	}
	return checkValues(f.Name, f.Kind, f.Choices, f.Default)
}

func checkValues(name string, kind Kind, choices []string, fallback string) error {
	if kind < Text || kind > Bool {
		return fmt.Errorf("the kind of %s is unknown", name)
	}
	all := choices
	if fallback != "" {
		all = append(append([]string{}, choices...), fallback)
	}
	for _, text := range all {
		if _, err := value(kind, choices, text); err != nil {
			return fmt.Errorf("%s cannot be %q: %w", name, text, err)
		}
	}
	return nil
}

// ValidName says whether name is fit for a command, a flag or an argument: lower-case letters, digits and single dashes
// between them, at most 40 characters.
func ValidName(name string) bool {
	for part := range strings.SplitSeq(name, "-") {
		if part == "" {
			return false
		}
	}
	return len(name) <= 40 && strings.IndexFunc(name, func(r rune) bool {
		return r != '-' && !unicode.IsDigit(r) && (!unicode.IsLetter(r) || unicode.ToLower(r) != r)
	}) < 0
}
