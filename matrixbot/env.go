package matrixbot

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// maxSecretFile bounds a file that holds a secret.
const maxSecretFile = 64 << 10

// ConfigFromEnv reads MATRIX_HOMESERVER, MATRIX_USER, MATRIX_PASSWORD or MATRIX_ACCESS_TOKEN, MATRIX_PICKLE_KEY and
// MATRIX_DATA. Each secret may be in a file instead that holds it alone: MATRIX_PASSWORD_FILE,
// MATRIX_ACCESS_TOKEN_FILE and MATRIX_PICKLE_KEY_FILE name it. The argument is usually [os.Getenv]. The rest of the
// Config, above all what the bot does, is the caller's; [New] says what is missing.
func ConfigFromEnv(getenv func(string) string) (Config, error) {
	c := Config{Homeserver: getenv("MATRIX_HOMESERVER"), User: getenv("MATRIX_USER"), Data: getenv("MATRIX_DATA")}
	for _, each := range []struct {
		name  string
		field *Secret
	}{
		{"MATRIX_PASSWORD", &c.Password},
		{"MATRIX_ACCESS_TOKEN", &c.AccessToken},
		{"MATRIX_PICKLE_KEY", &c.PickleKey},
	} {
		text, file := getenv(each.name), getenv(each.name+"_FILE")
		switch {
		case text != "" && file != "":
			return Config{}, fmt.Errorf("matrixbot: set one of %s and %[1]s_FILE, not both", each.name)
		case file != "":
			content, warnings, err := readPrivateFile(file)
			if err != nil {
				return Config{}, fmt.Errorf("matrixbot: read %s_FILE: %w", each.name, err)
			}
			text = strings.TrimSpace(content)
			if text == "" {
				return Config{}, fmt.Errorf("matrixbot: read %s_FILE: %s is empty", each.name, file)
			}
			c.Warnings = append(c.Warnings, warnings...)
		}
		*each.field = NewSecret(text)
	}
	return c, nil
}

// readPrivateFile returns a small file and a warning when others than its owner can read it.
func readPrivateFile(path string) (content string, warnings []string, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", nil, err
	}
	if !info.Mode().IsRegular() && info.Mode()&fs.ModeNamedPipe == 0 {
		return "", nil, fmt.Errorf("%s is not a file", path)
	}
	if info.Size() > maxSecretFile {
		return "", nil, fmt.Errorf("%s has %d bytes, more than a secret needs", path, info.Size())
	}
	if info.Mode().Perm()&0o044 != 0 {
		warnings = append(warnings, fmt.Sprintf("%s can be read by others; chmod 600 protects the secret", path))
	}
	data, err := os.ReadFile(path)
	return string(data), warnings, err
}
