package main

import (
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/signalbox-go/signalbox/internal/yamlfile"
)

// allowReadable is the variable that lets a configuration file pass that others
// can read, for systems that hand out files in no other way.
const allowReadable = "DEPLOY_CONFIG_READABLE"

// maxConfig bounds the configuration file, and others that people write.
const maxConfig = 1 << 20

// readFile reads the configuration file.
func (s *settings) readFile(path string, getenv func(string) string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("the configuration file: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("the configuration file: %w", err)
	}
	mode := info.Mode()
	switch {
	case !mode.IsRegular():
		return fmt.Errorf("the configuration file %s is not a file", path)
	case !othersMay(mode, readable):
	case getenv(allowReadable) == "true":
		s.warnings = append(s.warnings, fmt.Sprintf("others can read %s (mode %#o), which %s lets pass", path, mode.Perm(), allowReadable))
	default:
		return fmt.Errorf("others can read the configuration file %s, whose mode is %#o: run chmod 600 %[1]s, "+
			"and change the secrets in it if others have been there", path, mode.Perm())
	}
	return decodeFile(path, file, s)
}

// The bits of a mode by which others than the owner may do something.
const (
	readable os.FileMode = 0o077
	writable os.FileMode = 0o022
)

// othersMay says whether a mode has any of the bits. On Windows modes say
// nothing about others.
func othersMay(mode, bits os.FileMode) bool {
	return runtime.GOOS != "windows" && mode.Perm()&bits != 0
}

// decodeFile reads YAML; its errors name the file, and the line.
func decodeFile(path string, file io.Reader, into any) error {
	data, err := io.ReadAll(io.LimitReader(file, maxConfig+1))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := yamlfile.Decode(data, into); err != nil {
		return atEachLine(path, err)
	}
	return nil
}
