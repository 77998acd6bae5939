package secret

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// maxFile bounds a file that holds secrets.
const maxFile = 64 << 10

// ReadFile returns a small file, and a warning when others than its owner can read it.
func ReadFile(path string) (content []byte, warnings []string, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() && info.Mode()&fs.ModeNamedPipe == 0 {
		return nil, nil, fmt.Errorf("%s is not a file", path)
	}
	if info.Size() > maxFile {
		return nil, nil, fmt.Errorf("%s has %d bytes, more than credentials need", path, info.Size())
	}
	if info.Mode().Perm()&0o044 != 0 {
		warnings = append(warnings, fmt.Sprintf("%s can be read by others; chmod 600 protects it", path))
	}
	content, err = os.ReadFile(path)
	return content, warnings, err
}

// FromEnv reads a secret from the variable of that name, or from the file that the variable with _FILE added names,
// without the blanks and line ends around it. Neither set: the empty secret.
func FromEnv(getenv func(string) string, name string) (value Secret, warnings []string, err error) {
	text, file := getenv(name), getenv(name+"_FILE")
	switch {
	case text != "" && file != "":
		return Secret{}, nil, fmt.Errorf("set one of %s and %s_FILE, not both", name, name)
	case file != "":
		content, warnings, err := ReadFile(file)
		if err == nil && strings.TrimSpace(string(content)) == "" {
			err = errors.New("the file is empty")
		}
		if err != nil {
			return Secret{}, nil, fmt.Errorf("read %s_FILE: %w", name, err)
		}
		return New(strings.TrimSpace(string(content))), warnings, nil
	}
	return New(text), nil, nil
}
