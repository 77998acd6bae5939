package variables

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/signalbox-go/signalbox/internal/commandline"
)

// Check looks at an environment as [os.Environ] returns it, of a program that
// knows the variables in known. The error names, a line each, the variables that
// begin with own and are unknown; the remarks those that are nearly known. A
// variable without a value counts as not set.
func Check(environ []string, own string, known []string) (remarks []string, err error) {
	var wrong []error
	for _, entry := range slices.Sorted(slices.Values(environ)) {
		name, value, _ := strings.Cut(entry, "=")
		if strings.TrimSpace(value) == "" || slices.Contains(known, name) {
			continue
		}
		isOwn := strings.HasPrefix(name, own)
		switch meant := meantBy(name, isOwn, known); {
		case meant != "" && isOwn:
			wrong = append(wrong, errors.New(unknown(name, meant)))
		case meant != "":
			remarks = append(remarks, unknown(name, meant))
		case isOwn:
			wrong = append(wrong, fmt.Errorf("%s: there is no such setting, and what begins with %s is for this program: unset it", name, own))
		}
	}
	return remarks, errors.Join(wrong...)
}

func unknown(name, meant string) string {
	return fmt.Sprintf("%s: there is no such setting; did you mean %s?", name, meant)
}

// meantBy returns the known variable that a name is nearly, "" for none. The
// prefix does not count: it would make every name near that is shorter.
func meantBy(name string, isOwn bool, known []string) string {
	prefix, rest, _ := strings.Cut(name, "_")
	var others []string
	for _, each := range known {
		if other, found := strings.CutPrefix(each, prefix+"_"); found {
			others = append(others, other)
		}
	}
	if meant := commandline.Suggest(rest, others); meant != "" {
		return prefix + "_" + meant
	}
	if isOwn { // As DEPLOY_MATRIX_USER, where MATRIX_USER has no other prefix.
		return commandline.Suggest(rest, known)
	}
	return ""
}
