package chatops

import (
	"fmt"
	"slices"
	"strings"

	"github.com/signalbox-go/signalbox/internal/commandline"
	"github.com/signalbox-go/signalbox/semaphore"
)

// argumentsProblem says why somebody with that role may not pass raw arguments to a template that runs app; "" where he
// may.
func (p *Policy) argumentsProblem(t TargetRef, app semaphore.AppID, room RoomID, role Role, arguments []string) string {
	allowed := p.allowedFlags(t, room)
	if len(arguments) > 0 && len(allowed) == 0 && role < Admin {
		return "raw arguments are for admins: the policy lets nobody else pass any to this template"
	}
	var before string
	for _, word := range arguments {
		flag, value, _ := strings.Cut(word, "=")
		switch {
		case strings.HasPrefix(word, "-"):
			before = word
		case role < Admin && !slices.Contains(valueFlags(app), before):
			return fmt.Sprintf("%s belongs to no flag; write the value of a flag after =", commandline.Show(word))
		default:
			flag, value, before = before, word, ""
		}
		if problem := flagProblem(app, flag, value); problem != "" {
			return problem
		}
		if role < Admin && !slices.Contains(allowed, flag) {
			return fmt.Sprintf("the policy does not let %s through; it lets through %s", commandline.Show(flag), strings.Join(allowed, ", "))
		}
	}
	return ""
}

// allowedFlags are the flags that the rules for a template let through. Rules for certain rooms do not hold in direct
// messages.
func (p *Policy) allowedFlags(t TargetRef, room RoomID) []string {
	var flags []string
	for _, rule := range p.Arguments {
		if rule.inRoom(room) && rule.touches(t) {
			flags = append(flags, rule.Flags...)
		}
	}
	slices.Sort(flags)
	return slices.Compact(flags)
}

// isAnsible says whether an app is Ansible, which is what servers mean that name none.
func isAnsible(app semaphore.AppID) bool { return app == semaphore.AppAnsible || app == "" }

// isTerraform says whether an app is Terraform or one of its like.
func isTerraform(app semaphore.AppID) bool {
	return app == semaphore.AppTerraform || app == semaphore.AppTofu || app == semaphore.AppTerragrunt
}

// valueFlags are those after which a word of its own is their value and nothing else. After other flags a word would be
// one more thing to run, so there a value is written after an equals sign.
func valueFlags(app semaphore.AppID) []string {
	switch {
	case isAnsible(app):
		return []string{"-e", "--extra-vars", "-l", "--limit", "-t", "--tags", "--skip-tags", "-f", "--forks", "--start-at-task"}
	case isTerraform(app):
		return []string{"-var", "--var", "-target", "--target", "-replace", "--replace"}
	default:
		return nil
	}
}

// The flags that nobody may pass, whatever a policy says: they read or write files of the machine that runs the task,
// load code from elsewhere, change as whom and how hosts are reached, or wait for a keyboard.
var (
	forbiddenAnsible = []string{
		"--vault-password-file", "--vault-pass-file", "--vault-id", "--private-key", "--key-file",
		"--connection", "--connection-password-file", "--conn-pass-file", "--become-password-file", "--become-pass-file",
		"--user", "--become-user", "--become-method", "--ssh-common-args", "--ssh-extra-args", "--sftp-extra-args",
		"--scp-extra-args", "--inventory", "--inventory-file", "--module-path", "--playbook-dir",
		"--ask-pass", "--ask-become-pass", "--ask-vault-password", "--ask-vault-pass", "--step",
		"-c", "-i", "-u", "-M", "-k", "-K", "-J",
	}
	forbiddenTerraform = []string{
		"-chdir", "-var-file", "-state", "-state-out", "-backup", "-backend-config", "-plugin-dir", "-out", "-from-module",
	}
)

// flagProblem says why nobody may pass a flag with a value to an app; "" where some may.
func flagProblem(app semaphore.AppID, flag, value string) string {
	no := func(why string) string { return fmt.Sprintf("%s is not let through: %s", commandline.Show(flag), why) }
	switch {
	case isAnsible(app):
		_, long := strings.CutPrefix(flag, "--")
		switch {
		case forbiddenForAnsible(flag):
			return no("it reads files or changes how hosts are reached")
		case !long && len(flag) > 2 && strings.HasPrefix(flag, "-") && strings.Trim(flag[1:], "v") != "":
			return no("it could be several flags in one; write each on its own")
		case flag == "-e" || long && flag != "--" && strings.HasPrefix("--extra-vars", flag):
			return extraVarsProblem(value)
		}
		return ansibleValueProblem(value)
	case isTerraform(app) && slices.Contains(forbiddenTerraform, "-"+strings.TrimLeft(flag, "-")):
		return no("it reads or writes files")
	}
	return ""
}

// forbiddenForAnsible knows that Ansible takes the beginning of a long flag for the whole.
func forbiddenForAnsible(flag string) bool {
	if slices.Contains(forbiddenAnsible, flag) {
		return true
	}
	return len(flag) > 2 && flag != "--become" && strings.HasPrefix(flag, "--") &&
		slices.ContainsFunc(forbiddenAnsible, func(f string) bool { return strings.HasPrefix(f, flag) })
}

// extraVarsProblem says why nobody may pass a text of extra variables to Ansible. It takes several notations, with
// escapes, in which a name could hide; only the plain one is let through.
func extraVarsProblem(value string) string {
	value = strings.TrimSpace(value)
	switch {
	case strings.HasPrefix(value, "@"), strings.HasPrefix(value, "/"), strings.HasPrefix(value, "."):
		return "extra variables are not read from files"
	case strings.HasPrefix(value, "{"), strings.HasPrefix(value, "["), strings.Contains(value, `\`):
		return "extra variables are written as name=value, without braces and backslashes"
	case strings.Contains(strings.ToLower(value), "ansible_"):
		return "variables of Ansible itself, which say how hosts are reached, are not let through"
	}
	return ansibleValueProblem(value)
}

// ansibleValueProblem says why nobody may pass a value to Ansible, which carries out what is in double braces, reading
// files and running programs where it is told to, and which reads lists of hosts from files.
func ansibleValueProblem(value string) string {
	if mark := templating(value); mark != "" {
		return "templates in values are not let through: Ansible would carry out what is between " + mark + " and its end"
	}
	for part := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == ',' || r == ':' || r == ' ' }) {
		if strings.HasPrefix(part, "@") {
			return commandline.Show(part) + " is not let through: it would be read from a file"
		}
	}
	return ""
}

// templating returns the mark in a text behind which Ansible would carry something out, "" where there is none.
func templating(text string) string {
	for _, mark := range []string{"{{", "{%", "{#"} {
		if strings.Contains(text, mark) {
			return mark
		}
	}
	return ""
}

// variableNameProblem says why nobody may set a variable of this name that a template does not ask for; "" where some
// may.
func variableNameProblem(name string) string {
	plain := func(r rune) bool {
		return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	if name == "" || len(name) > 64 || name[0] >= '0' && name[0] <= '9' || strings.IndexFunc(name, func(r rune) bool { return !plain(r) }) >= 0 {
		return "a name has letters, digits and underscores and does not begin with a digit"
	}
	lower := strings.ToLower(name)
	for _, prefix := range []string{"ansible_", "ld_", "git_", "tf_", "python", "bash_", "perl", "ruby", "ssh_"} {
		if strings.HasPrefix(lower, prefix) {
			return "it would change how the task is run"
		}
	}
	if slices.Contains([]string{"path", "env", "ifs", "home", "shell", "term", "editor", "semaphore_vars"}, lower) {
		return "it would change how the task is run"
	}
	return ""
}
