package commandline

import "strings"

// Usage returns how a command with that name is written, in one line: "deploy <project> [--limit <limit>]… [--force]".
func (s Spec) Usage(name string) string {
	parts := []string{name}
	args, behind := s.Args, ""
	if s.behind() { // What is written behind it is no flag.
		args, behind = s.Args[:len(s.Args)-1], " "+s.Args[len(s.Args)-1].place()
	}
	for _, a := range args {
		parts = append(parts, a.place())
	}
	for _, f := range s.Flags {
		text := f.shown()
		if !f.Required {
			text = "[" + text + "]"
		}
		if f.Repeated {
			text += "…"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " ") + behind
}

// Table returns what the arguments and flags are, a row each. It has no rows where there is nothing to say.
func (s Spec) Table() Table {
	table := Table{Head: []string{"Part", "Meaning"}}
	for _, a := range s.Args {
		table.Rows = append(table.Rows, []string{a.place(), meaning(a.Summary, a.Choices, a.Default)})
	}
	for _, f := range s.Flags {
		text := f.shown()
		if f.Short != 0 {
			text = "-" + string(f.Short) + ", " + text
		}
		table.Rows = append(table.Rows, []string{text, meaning(f.Summary, f.Choices, f.Default)})
	}
	return table
}

// shown returns the flag with what stands for its value.
func (f Flag) shown() string {
	switch {
	case f.Kind == Bool:
		return "--" + f.Name
	case len(f.Choices) > 0:
		return "--" + f.Name + " " + strings.Join(f.Choices, "|")
	default:
		return "--" + f.Name + " <" + f.Name + ">"
	}
}

// meaning puts the parts of an explanation together.
func meaning(summary string, choices []string, fallback string) string {
	var parts []string
	if summary != "" {
		parts = append(parts, summary)
	}
	if len(choices) > 0 {
		parts = append(parts, "one of "+strings.Join(choices, ", "))
	}
	if fallback != "" {
		parts = append(parts, "otherwise "+fallback)
	}
	return strings.Join(parts, "; ")
}
