package main

import (
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/signalbox-go/signalbox/semaphore"
)

// settings are what the caller decides.
type settings struct {
	demo, noColor, insecureHTTP bool
	credentials                 semaphore.Credentials
	project, template           string                     // Names or ids.
	request                     semaphore.StartTaskRequest // Complete but for the id of the template.
	warnings                    []string                   // Remarks on where secrets came from.
}

// A setting is a flag. The argument is empty where the flag is a switch.
type setting struct{ flag, argument, usage string }

// allSettings lists the flags in the order of the usage text.
func allSettings() []setting {
	return []setting{
		{"project", "NAME", "name or id of the project; needless where there is only one"},
		{"template", "NAME", "the same as the argument"},
		{"message", "TEXT", "a message that the server shows with the task"},
		{"var", "NAME=VALUE", "answer to a survey variable, or another extra variable; can be repeated"},
		{"secret-file", "NAME=FILE", "answer to a secret survey variable, from a file that holds it alone; can be repeated"},
		{"branch", "NAME", "branch of the repository"},
		{"limit", "HOSTS", "hosts for Ansible, separated by commas"},
		{"dry-run", "", "change nothing (Ansible's --check)"},
		{"debug", "", "let Ansible say more"},
		{"mark", "TEXT", "8 to 64 letters, digits, dots, dashes and underscores that name the reason of this start, such as the\n" +
			"        number of a pipeline: a task that has the mark already is followed, and none is started (default random)"},
		{"no-color", "", "no colours; the same as NO_COLOR=1"},
		{"insecure-http", "", "allow an http:// address of another machine, although others can read the token then"},
	}
}

// readSettings reads flags and environment. The error is [flag.ErrHelp] where
// help was asked for.
func readSettings(args []string, getenv func(string) string) (settings, error) {
	s := settings{noColor: getenv("NO_COLOR") != "" || getenv("TERM") == "dumb"}
	r := &s.request
	flags := flag.NewFlagSet("runtask", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // Its errors are returned, too.
	flags.BoolVar(&s.demo, "demo", false, "")
	flags.BoolVar(&s.noColor, "no-color", s.noColor, "")
	flags.BoolVar(&s.insecureHTTP, "insecure-http", false, "")
	flags.StringVar(&s.project, "project", "", "")
	flags.StringVar(&s.template, "template", "", "")
	flags.StringVar(&r.Message, "message", "", "")
	flags.StringVar(&r.Mark, "mark", "", "")
	flags.StringVar(&r.GitBranch, "branch", "", "")
	flags.BoolVar(&r.DryRun, "dry-run", false, "")
	flags.BoolVar(&r.Debug, "debug", false, "")
	flags.Func("limit", "", func(hosts string) error {
		for host := range strings.SplitSeq(hosts, ",") {
			r.Limit = append(r.Limit, strings.TrimSpace(host))
		}
		return nil
	})
	flags.Func("var", "", s.readVariable)
	flags.Func("secret-file", "", s.readSecret)
	words, err := parse(flags, args)
	if err != nil {
		return settings{}, err
	}
	if s.template != "" {
		words = append(words, s.template)
	}
	switch {
	case len(words) > 1:
		return settings{}, fmt.Errorf("name one template, not %s; flags begin with a dash", quoted(words))
	case len(words) == 1:
		s.template = words[0]
	}
	if s.demo {
		return s, onlyDemo(flags, words)
	}
	if r.Mark == "" { // Also a start that nobody means to repeat has a mark: by it an answer that is lost does no harm.
		r.Mark = "runtask-" + strings.ToLower(rand.Text()[:16])
	}
	s.credentials, err = semaphore.CredentialsFromEnv(func(name string) string { return strings.TrimSpace(getenv(name)) })
	return s, err
}

// parse reads flags before, between and after the other words, and returns those.
func parse(flags *flag.FlagSet, args []string) (words []string, err error) {
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		if flags.NArg() == 0 {
			return words, nil
		}
		words, args = append(words, flags.Arg(0)), flags.Args()[1:]
	}
}

// onlyDemo refuses what the demo would not heed.
func onlyDemo(flags *flag.FlagSet, words []string) error {
	other := len(words) > 0
	flags.Visit(func(f *flag.Flag) { other = other || f.Name != "demo" && f.Name != "no-color" })
	if other {
		return errors.New("-demo takes -no-color alone: it brings its own server and template")
	}
	return nil
}

func (s *settings) readVariable(text string) error {
	name, value, found := strings.Cut(text, "=")
	if !found || name == "" {
		return errors.New("it must be NAME=VALUE")
	}
	if _, twice := s.request.Variables[name]; twice {
		return fmt.Errorf("%s is given twice", name)
	}
	if s.request.Variables == nil {
		s.request.Variables = semaphore.Variables{}
	}
	s.request.Variables[name] = value
	return nil
}

// maxSecret bounds a file that holds a secret.
const maxSecret = 64 << 10

// readSecret reads from a file, because others can read the arguments of a
// process. A line end after the secret does not belong to it.
func (s *settings) readSecret(text string) error {
	name, path, found := strings.Cut(text, "=")
	if !found || name == "" || path == "" {
		return errors.New("it must be NAME=FILE")
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, maxSecret+1))
	if err != nil {
		return err
	}
	secret := strings.TrimRight(string(content), "\r\n")
	switch {
	case len(content) > maxSecret:
		return fmt.Errorf("it has more than %d bytes", maxSecret)
	case secret == "":
		return errors.New("the file is empty")
	}
	if info, err := file.Stat(); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o044 != 0 {
		s.warnings = append(s.warnings, path+" can be read by others; chmod 600 protects it")
	}
	if s.request.SecretVariables == nil {
		s.request.SecretVariables = map[string]semaphore.Secret{}
	}
	s.request.SecretVariables[name] = semaphore.NewSecret(secret)
	return nil
}

// quoted lists texts for people.
func quoted(texts []string) string {
	list := make([]string, len(texts))
	for i, text := range texts {
		list[i] = fmt.Sprintf("%q", text)
	}
	return strings.Join(list, ", ")
}
