package commandline

// Kind is the type of a value. The zero value is [Text].
type Kind int

// The kinds of values.
const (
	Text     Kind = iota // Any text.
	Int                  // A whole number.
	Duration             // Such as 90s, 15m or 1h30m.
	Bool                 // For flags alone: true by its presence, or --flag=false.
)

// Spec is what a command takes. The zero value takes nothing. [Spec.Check] says whether it makes sense.
type Spec struct {
	Args  []Arg
	Flags []Flag
}

// Arg is a value without a name, known by its place.
type Arg struct {
	Name     string   // By which [Values] know it, and the help calls it.
	Summary  string   // For the help: a few words.
	Kind     Kind     // Not Bool.
	Choices  []string // What it may be; anything if empty.
	Default  string   // Its value where it is absent. It makes the argument optional.
	Optional bool     // It may be absent. Those after it may be too.
	Repeated bool     // It takes all that follows, one or more values. The last argument only.
	Raw      bool     // It takes the rest of the text as it is, quotes, flags, line breaks and all. The last one only.
	Behind   bool     // It takes what stands behind --, and nothing ahead of it. The last one only, of arguments that are all optional.
}

// Flag is a value with a name: --name value, --name=value, -n value or -n=value.
type Flag struct {
	Name     string   // Without the dashes.
	Short    rune     // For the form with one dash; 0 for none.
	Summary  string   // For the help: a few words.
	Kind     Kind     // Of the value.
	Choices  []string // What it may be; anything if empty.
	Default  string   // Its value where it is absent.
	Required bool     // It may not be absent.
	Repeated bool     // It may be there more than once.
}

// optional says whether the argument may be absent.
func (a Arg) optional() bool { return a.Optional || a.Default != "" }

// place returns what stands for the argument in the help.
func (a Arg) place() string {
	name := "<" + a.Name + ">"
	if a.Repeated {
		name += "…"
	}
	if a.Behind {
		name = "-- " + name
	}
	if a.optional() {
		name = "[" + name + "]"
	}
	return name
}
