package commandline

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Parse reads the text after the name of a command. A spec that [Spec.Check] finds fault with gives nonsense.
//
// Flags stand anywhere; -- ends them. A word that begins with a quote is never a flag, nor is a negative number. The
// value of a flag may begin with a dash only after =. — and – in front of a name count as --, which telephones replace.
//
// The error is a *UsageError.
func (s Spec) Parse(text string) (Values, error) {
	p := parser{spec: s, scan: scanner{text: text}, values: Values{
		given: map[string][]any{}, kinds: map[string]Kind{}, usual: map[string]any{},
	}}
	for _, a := range s.Args {
		p.declare(a.Name, a.Kind, a.Default)
	}
	for _, f := range s.Flags {
		p.declare(f.Name, f.Kind, f.Default)
	}
	for words := 0; ; words++ {
		if words == maxWords {
			return Values{}, wrong("these are more than %d words", maxWords)
		}
		more, err := p.step()
		if err != nil {
			return Values{}, err
		}
		if !more {
			return p.values, p.missing()
		}
	}
}

type parser struct {
	spec   Spec
	scan   scanner
	values Values
	args   int  // how many arguments there were
	ended  bool // -- was there
}

func (p *parser) declare(name string, kind Kind, fallback string) {
	p.values.kinds[name] = kind
	if fallback != "" {
		p.values.usual[name], _ = value(kind, nil, fallback) // Check has tried
	}
}

// step reads a word or two.
func (p *parser) step() (more bool, err error) {
	p.scan.skipSpace()
	raw := p.args < len(p.spec.Args) && p.spec.Args[p.args].Raw
	if raw && (p.ended || !p.atFlag()) {
		return p.rest()
	}
	w, ok, err := p.scan.next()
	if err != nil || !ok {
		return false, err
	}
	name, long, isFlag := flagName(w)
	switch {
	case p.ended || !isFlag:
		return true, p.arg(w)
	case long && name == "":
		p.ended = true
		if p.spec.behind() {
			p.args = max(p.args, len(p.spec.Args)-1)
		}
		return true, nil
	default:
		return true, p.flag(name, long, w.text)
	}
}

// atFlag says whether the next word is a flag of this command, or the end of flags. Only those keep a raw argument
// waiting: others are part of it.
func (p *parser) atFlag() bool {
	ahead := p.scan
	w, ok, err := ahead.next()
	if err != nil || !ok {
		return false
	}
	name, long, isFlag := flagName(w)
	if !isFlag {
		return false
	}
	name, _, _ = strings.Cut(name, "=")
	_, known := p.find(name, long)
	return known || name == "" && long
}

// rest takes all that follows for the raw argument.
func (p *parser) rest() (more bool, err error) {
	text := strings.TrimRightFunc(p.scan.text[p.scan.at:], unicode.IsSpace)
	p.scan.at = len(p.scan.text)
	if text == "" {
		return false, nil
	}
	name := p.spec.Args[p.args].Name
	p.values.given[name] = []any{text}
	p.args++
	return true, nil
}

// behind says whether the last argument stands behind --.
func (s Spec) behind() bool { return len(s.Args) > 0 && s.Args[len(s.Args)-1].Behind }

// arg takes a word for the argument whose turn it is.
func (p *parser) arg(w word) error {
	at := p.args
	if n := len(p.spec.Args); n > 0 && at >= n && p.spec.Args[n-1].Repeated {
		at = n - 1
	}
	if p.spec.behind() && !p.ended && at == len(p.spec.Args)-1 {
		return wrong("there is nothing for %s to be; quote words that belong together, and write what is for <%s> behind --",
			Show(w.text), p.spec.Args[at].Name)
	}
	if at >= len(p.spec.Args) {
		return wrong("there is nothing for %s to be; quote words that belong together", Show(w.text))
	}
	a := p.spec.Args[at]
	p.args++
	return p.add("<"+a.Name+">", a.Name, a.Kind, a.Choices, w.text)
}

// flag takes a flag, and the word after it where that is its value.
func (p *parser) flag(name string, long bool, written string) error {
	name, text, hasValue := strings.Cut(name, "=")
	f, ok := p.find(name, long)
	if !ok {
		return p.unknown(name, long, written)
	}
	shown := "--" + f.Name
	if len(p.values.given[f.Name]) > 0 && !f.Repeated {
		return wrong("%s is there twice", shown)
	}
	switch {
	case hasValue:
	case f.Kind == Bool:
		text = "true"
	default:
		w, more, err := p.scan.next()
		if err != nil {
			return err
		}
		if !more {
			return wrong("%s needs a value", shown)
		}
		if _, _, isFlag := flagName(w); isFlag {
			return wrong("%s needs a value; if that is %s, write %s=%s", shown, Show(w.text), shown, Quote(w.text))
		}
		text = w.text
	}
	return p.add(shown, f.Name, f.Kind, f.Choices, text)
}

func (p *parser) add(shown, name string, kind Kind, choices []string, text string) error {
	v, err := value(kind, choices, text)
	if err != nil {
		return wrong("%s %s", shown, err)
	}
	p.values.given[name] = append(p.values.given[name], v)
	return nil
}

func (p *parser) find(name string, long bool) (Flag, bool) {
	for _, f := range p.spec.Flags {
		if long && strings.EqualFold(name, f.Name) || !long && name == string(f.Short) && f.Short != 0 {
			return f, true
		}
	}
	return Flag{}, false
}

func (p *parser) unknown(name string, long bool, written string) error {
	names := make([]string, 0, len(p.spec.Flags))
	for _, f := range p.spec.Flags {
		names = append(names, f.Name)
	}
	if near := Suggest(name, names); near != "" {
		return wrong("there is no flag %s; did you mean --%s?", Show(written), near)
	}
	_, exact := p.find(name, true)
	if !long && exact {
		return wrong("there is no flag %s; did you mean --%s?", Show(written), name)
	}
	return wrong("there is no flag %s; if it is a value, put it in quotes", Show(written))
}

// missing says what has to be there and is not.
func (p *parser) missing() error {
	for _, a := range p.spec.Args[min(p.args, len(p.spec.Args)):] {
		if !a.optional() {
			return wrong("<%s> is missing", a.Name)
		}
	}
	for _, f := range p.spec.Flags {
		if f.Required && len(p.values.given[f.Name]) == 0 {
			return wrong("--%s is missing", f.Name)
		}
	}
	return nil
}

// flagName returns what stands after the dashes of a word that looks like a flag, and whether these are two. It is ""
// and long for --.
func flagName(w word) (name string, long, ok bool) {
	if w.quoted {
		return "", false, false
	}
	for _, dashes := range []string{"--", "—", "–"} {
		if rest, found := strings.CutPrefix(w.text, dashes); found {
			if rest == "" {
				return "", true, dashes != "–" // a lone – is punctuation
			}
			r, _ := utf8.DecodeRuneInString(rest)
			return rest, true, dashes == "--" || unicode.IsLetter(r)
		}
	}
	rest, found := strings.CutPrefix(w.text, "-")
	r, _ := utf8.DecodeRuneInString(rest)
	return rest, false, found && unicode.IsLetter(r)
}
